-- The statements of proof.py, one after the other.

-- name: a server that need not last
ALTER SYSTEM SET fsync = off;
ALTER SYSTEM SET synchronous_commit = off;
ALTER SYSTEM SET full_page_writes = off;
SELECT pg_reload_conf();
CREATE DATABASE campfill
