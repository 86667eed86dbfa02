-- The connection is cut in the middle of a load, as it is when the network fails or the database is started anew.
CREATE OR REPLACE FUNCTION give_up() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF new.name = 'Line 3000' THEN
        PERFORM pg_terminate_backend(pg_backend_pid());
    END IF;
    RETURN new;
END $$;
