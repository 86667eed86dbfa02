-- The uploads as a list (warehouse/readers/upload_list.py).

-- name: latest
SELECT upload_id, seq, file_name, kind, status, reason, message, hint, received_at, decided_at, reverted_at, attempts,
       rows_read, rows_accepted, rows_rejected, rows_new, rows_updated, rows_unchanged, receipt
FROM upload WHERE %(before)s::bigint IS NULL OR seq < %(before)s ORDER BY seq DESC LIMIT %(limit)s

-- name: in the inbox
SELECT upload_id, NULL::bigint AS seq, file_name, 'unknown' AS kind, 'received' AS status, NULL AS reason,
       NULL AS message, NULL AS hint, announced_at AS received_at, NULL::timestamptz AS decided_at,
       NULL::timestamptz AS reverted_at, 0 AS attempts, NULL::integer AS rows_read, NULL::integer AS rows_accepted,
       NULL::integer AS rows_rejected, NULL::integer AS rows_new, NULL::integer AS rows_updated,
       NULL::integer AS rows_unchanged, NULL AS receipt
FROM announced_upload WHERE claim IS NULL ORDER BY announced_at DESC, upload_id LIMIT %(limit)s
