-- The statements of reader.py, by the function that runs them; names and texts in braces are put in.

-- name: known
SELECT shobj_description(oid, 'pg_authid') FROM pg_roles WHERE rolname = %s

-- name: make
CREATE ROLE {name} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS CONNECTION LIMIT 20;
COMMENT ON ROLE {name} IS {mark}

-- name: equip
ALTER ROLE {name} LOGIN PASSWORD {verifier};
ALTER ROLE {name} SET search_path = reporting;
ALTER ROLE {name} SET default_transaction_read_only = on;
ALTER ROLE {name} SET statement_timeout = {timeout};
ALTER ROLE {name} SET idle_in_transaction_session_timeout = {timeout};
ALTER ROLE {name} SET timezone = {timezone};
GRANT CONNECT ON DATABASE {database} TO {name};
GRANT USAGE ON SCHEMA reporting TO {name};
GRANT SELECT ON ALL TABLES IN SCHEMA reporting TO {name};
ALTER DEFAULT PRIVILEGES IN SCHEMA reporting GRANT SELECT ON TABLES TO {name}

-- name: close
-- On a server of our own nobody but the owner needs temporary tables, or Dagster's database.
REVOKE TEMPORARY ON DATABASE {database} FROM PUBLIC;
REVOKE CONNECT ON DATABASE postgres FROM PUBLIC

-- name: close to others
REVOKE CONNECT ON DATABASE {database} FROM PUBLIC

-- name: other databases
SELECT datname FROM pg_database WHERE datname = %s

-- name: sessions
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = %s

-- name: lock out
ALTER ROLE {name} NOLOGIN

-- name: remove
DROP OWNED BY {name};
DROP ROLE {name}
