-- A list without a budget column says nothing of budgets: the budget of a line is that of the newest list in force that
-- tells one, whoever is applied first.
ALTER TABLE upload_listing ADD COLUMN silent int4multirange NOT NULL DEFAULT '{}';
COMMENT ON COLUMN upload_listing.silent IS
    'Of its lines those of whose budgets it says nothing, as its table has no such column; unknown, so none, of lists before this was kept.';

-- For each of the wanted lines the newest list in force that tells its budget (a blank one, too), in the order of arrival.
CREATE FUNCTION newest_budget(wanted int4multirange)
RETURNS TABLE (upload_id uuid, event_no bigint, lines int4multirange) LANGUAGE plpgsql STABLE AS $$
DECLARE
    list record;
    telling int4multirange;
BEGIN
    FOR list IN
        SELECT u.upload_id, g.event_no, g.lines, g.silent
        FROM upload u JOIN upload_listing g ON g.upload_id = u.upload_id
        WHERE u.reverted_at IS NULL ORDER BY u.order_no DESC
    LOOP
        EXIT WHEN isempty(wanted);
        telling := list.lines - list.silent;
        IF wanted && telling THEN
            upload_id := list.upload_id;
            event_no := list.event_no;
            lines := wanted * telling;
            wanted := wanted - telling;
            RETURN NEXT;
        END IF;
    END LOOP;
END $$;
