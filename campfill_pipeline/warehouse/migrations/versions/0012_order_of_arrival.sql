-- What counts is the order of arrival, whoever is applied first: so every list remembers which lines it names, not only
-- those it changed. Lines are kept as ranges of their short numbers, a few hundred bytes for a list of thousands.

-- A repeated file is no new list. Where something that arrived between the two may still be applied, the original counts
-- as arrived with the repetition, which says the same again.
ALTER TABLE upload ADD COLUMN order_no bigint;
UPDATE upload SET order_no = seq;
ALTER TABLE upload ALTER COLUMN order_no SET NOT NULL;
CREATE INDEX upload_order ON upload (order_no);
COMMENT ON COLUMN upload.order_no IS 'Its place in the order of arrival: its number, or that of a file that repeated it while others waited.';

CREATE TABLE upload_listing (                                 -- one row per loaded campaign list
    upload_id uuid PRIMARY KEY,
    event_no bigint NOT NULL,                                 -- the ledger event that applied it
    listed_on date NOT NULL,                                  -- local day of its arrival
    whole boolean NOT NULL,                                   -- a full list: awaited lines that it lacks are absent
    lines int4multirange NOT NULL,                            -- the lines it names
    rejected uuid[] NOT NULL DEFAULT '{}',                    -- ids of its rejected rows: named, though not accepted
    assumed int4multirange                                    -- of lists older than this table: not absent from it, as far as known
);
COMMENT ON TABLE upload_listing IS 'Internal: the lines that each loaded list names, as ranges of line numbers.';

CREATE TABLE line_overtaken (                                 -- what a list says of a line that a later list had set before it was applied
    line_no integer NOT NULL,
    upload_id uuid NOT NULL,
    sheet text, row_no integer,
    name text NOT NULL, kind_listed text NOT NULL, buyer text NOT NULL, agency text, platform text, seat text,
    runtime text NOT NULL, start_date date, end_date date NOT NULL, impression_goal bigint NOT NULL,
    budget_eur numeric(15, 2), cpm_eur numeric(10, 4) NOT NULL, placement text, advertiser text,
    PRIMARY KEY (upload_id, line_no)
);
COMMENT ON TABLE line_overtaken IS 'Internal: rows of lists that were applied after a list that arrived later than they did.';

-- Of lists applied before this table was there, only changed lines are known as named. All that had been seen and was not
-- marked absent is assumed to have been in them, so that absence stays as it is.
INSERT INTO upload_listing (upload_id, event_no, listed_on, whole, lines, assumed)
SELECT u.upload_id, e.event_no, u.received_at::date,
       EXISTS (SELECT FROM line_absence a WHERE a.upload_id = u.upload_id AND a.after IS NOT NULL),
       COALESCE(b.lines, '{}'), COALESCE(s.lines, '{}')
FROM upload u
JOIN LATERAL (SELECT max(event_no) AS event_no FROM ledger_event
              WHERE upload_id = u.upload_id AND event = 'decided') e ON e.event_no IS NOT NULL
CROSS JOIN LATERAL (SELECT range_agg(int4range(line_no, line_no, '[]')) AS lines FROM revision
                    WHERE upload_id = u.upload_id AND brought) b
CROSS JOIN LATERAL (
    SELECT range_agg(int4range(l.line_no, l.line_no, '[]')) AS lines
    FROM line_register l
    WHERE l.first_seen_at <= u.received_at AND NOT EXISTS (
        SELECT FROM (SELECT DISTINCT ON (a.line_no) a.after
                     FROM line_absence a JOIN upload m ON m.upload_id = a.upload_id
                     WHERE a.line_no = l.line_no AND m.reverted_at IS NULL AND m.applied_no <= u.applied_no
                     ORDER BY a.line_no, m.applied_no DESC) mark
        WHERE mark.after IS NOT NULL)
) s
WHERE u.kind = 'campaign_list' AND u.applied_no IS NOT NULL;
DROP TABLE line_absence;

-- For each of the wanted lines the newest list in force that names it, in the order of arrival. `seen`: rejected rows, too.
CREATE FUNCTION newest_listing(wanted int4multirange, seen boolean)
RETURNS TABLE (upload_id uuid, order_no bigint, lines int4multirange) LANGUAGE plpgsql STABLE AS $$
DECLARE
    list record;
    named int4multirange;
BEGIN
    FOR list IN
        SELECT u.upload_id, u.order_no, g.lines, g.rejected, g.assumed
        FROM upload u JOIN upload_listing g ON g.upload_id = u.upload_id
        WHERE u.reverted_at IS NULL ORDER BY u.order_no DESC
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
            wanted := wanted - named;
            RETURN NEXT;
        END IF;
    END LOOP;
END $$;

CREATE FUNCTION lines_of(ids uuid[]) RETURNS int4multirange LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF cardinality(ids) = 0 THEN
        RETURN '{}';
    END IF;
    RETURN (SELECT COALESCE(range_agg(int4range(line_no, line_no, '[]')), '{}') FROM line_register WHERE id = ANY (ids));
END $$;

-- Whether the lists in force from a place in the order on are full ones: at least four fifths of the lines that were in
-- force when they arrived, and had not ended, are in them.
CREATE FUNCTION judge_listings(since bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    list record;
    known int4multirange;
    named int4multirange;
    full_list boolean;
BEGIN
    SELECT COALESCE(range_agg(g.lines), '{}') INTO known
    FROM upload u JOIN upload_listing g ON g.upload_id = u.upload_id
    WHERE u.reverted_at IS NULL AND u.order_no < since;
    FOR list IN
        SELECT g.* FROM upload u JOIN upload_listing g ON g.upload_id = u.upload_id
        WHERE u.reverted_at IS NULL AND u.order_no >= since ORDER BY u.order_no
    LOOP
        IF list.assumed IS NULL THEN
            named := list.lines + lines_of(list.rejected);
            SELECT count(*) FILTER (WHERE NOT l.line_no <@ named) <= 0.2 * count(*) INTO full_list
            FROM line_register l WHERE l.line_no <@ known AND l.end_date >= list.listed_on;
            UPDATE upload_listing g SET whole = full_list
            WHERE g.upload_id = list.upload_id AND g.whole <> full_list;
        END IF;
        known := known + list.lines;
    END LOOP;
END $$;

-- Every line's absence again, from the lists in force: since the first full list after the newest one that names it.
CREATE FUNCTION judge_absence() RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    changed integer;
BEGIN
    WITH newest AS (
        SELECT n.order_no, n.lines
        FROM newest_listing((SELECT COALESCE(range_agg(int4range(line_no, line_no, '[]')), '{}')
                             FROM line_register WHERE withdrawn_at IS NULL), true) n
    ), next_full AS (
        SELECT n.lines, f.listed_on, f.received_at
        FROM newest n CROSS JOIN LATERAL (
            SELECT g.listed_on, u.received_at
            FROM upload u JOIN upload_listing g ON g.upload_id = u.upload_id
            WHERE u.reverted_at IS NULL AND u.order_no > n.order_no AND g.whole
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
