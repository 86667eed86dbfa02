-- Taking an upload back, or putting it back in force (warehouse/register/revert.py). Each part is one statement.

-- name: own
-- The lines that the upload names, and whether it changed them.
CREATE TEMP TABLE own ON COMMIT DROP AS
SELECT line.no AS line_no,
       EXISTS (SELECT FROM revision r WHERE r.line_no = line.no AND r.upload_id = %(upload_id)s AND r.brought) AS changed
FROM upload_listing g, unnest(g.lines) AS part (range), generate_series(lower(part.range), upper(part.range) - 1) AS line (no)
WHERE g.upload_id = %(upload_id)s

-- name: top
-- The list in force that arrived last of those that name the line. None: the line is withdrawn.
CREATE TEMP TABLE top ON COMMIT DROP AS
SELECT line.no AS line_no, n.upload_id, n.order_no, g.event_no
FROM newest_listing((SELECT lines FROM upload_listing WHERE upload_id = %(upload_id)s), false) n
JOIN upload_listing g ON g.upload_id = n.upload_id,
     unnest(n.lines) AS part (range), generate_series(lower(part.range), upper(part.range) - 1) AS line (no)

-- name: budget
-- The list in force that arrived last of those that tell the line's budget: not the same where that one has no such column.
CREATE TEMP TABLE budget ON COMMIT DROP AS
SELECT line.no AS line_no, n.upload_id, n.event_no
FROM newest_budget((SELECT lines FROM upload_listing WHERE upload_id = %(upload_id)s)) n,
     unnest(n.lines) AS part (range), generate_series(lower(part.range), upper(part.range) - 1) AS line (no)

-- name: arriving
-- What that list says of the line: what the register held right after it was applied, where it was not overtaken.
INSERT INTO arriving (position, sheet, row_no, id, name, kind, buyer, agency, platform, seat, runtime, start_date, end_date,
                      impression_goal, budget_eur, cpm_eur, placement, advertiser, external_id, cancelled)
SELECT o.line_no, CASE WHEN COALESCE(top.upload_id, r.upload_id) = r.upload_id THEN r.sheet END,
       CASE WHEN COALESCE(top.upload_id, r.upload_id) = r.upload_id THEN r.row_no END, l.id,
       r.name, r.kind_listed, r.buyer, r.agency, r.platform, r.seat, r.runtime, r.start_date, r.end_date,
       r.impression_goal, CASE WHEN top.line_no IS NULL OR budget.upload_id = top.upload_id THEN r.budget_eur ELSE b.budget_eur END,
       r.cpm_eur, r.placement, r.advertiser, r.external_id, r.cancelled
FROM own o
JOIN line_register l USING (line_no)
LEFT JOIN top USING (line_no)
LEFT JOIN budget USING (line_no)
CROSS JOIN LATERAL (
    SELECT upload_id, sheet, row_no, name, kind_listed, buyer, agency, platform, seat, runtime, start_date, end_date,
           impression_goal, budget_eur, cpm_eur, placement, advertiser, external_id, cancelled
    FROM line_overtaken t WHERE t.upload_id = top.upload_id AND t.line_no = o.line_no
    UNION ALL
    (SELECT upload_id, sheet, row_no, name, kind_listed, buyer, agency, platform, seat, runtime, start_date, end_date,
            impression_goal, budget_eur, cpm_eur, placement, advertiser, external_id, cancelled
     FROM revision v WHERE v.line_no = o.line_no AND (top.event_no IS NULL OR v.event_no <= top.event_no)
     ORDER BY v.revision DESC LIMIT 1)
    LIMIT 1) r
LEFT JOIN LATERAL (
    SELECT budget_eur FROM line_overtaken t WHERE t.upload_id = budget.upload_id AND t.line_no = o.line_no
    UNION ALL
    (SELECT budget_eur FROM revision v WHERE v.line_no = o.line_no AND v.event_no <= budget.event_no
     ORDER BY v.revision DESC LIMIT 1)
    LIMIT 1) b ON true

-- name: touched
INSERT INTO touched (position, line_no, upload_id, action)
SELECT a.position, l.line_no, COALESCE(top.upload_id, %(upload_id)s) AS upload_id,
       CASE WHEN top.line_no IS NULL THEN 'withdrawn'
            WHEN %(stands)s OR l.withdrawn_at IS NOT NULL THEN 'restored' ELSE 'reverted' END AS action
FROM arriving a
JOIN line_register l ON l.line_no = a.position
LEFT JOIN top ON top.line_no = a.position
WHERE (top.line_no IS NULL) <> (l.withdrawn_at IS NOT NULL)
   OR (l.name, l.kind_listed, l.buyer, l.agency, l.platform, l.seat, l.runtime, l.start_date, l.end_date,
       l.impression_goal, l.budget_eur, l.cpm_eur, l.placement, l.advertiser, l.external_id, l.cancelled)
   IS DISTINCT FROM
      (a.name, a.kind, a.buyer, a.agency, a.platform, a.seat, a.runtime, a.start_date, a.end_date,
       a.impression_goal, a.budget_eur, a.cpm_eur, a.placement, a.advertiser, a.external_id, a.cancelled)

-- name: absence
SELECT judge_listings(%(order_no)s), judge_absence()

-- name: taken
SELECT l.id, l.name, t.action, t.upload_id FROM touched t JOIN line_register l USING (line_no) ORDER BY l.name, l.id

-- name: left
SELECT l.id, l.name, u.upload_id, u.file_name
FROM own o JOIN top USING (line_no) JOIN line_register l USING (line_no) JOIN upload u ON u.upload_id = top.upload_id
WHERE o.changed AND top.order_no > %(order_no)s
ORDER BY l.name, l.id

-- name: would change
SELECT l.id, r.name, r.action, f.key, f.value ->> 'before', f.value ->> 'after'
FROM revision r
JOIN line_register l USING (line_no)
LEFT JOIN LATERAL jsonb_each(r.changes) f ON true
WHERE r.event_no = (SELECT max(event_no) FROM ledger_event WHERE upload_id = %s AND event = 'reverted')
ORDER BY r.name, l.id, f.key
