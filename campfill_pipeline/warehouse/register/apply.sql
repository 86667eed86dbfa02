-- Applying a campaign list to the line register (warehouse/register/apply.py). Each part is one statement.

-- name: room
-- Room to sort and to join a list of a hundred thousand lines in memory; of the arriving ids a few thousand tell enough.
-- Planned for each list anew: a run's first list may be small, and the register grow to a hundred times its size in it.
SELECT set_config('work_mem', '128MB', true), set_config('default_statistics_target', '10', true),
       set_config('plan_cache_mode', 'force_custom_plan', true)

-- name: analyze
ANALYZE arriving (id)

-- name: keep budgets
-- A list without a budget column says nothing of budgets; of a line that was taken back, nobody does.
UPDATE arriving a SET budget_eur = CASE WHEN l.withdrawn_at IS NULL THEN l.budget_eur END
FROM line_register l, unnest(%(sheets)s::text[], %(firsts)s::integer[], %(lasts)s::integer[]) AS t (sheet, first, last)
WHERE l.id = a.id AND a.sheet IS NOT DISTINCT FROM t.sheet AND a.row_no BETWEEN t.first AND t.last

-- name: later
SELECT EXISTS (SELECT FROM upload u JOIN upload_listing g USING (upload_id) WHERE u.order_no > %(order_no)s)

-- name: overtaken
-- A list may be applied after one that arrived later: a giant, or a killed run's retry. What the later one set, stays; what
-- this one says is kept for the day when the later one is taken back.
WITH later AS MATERIALIZED (
    SELECT COALESCE(range_agg(g.lines), '{}') AS lines FROM upload u JOIN upload_listing g USING (upload_id)
    WHERE u.reverted_at IS NULL AND u.order_no > %(order_no)s
), gone AS (
    DELETE FROM arriving a USING line_register l, later
    WHERE l.id = a.id AND l.line_no <@ later.lines
    RETURNING l.line_no, a.*
)
INSERT INTO line_overtaken (line_no, upload_id, sheet, row_no, name, kind_listed, buyer, agency, platform, seat, runtime,
                            start_date, end_date, impression_goal, budget_eur, cpm_eur, placement, advertiser, external_id, cancelled)
SELECT line_no, %(upload_id)s, sheet, row_no, name, kind, buyer, agency, platform, seat, runtime, start_date, end_date,
       impression_goal, budget_eur, cpm_eur, placement, advertiser, external_id, cancelled
FROM gone

-- name: budgets told
-- Lines that only later lists without a budget column named since: of their budgets this one is the newest that tells.
WITH telling AS MATERIALIZED (
    SELECT COALESCE(range_agg(g.lines - g.silent), '{}') AS lines FROM upload u JOIN upload_listing g USING (upload_id)
    WHERE u.reverted_at IS NULL AND u.order_no > %(order_no)s
)
INSERT INTO arriving (position, sheet, row_no, id, name, kind, buyer, agency, platform, seat, runtime, start_date, end_date,
                      impression_goal, budget_eur, cpm_eur, placement, advertiser, external_id, cancelled)
SELECT -l.line_no, t.sheet, t.row_no, l.id, l.name, l.kind_listed, l.buyer, l.agency, l.platform, l.seat, l.runtime,
       l.start_date, l.end_date, l.impression_goal, t.budget_eur, l.cpm_eur, l.placement, l.advertiser, l.external_id,
       l.cancelled
FROM line_overtaken t JOIN line_register l USING (line_no), telling
WHERE t.upload_id = %(upload_id)s AND NOT l.line_no <@ telling.lines AND t.budget_eur IS DISTINCT FROM l.budget_eur
  AND NOT EXISTS (SELECT FROM unnest(%(sheets)s::text[], %(firsts)s::integer[], %(lasts)s::integer[]) AS n (sheet, first, last)
                  WHERE t.sheet IS NOT DISTINCT FROM n.sheet AND t.row_no BETWEEN n.first AND n.last)

-- name: seen earlier
-- A list that is applied late may be the first that named a line.
WITH known AS (
    SELECT l.line_no FROM line_register l JOIN arriving a USING (id) WHERE l.first_seen_at > %(received_at)s
    UNION ALL
    SELECT line_no FROM line_overtaken JOIN line_register l USING (line_no)
    WHERE line_overtaken.upload_id = %(upload_id)s AND l.first_seen_at > %(received_at)s
), noted AS (
    INSERT INTO line_dirty (line_no, since) SELECT line_no, %(now)s FROM known ON CONFLICT DO NOTHING
)
UPDATE line_register l SET first_seen_at = %(received_at)s FROM known WHERE known.line_no = l.line_no

-- name: touched
-- The known lines that are not as the register has them.
INSERT INTO touched (position, line_no, upload_id, action)
SELECT a.position, l.line_no, %(upload_id)s::uuid AS upload_id,
       CASE WHEN l.withdrawn_at IS NOT NULL THEN 'restored' ELSE 'updated' END AS action
FROM arriving a JOIN line_register l USING (id)
WHERE l.withdrawn_at IS NOT NULL
   OR (l.name, l.kind_listed, l.buyer, l.agency, l.platform, l.seat, l.runtime, l.start_date, l.end_date,
       l.impression_goal, l.budget_eur, l.cpm_eur, l.placement, l.advertiser, l.external_id, l.cancelled)
   IS DISTINCT FROM
      (a.name, a.kind, a.buyer, a.agency, a.platform, a.seat, a.runtime, a.start_date, a.end_date,
       a.impression_goal, a.budget_eur, a.cpm_eur, a.placement, a.advertiser, a.external_id, a.cancelled)

-- name: insert
-- In the order of the ids: a million random ones would visit the pages of their index again and again.
WITH created AS (
    INSERT INTO line_register (id, first_seen_at, revision, valid_from, upload_id, event_no, action, brought, sheet,
                               row_no, name, kind_listed, buyer, agency, platform, seat, runtime, start_date, end_date,
                               impression_goal, budget_eur, cpm_eur, placement, advertiser, external_id, cancelled)
    SELECT a.id, %(received_at)s, 1, %(now)s, %(upload_id)s, %(event_no)s, 'created', true, a.sheet, a.row_no, a.name,
           a.kind, a.buyer, a.agency, a.platform, a.seat, a.runtime, a.start_date, a.end_date, a.impression_goal,
           a.budget_eur, a.cpm_eur, a.placement, a.advertiser, a.external_id, a.cancelled
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

-- name: listing
-- What the list names; lines of it that were absent are so no more, but for a late list, of which that is judged anew.
-- Whether it is a full one (it has at least four fifths of the lines of its description that had not
-- ended) is known at once where nothing arrived later: the lines in force before it are those of the register that it did
-- not bring. A line belongs to the description of the newest list before it that names it. Beside it stands how many
-- unended lines stay as they are though they are not named, as the list is only a part; unknown where other lists name
-- lines, too.
WITH named AS (
    SELECT line_no, a.sheet, a.row_no, absent_since FROM arriving a JOIN line_register USING (id)
    UNION ALL
    SELECT line_no, sheet, row_no, NULL FROM line_overtaken WHERE upload_id = %(upload_id)s
), silent AS (
    SELECT line_no
    FROM named a, unnest(%(sheets)s::text[], %(firsts)s::integer[], %(lasts)s::integer[]) AS t (sheet, first, last)
    WHERE a.sheet IS NOT DISTINCT FROM t.sheet AND a.row_no BETWEEN t.first AND t.last
), in_force AS NOT MATERIALIZED ( -- counted once, where no list has another description
    SELECT l.line_no, absent_since, a.id IS NULL AND l.id <> ALL (%(also_listed)s) AS missing
    FROM line_register l LEFT JOIN arriving a ON a.id = l.id
    WHERE withdrawn_at IS NULL AND l.end_date >= %(today)s AND (event_no <> %(event_no)s OR action = 'updated')
), of_others AS MATERIALIZED (
    SELECT COALESCE(range_agg(n.lines), '{}') AS lines
    FROM newest_listing(
        CASE WHEN EXISTS (SELECT FROM upload_listing WHERE description <> %(description)s)
             THEN (SELECT COALESCE(range_agg(int4range(line_no, line_no, '[]')), '{}') FROM in_force) ELSE '{}' END,
        false, %(order_no)s) n
    WHERE n.description <> %(description)s
), awaited AS (
    SELECT count(*) AS lines, count(*) FILTER (WHERE missing) AS missing,
           count(*) FILTER (WHERE missing AND absent_since IS NULL) AS kept
    FROM in_force WHERE (SELECT isempty(lines) FROM of_others) OR NOT line_no <@ (SELECT lines FROM of_others)
), listed AS (
    INSERT INTO upload_listing (upload_id, event_no, listed_on, whole, lines, silent, rejected, description)
    SELECT %(upload_id)s, %(event_no)s, %(today)s, w.missing <= 0.2 * w.lines,
           (SELECT COALESCE(range_agg(int4range(line_no, line_no, '[]')), '{}') FROM named),
           (SELECT COALESCE(range_agg(int4range(line_no, line_no, '[]')), '{}') FROM silent), %(also_listed)s,
           %(description)s
    FROM awaited w
    RETURNING whole
), found_again AS (
    UPDATE line_register l SET absent_since = NULL
    FROM (
        SELECT line_no FROM named WHERE absent_since IS NOT NULL
        UNION
        SELECT line_no FROM line_register WHERE id = ANY (%(also_listed)s) AND absent_since IS NOT NULL
    ) listed
    WHERE listed.line_no = l.line_no AND NOT %(late)s
)
SELECT whole,
       CASE WHEN whole OR EXISTS (SELECT FROM upload_listing WHERE description <> %(description)s) THEN 0 ELSE kept END
FROM listed, awaited

-- name: missing
-- The lines in force that a full list lacks, newly absent; those of other descriptions it cannot lack.
WITH lacked AS MATERIALIZED (
    -- As sets: a register that was filled just now is taken for a single row, which would be looked for row by row.
    SELECT line_no
    FROM (SELECT id FROM line_register WHERE withdrawn_at IS NULL AND absent_since IS NULL AND end_date >= %(today)s
          EXCEPT SELECT id FROM arriving) lacking
    JOIN line_register USING (id)
    WHERE id <> ALL (%(also_listed)s)
), of_others AS MATERIALIZED (
    SELECT COALESCE(range_agg(n.lines), '{}') AS lines
    FROM newest_listing(
        CASE WHEN EXISTS (SELECT FROM upload_listing WHERE description <> %(description)s)
             THEN (SELECT COALESCE(range_agg(int4range(line_no, line_no, '[]')), '{}') FROM lacked) ELSE '{}' END,
        true, %(order_no)s) n
    WHERE n.description <> %(description)s
)
UPDATE line_register l SET absent_since = %(received_at)s
FROM lacked WHERE lacked.line_no = l.line_no AND NOT l.line_no <@ (SELECT lines FROM of_others)

-- name: absent
SELECT count(*) FROM line_register WHERE absent_since IS NOT NULL

-- name: judge again
SELECT judge_listings(%(order_no)s), judge_absence()

-- name: newer
SELECT file_name, content_date FROM upload
WHERE kind = 'campaign_list' AND applied_no IS NOT NULL AND reverted_at IS NULL AND order_no < %(order_no)s
  AND content_date > %(content_date)s
ORDER BY content_date DESC LIMIT 1
