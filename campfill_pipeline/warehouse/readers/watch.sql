-- What somebody watches from outside (warehouse/readers/watch.py).

-- name: by status
SELECT status, count(*) FROM upload GROUP BY status

-- name: rows
SELECT COALESCE(sum(rows_accepted), 0), COALESCE(sum(rows_rejected), 0), COALESCE(sum(rows_skipped), 0) FROM upload

-- name: steps
WITH moment AS (
    SELECT upload_id, min(at) FILTER (WHERE event = 'arrived') AS arrived,
           min(at) FILTER (WHERE event = 'attempted') AS attempted,
           min(at) FILTER (WHERE event = 'decided') AS decided,
           min(at) FILTER (WHERE event = 'receipt') AS receipt
    FROM ledger_event GROUP BY upload_id
)
SELECT step, count(seconds), COALESCE(sum(seconds), 0)
FROM moment CROSS JOIN LATERAL (VALUES
    ('waiting', extract(epoch FROM GREATEST(attempted - arrived, interval '0'))),
    ('processing', extract(epoch FROM GREATEST(decided - attempted, interval '0'))),
    ('receipt', extract(epoch FROM GREATEST(receipt - decided, interval '0')))) AS told (step, seconds)
GROUP BY step

-- name: fetched
SELECT source, max(fetched_at) FROM delivery_fetch WHERE status <> 'failed' GROUP BY source
