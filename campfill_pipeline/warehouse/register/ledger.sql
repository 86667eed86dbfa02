-- The statements of ledger.py, by the function that runs them.

-- name: add event
INSERT INTO ledger_event (at, event, upload_id, detail) VALUES (COALESCE(%s, now()), %s, %s, %s) RETURNING event_no

-- name: record arrival
INSERT INTO upload (upload_id, received_at, seq, order_no, partition_key, sha256, file_name, file_bytes, archived_as, door)
VALUES (%(upload_id)s, %(received_at)s, %(seq)s, %(seq)s, %(partition_key)s, %(sha256)s, %(file_name)s, %(file_bytes)s,
    %(archived_as)s, %(door)s)

-- name: begin attempt
UPDATE upload SET attempts = attempts + 1, run_id = %s WHERE upload_id = %s AND status = 'received' RETURNING attempts

-- name: take back attempt
UPDATE upload SET attempts = attempts - 1, run_id = NULL
WHERE run_id = %(run_id)s AND status = 'received' AND attempts > 0
  AND (%(upload_id)s::uuid IS NULL OR upload_id = %(upload_id)s)
RETURNING upload_id

-- name: ask again
UPDATE upload
SET status = 'received', attempts = 0, run_id = NULL, decided_at = NULL, reason = NULL, message = NULL, hint = NULL,
    rows_read = NULL, rows_accepted = NULL, rows_rejected = NULL, rows_skipped = NULL,
    kind = 'unknown', content_date = NULL, notes = '{}', receipt = NULL,
    description_name = NULL, description_version = NULL
WHERE upload_id = %s

-- name: renew
-- A repeated file says again what its original said: also to what arrived between the two and is applied later, or asked
-- for again.
UPDATE upload o SET order_no = r.seq FROM upload r
WHERE o.upload_id = %(original)s AND r.upload_id = %(repeat)s AND o.order_no < r.seq
  AND EXISTS (SELECT FROM upload w WHERE w.seq > o.order_no AND w.seq < r.seq AND w.status IN ('received', 'rejected'))
