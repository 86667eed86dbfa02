-- Applying a campaign list to the line register (warehouse/register/apply.py). Each part is one statement.

-- name: room
-- Room to sort and to join a list of a hundred thousand lines in memory; of the arriving ids a few thousand tell enough.
SELECT set_config('work_mem', '128MB', true), set_config('default_statistics_target', '10', true)

-- name: analyze
ANALYZE arriving (id)

-- name: later
SELECT 1 FROM upload WHERE seq > %(seq)s AND applied_no IS NOT NULL LIMIT 1

-- name: overtaken
-- A giant may be applied after a list that arrived later than it. What the later one set, stays.
DELETE FROM arriving a
USING line_register l, upload u
WHERE l.id = a.id AND u.upload_id = l.upload_id AND u.seq > %(seq)s AND l.withdrawn_at IS NULL

-- name: touched
-- The known lines that are not as the register has them.
CREATE TEMP TABLE touched ON COMMIT DROP AS
SELECT a.position, l.line_no, %(upload_id)s::uuid AS upload_id,
       CASE WHEN l.withdrawn_at IS NOT NULL THEN 'restored' ELSE 'updated' END AS action
FROM arriving a JOIN line_register l USING (id)
WHERE l.withdrawn_at IS NOT NULL
   OR (l.name, l.kind_listed, l.buyer, l.agency, l.platform, l.seat, l.runtime, l.start_date, l.end_date,
       l.impression_goal, l.budget_eur, l.cpm_eur, l.placement, l.advertiser)
   IS DISTINCT FROM
      (a.name, a.kind, a.buyer, a.agency, a.platform, a.seat, a.runtime, a.start_date, a.end_date,
       a.impression_goal, a.budget_eur, a.cpm_eur, a.placement, a.advertiser)

-- name: insert
-- In the order of the ids: a million random ones would visit the pages of their index again and again.
WITH created AS (
    INSERT INTO line_register (id, first_seen_at, revision, valid_from, upload_id, event_no, action, brought, sheet,
                               row_no, name, kind_listed, buyer, agency, platform, seat, runtime, start_date, end_date,
                               impression_goal, budget_eur, cpm_eur, placement, advertiser)
    SELECT a.id, %(received_at)s, 1, %(now)s, %(upload_id)s, %(event_no)s, 'created', true, a.sheet, a.row_no, a.name,
           a.kind, a.buyer, a.agency, a.platform, a.seat, a.runtime, a.start_date, a.end_date, a.impression_goal,
           a.budget_eur, a.cpm_eur, a.placement, a.advertiser
    FROM arriving a
    WHERE NOT EXISTS (SELECT FROM line_register l WHERE l.id = a.id)
    ORDER BY a.id
    RETURNING line_no
), noted AS (
    INSERT INTO line_dirty (line_no, since) SELECT line_no, %(now)s FROM created
)
SELECT count(*) FROM created

-- name: count
SELECT count(*) FILTER (WHERE t.action = 'restored'), count(*) FILTER (WHERE t.action = 'updated'),
       count(*) FILTER (WHERE t.action = 'updated' AND l.notable)
FROM touched t JOIN line_register l USING (line_no)

-- name: missing
-- Where the list is full (at least four fifths of the lines that have not ended): the awaited lines it lacks, newly absent.
WITH awaited AS MATERIALIZED (
    SELECT line_no, id, absent_since FROM line_register
    WHERE withdrawn_at IS NULL AND end_date >= %(today)s AND (event_no <> %(event_no)s OR action = 'updated')
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

-- name: found again
WITH mark AS (
    SELECT line_no, absent_since FROM line_register l
    WHERE absent_since IS NOT NULL
      AND (EXISTS (SELECT FROM arriving a WHERE a.id = l.id) OR id = ANY (%(also_listed)s))
), noted AS (
    INSERT INTO line_absence (upload_id, line_no, before, after)
    SELECT %(upload_id)s, line_no, absent_since, NULL FROM mark
)
UPDATE line_register l SET absent_since = NULL FROM mark WHERE mark.line_no = l.line_no

-- name: newer
SELECT file_name, content_date FROM upload
WHERE kind = 'campaign_list' AND applied_no IS NOT NULL AND reverted_at IS NULL AND content_date > %(content_date)s
ORDER BY content_date DESC LIMIT 1
