-- What follows the rows of a backup, in the same transaction (backup.py); {schema} is put in.

-- name: after
DO $$ BEGIN
    -- The schema went with all rights on it: those who may look, may look again, at later tables too.
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'campfill_reader') THEN
        GRANT USAGE ON SCHEMA {schema} TO campfill_reader;
        GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO campfill_reader;
        ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT SELECT ON TABLES TO campfill_reader;
    END IF;
END $$;
ANALYZE;
