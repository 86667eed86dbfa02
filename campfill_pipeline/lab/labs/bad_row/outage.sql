-- The database gives up in the middle of a load, as it does when its disk is full.
CREATE OR REPLACE FUNCTION give_up() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF new.name = 'Line 3000' THEN
        RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100';
    END IF;
    RETURN new;
END $$;
CREATE TRIGGER give_up BEFORE INSERT ON line FOR EACH ROW EXECUTE FUNCTION give_up();
