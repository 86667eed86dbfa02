-- The statements of partitions.py, by the function that runs them.

-- name: attached
SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = %s::regclass
  AND NOT i.inhdetachpending

-- name: listing
SELECT c.relname, c.reltuples::bigint, pg_total_relation_size(c.oid) FROM pg_class c
  JOIN pg_class p ON p.oid = %s::regclass AND p.relnamespace = c.relnamespace WHERE c.relkind = 'r'
  AND c.relname ~ %s ORDER BY c.relname
