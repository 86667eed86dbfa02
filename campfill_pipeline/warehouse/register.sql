-- Applying a campaign list to the line register (warehouse/register.py). Each part is one statement.

-- part arriving
CREATE TEMP TABLE arriving (
    position integer NOT NULL, sheet text, row_no integer, id uuid NOT NULL,
    name text, kind text, buyer text, agency text, platform text, seat text, runtime text,
    start_date date, end_date date, impression_goal bigint, budget_eur numeric(15, 2), cpm_eur numeric(10, 4),
    placement text, advertiser text
) ON COMMIT DROP

-- part analyze
ANALYZE arriving (id)

-- part later
SELECT 1 FROM upload WHERE seq > %(seq)s AND applied_no IS NOT NULL LIMIT 1

-- part overtaken
-- A giant may be applied after a list that arrived later than it. What the later one set, stays.
DELETE FROM arriving a
USING line_register l, upload u
WHERE l.id = a.id AND u.upload_id = l.upload_id AND u.seq > %(seq)s AND l.withdrawn_at IS NULL

-- part touched
-- What is not as the register has it; line_no is NULL for new lines.
CREATE TEMP TABLE touched ON COMMIT DROP AS
SELECT a.position, l.line_no, l.withdrawn_at IS NOT NULL AS returns
FROM arriving a LEFT JOIN line_register l USING (id)
WHERE l.line_no IS NULL OR l.withdrawn_at IS NOT NULL
   OR (l.name, l.kind_listed, l.buyer, l.agency, l.platform, l.seat, l.runtime, l.start_date, l.end_date,
       l.impression_goal, l.budget_eur, l.cpm_eur, l.placement, l.advertiser)
   IS DISTINCT FROM
      (a.name, a.kind, a.buyer, a.agency, a.platform, a.seat, a.runtime, a.start_date, a.end_date,
       a.impression_goal, a.budget_eur, a.cpm_eur, a.placement, a.advertiser)

-- part supersede
INSERT INTO line_history (line_no, revision, valid_from, upload_id, event_no, action, brought, sheet, row_no, changes,
                          notable, name, kind_listed, buyer, agency, platform, seat, runtime, start_date, end_date,
                          impression_goal, budget_eur, cpm_eur, placement, advertiser)
SELECT l.line_no, l.revision, l.valid_from, l.upload_id, l.event_no, l.action, l.brought, l.sheet, l.row_no, l.changes,
       l.notable, l.name, l.kind_listed, l.buyer, l.agency, l.platform, l.seat, l.runtime, l.start_date, l.end_date,
       l.impression_goal, l.budget_eur, l.cpm_eur, l.placement, l.advertiser
FROM line_register l JOIN touched USING (line_no)

-- part update
UPDATE line_register l
SET revision = l.revision + 1, valid_from = %(now)s, upload_id = %(upload_id)s, event_no = %(event_no)s, brought = true,
    action = CASE WHEN t.returns THEN 'restored' ELSE 'updated' END, withdrawn_at = NULL,
    sheet = a.sheet, row_no = a.row_no, changes = d.changes, notable = d.changes ?| %(notable_fields)s,
    name = a.name, kind_listed = a.kind, buyer = a.buyer, agency = a.agency, platform = a.platform,
    seat = a.seat, runtime = a.runtime, start_date = a.start_date, end_date = a.end_date,
    impression_goal = a.impression_goal, budget_eur = a.budget_eur, cpm_eur = a.cpm_eur, placement = a.placement,
    advertiser = a.advertiser
FROM touched t
JOIN arriving a USING (position)
JOIN line_register b ON b.line_no = t.line_no
CROSS JOIN LATERAL (
    SELECT COALESCE(jsonb_object_agg(field, jsonb_build_object('before', before, 'after', after)), '{}') AS changes
    FROM (VALUES ('name', b.name, a.name), ('kind', b.kind_listed, a.kind), ('buyer', b.buyer, a.buyer),
                 ('agency', b.agency, a.agency), ('platform', b.platform, a.platform), ('seat', b.seat, a.seat),
                 ('runtime', b.runtime, a.runtime),
                 ('impression_goal', b.impression_goal::text, a.impression_goal::text),
                 ('budget_eur', b.budget_eur::text, a.budget_eur::text), ('cpm_eur', b.cpm_eur::text, a.cpm_eur::text),
                 ('placement', b.placement, a.placement), ('advertiser', b.advertiser, a.advertiser)
         ) AS f (field, before, after)
    WHERE before IS DISTINCT FROM after
) d
WHERE l.line_no = t.line_no

-- part insert
WITH created AS (
    INSERT INTO line_register (id, first_seen_at, revision, valid_from, upload_id, event_no, action, brought, sheet,
                               row_no, name, kind_listed, buyer, agency, platform, seat, runtime, start_date, end_date,
                               impression_goal, budget_eur, cpm_eur, placement, advertiser)
    SELECT a.id, %(received_at)s, 1, %(now)s, %(upload_id)s, %(event_no)s, 'created', true, a.sheet, a.row_no, a.name,
           a.kind, a.buyer, a.agency, a.platform, a.seat, a.runtime, a.start_date, a.end_date, a.impression_goal,
           a.budget_eur, a.cpm_eur, a.placement, a.advertiser
    FROM arriving a JOIN touched t USING (position)
    WHERE t.line_no IS NULL
    ORDER BY a.position
    RETURNING line_no
), noted AS (
    INSERT INTO line_dirty (line_no, since) SELECT line_no, %(now)s FROM created ON CONFLICT DO NOTHING
)
SELECT count(*) FROM created

-- part dirty
INSERT INTO line_dirty (line_no, since) SELECT line_no, %(now)s FROM touched WHERE line_no IS NOT NULL ON CONFLICT DO NOTHING

-- part count
SELECT count(*) FILTER (WHERE t.returns), count(*) FILTER (WHERE NOT t.returns),
       count(*) FILTER (WHERE NOT t.returns AND l.notable)
FROM touched t JOIN line_register l USING (line_no)

-- part reported
-- Only lines that reporting has named have rows to attribute.
SELECT l.line_no
FROM line_register l JOIN report_entity e ON e.entity_id = l.id::text
WHERE l.event_no = %(event_no)s AND l.action <> 'updated'

-- part missing
-- Where the list is full (at least four fifths of the lines that have not ended): the awaited lines it lacks, newly absent.
WITH awaited AS MATERIALIZED (
    SELECT line_no, id, absent_since FROM line_register
    WHERE withdrawn_at IS NULL AND end_date >= %(today)s AND (event_no <> %(event_no)s OR action <> 'created')
), missing AS MATERIALIZED (
    SELECT line_no, absent_since FROM awaited w
    WHERE NOT EXISTS (SELECT FROM arriving a WHERE a.id = w.id) AND id <> ALL (%(also_listed)s)
), mark AS (
    SELECT line_no FROM missing
    WHERE absent_since IS NULL AND (SELECT count(*) FROM missing) <= 0.2 * (SELECT count(*) FROM awaited)
), noted AS (
    INSERT INTO line_absence (upload_id, line_no, before, after)
    SELECT %(upload_id)s, line_no, NULL, %(received_at)s FROM mark
)
UPDATE line_register l SET absent_since = %(received_at)s FROM mark WHERE mark.line_no = l.line_no

-- part found_again
WITH mark AS (
    SELECT line_no, absent_since FROM line_register l
    WHERE absent_since IS NOT NULL
      AND (EXISTS (SELECT FROM arriving a WHERE a.id = l.id) OR id = ANY (%(also_listed)s))
), noted AS (
    INSERT INTO line_absence (upload_id, line_no, before, after)
    SELECT %(upload_id)s, line_no, absent_since, NULL FROM mark
)
UPDATE line_register l SET absent_since = NULL FROM mark WHERE mark.line_no = l.line_no

-- part newer
SELECT file_name, content_date FROM upload
WHERE kind = 'campaign_list' AND applied_no IS NOT NULL AND reverted_at IS NULL AND content_date > %(content_date)s
ORDER BY content_date DESC LIMIT 1
