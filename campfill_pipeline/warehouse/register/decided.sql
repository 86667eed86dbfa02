-- The statements of decided.py, by the function that runs them.

-- name: receipts
SELECT receipt FROM upload
WHERE receipt IS NOT NULL AND status <> 'received' AND decided_at < %s ORDER BY seq

-- name: partitions
SELECT partition_key FROM upload
WHERE partition_key = ANY (%s) AND status <> 'received' AND decided_at < %s ORDER BY seq
