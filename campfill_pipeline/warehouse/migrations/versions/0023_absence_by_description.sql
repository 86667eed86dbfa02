-- A full list of one house says nothing of the lines of another: a line belongs to the description of the newest list that
-- names it, and is absent only where a later full list of that description lacks it. Empty: the present list.
ALTER TABLE upload_listing ADD COLUMN description text NOT NULL DEFAULT '';
UPDATE upload_listing g SET description = u.description_name
FROM upload u WHERE u.upload_id = g.upload_id AND u.description_name IS NOT NULL;
COMMENT ON COLUMN upload_listing.description IS 'Name of the list description it was read by; empty for the present list.';

DROP FUNCTION newest_listing(int4multirange, boolean);

-- For each of the wanted lines the newest list in force that names it, in the order of arrival, of those that arrived
-- before `before`. `seen`: rejected rows, too.
CREATE FUNCTION newest_listing(wanted int4multirange, seen boolean, before bigint DEFAULT NULL)
RETURNS TABLE (upload_id uuid, order_no bigint, lines int4multirange, description text) LANGUAGE plpgsql STABLE AS $$
DECLARE
    list record;
    named int4multirange;
BEGIN
    FOR list IN
        SELECT u.upload_id, u.order_no, g.lines, g.rejected, g.assumed, g.description
        FROM upload u JOIN upload_listing g ON g.upload_id = u.upload_id
        WHERE u.reverted_at IS NULL AND (before IS NULL OR u.order_no < before) ORDER BY u.order_no DESC
    LOOP
        EXIT WHEN isempty(wanted);
        named := list.lines;
        IF seen THEN
            named := named + COALESCE(list.assumed, '{}') + lines_of(list.rejected);
        END IF;
        IF wanted && named THEN
            upload_id := list.upload_id;
            order_no := list.order_no;
            lines := wanted * named;
            description := list.description;
            wanted := wanted - named;
            RETURN NEXT;
        END IF;
    END LOOP;
END $$;

-- Whether the lists in force from a place in the order on are full ones: at least four fifths of the lines of their
-- description that were in force when they arrived, and had not ended, are in them.
CREATE OR REPLACE FUNCTION judge_listings(since bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    list record;
    known jsonb;                                              -- by description: the lines whose newest list it read
    of_others record;
    named int4multirange;
    own int4multirange;
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
            SELECT count(*) FILTER (WHERE NOT l.line_no <@ named) <= 0.2 * count(*) INTO full_list
            FROM line_register l WHERE l.line_no <@ own AND l.end_date >= list.listed_on;
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

-- Every line's absence again, from the lists in force: since the first full list of its description after the newest one
-- that names it.
CREATE OR REPLACE FUNCTION judge_absence() RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    changed integer;
BEGIN
    WITH newest AS (
        SELECT n.order_no, n.lines, n.description
        FROM newest_listing((SELECT COALESCE(range_agg(int4range(line_no, line_no, '[]')), '{}')
                             FROM line_register WHERE withdrawn_at IS NULL), true) n
    ), next_full AS (
        SELECT n.lines, f.listed_on, f.received_at
        FROM newest n CROSS JOIN LATERAL (
            SELECT g.listed_on, u.received_at
            FROM upload u JOIN upload_listing g ON g.upload_id = u.upload_id
            WHERE u.reverted_at IS NULL AND u.order_no > n.order_no AND g.whole AND g.description = n.description
            ORDER BY u.order_no LIMIT 1) f
    ), lacking AS (
        SELECT line.no AS line_no, f.listed_on, f.received_at
        FROM next_full f, unnest(f.lines) AS r (range), generate_series(lower(r.range), upper(r.range) - 1) AS line (no)
    ), shall_be AS (
        SELECT l.line_no, CASE WHEN l.withdrawn_at IS NULL AND k.listed_on <= l.end_date THEN k.received_at END AS since
        FROM line_register l LEFT JOIN lacking k USING (line_no)
    )
    UPDATE line_register l SET absent_since = s.since FROM shall_be s
    WHERE s.line_no = l.line_no AND l.absent_since IS DISTINCT FROM s.since;
    GET DIAGNOSTICS changed = ROW_COUNT;
    RETURN changed;
END $$;

-- What was marked absent by a list of another house, is no more.
SELECT judge_listings(0), judge_absence() WHERE EXISTS (SELECT FROM upload_listing WHERE description <> '');
