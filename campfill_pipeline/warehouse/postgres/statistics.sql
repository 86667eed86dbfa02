-- name: grown
-- By their pages: how many rows were written since is told late, and not within the transaction that wrote them.
SELECT relname FROM pg_class
WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r' AND relname = ANY (%s)
  AND pg_relation_size(oid) > 1.5 * relpages * current_setting('block_size')::integer
ORDER BY relname
