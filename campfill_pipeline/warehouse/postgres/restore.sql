-- What follows the rows of a backup, in the same transaction (backup.py); {schema} and {newest} are put in.

-- name: after
DO $$ BEGIN
    IF (SELECT version_num FROM {schema}.alembic_version) > '{newest}' THEN
        RAISE 'the backup is of a newer version of campfill: install that version, then restore';
    END IF;
    -- The schema went with all rights on it: those who may look, may look again, at later tables too.
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'campfill_reader') THEN
        GRANT USAGE ON SCHEMA {schema} TO campfill_reader;
        GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO campfill_reader;
        ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT SELECT ON TABLES TO campfill_reader;
    END IF;
END $$;
ANALYZE;
