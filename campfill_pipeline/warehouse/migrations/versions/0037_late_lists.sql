-- A list that is applied late has all newer ones judged again. Each looked at the whole register, though most of a burst
-- name few of its lines: 200 lists of 300 lines took minutes where several machines apply them out of order.

-- Whether the lists in force from a place in the order on are full ones: at least four fifths of the lines of their
-- description that were in force when they arrived, and had not ended, are in them.
CREATE OR REPLACE FUNCTION judge_listings(since bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    list record;
    known jsonb;                                              -- by description: the lines whose newest list it read
    of_others record;
    named int4multirange;
    own int4multirange;
    enough bigint;
    full_list boolean;
BEGIN
    SELECT COALESCE(jsonb_object_agg(d.description, d.lines::text), '{}') INTO known
    FROM (SELECT n.description, range_agg(n.lines) AS lines
          FROM newest_listing((SELECT COALESCE(range_agg(int4range(line_no, line_no, '[]')), '{}') FROM line_register),
                              false, since) n
          GROUP BY n.description) d;
    FOR list IN
        SELECT g.* FROM upload u JOIN upload_listing g ON g.upload_id = u.upload_id
        WHERE u.reverted_at IS NULL AND u.order_no >= since ORDER BY u.order_no
    LOOP
        own := COALESCE((known ->> list.description)::int4multirange, '{}');
        IF list.assumed IS NULL THEN
            named := list.lines + lines_of(list.rejected);
            -- As many lines as this are more than a list of so many names can be four fifths of: no need to count on.
            SELECT COALESCE(sum(upper(r.range) - lower(r.range)), 0) * 5 / 4 + 1 INTO enough
            FROM unnest(own * named) AS r (range);
            SELECT count(*) FILTER (WHERE NOT l.line_no <@ named) <= 0.2 * count(*) INTO full_list
            FROM (SELECT line_no FROM line_register WHERE line_no <@ own AND end_date >= list.listed_on
                  ORDER BY line_no DESC LIMIT enough) l;     -- the newest lines are the likeliest to run
            UPDATE upload_listing g SET whole = full_list
            WHERE g.upload_id = list.upload_id AND g.whole <> full_list;
        END IF;
        FOR of_others IN SELECT key, value::int4multirange AS lines FROM jsonb_each_text(known) WHERE key <> list.description
        LOOP
            known := known || jsonb_build_object(of_others.key, (of_others.lines - list.lines)::text);
        END LOOP;
        known := known || jsonb_build_object(list.description, (own + list.lines)::text);
    END LOOP;
END $$;
