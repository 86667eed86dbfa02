-- The statements of care.py, by the function that runs them.

-- name: say
INSERT INTO care_event (line_id, act, text, until, make_good, by_line, impressions, first_day, last_day, said_by, upload_id, at)
VALUES (%(line)s, %(act)s, %(text)s, %(until)s, %(make_good)s, %(by_line)s, %(impressions)s, %(first)s, %(last)s, %(said_by)s,
        %(upload)s, %(now)s)

-- name: renew page
-- Page and workbook show who takes care: they are made again.
UPDATE fulfillment_state SET content = gen_random_uuid()

-- name: known
SELECT end_date FROM line_register WHERE id = %s

-- name: overlapping
SELECT make_good, line_id FROM make_good
WHERE by_line = %(by_line)s AND state <> 'closed' AND make_good <> %(make_good)s
  AND first_day <= %(last)s::date AND last_day >= %(first)s::date
LIMIT 1

-- name: make goods
SELECT g.make_good, g.line_id, l.name, g.by_line, g.agreed, g.first_day, g.last_day, g.text, g.said_by, g.agreed_at, g.delivered,
       g.state, g.closed_at, g.closed_text,
       CASE WHEN f.covered AND f.lifecycle LIKE 'ended%%' THEN f.shortfall END AS owed
FROM make_good g JOIN line_register l ON l.id = g.line_id LEFT JOIN fulfillment f ON f.line_id = g.line_id
WHERE %(line)s::uuid IS NULL OR g.line_id = %(line)s::uuid
ORDER BY g.state = 'closed', g.agreed_at, g.make_good

-- name: over owed
-- All that is open and what the others delivered; or a single one, though its days are over.
WITH good AS (
    SELECT *, state IN ('agreed', 'delivering', 'delivered') AS open,
           CASE WHEN state IN ('closed', 'short') THEN delivered ELSE agreed END AS counts FROM make_good
), agreed AS (
    SELECT line_id, GREATEST(CASE WHEN bool_or(open) THEN sum(counts) END,
                             max(agreed) FILTER (WHERE state <> 'closed')) AS most
    FROM good WHERE %(line)s::uuid IS NULL OR line_id = %(line)s::uuid GROUP BY line_id
)
SELECT a.line_id, l.name, a.most::bigint AS agreed, f.shortfall AS owed, f.lifecycle LIKE 'ended%%' AS ended
FROM agreed a JOIN line_register l ON l.id = a.line_id JOIN fulfillment f ON f.line_id = a.line_id
WHERE f.covered AND a.most > f.shortfall
ORDER BY l.name, a.line_id

-- name: standing
SELECT c.line_id, l.name, c.owner, c.note, c.acknowledged_until, c.muted_until, c.agreed, c.make_goods, c.changed_at
FROM line_care c JOIN line_register l ON l.id = c.line_id
WHERE %(line)s::uuid IS NULL OR c.line_id = %(line)s::uuid
ORDER BY l.name, c.line_id

-- name: history
SELECT care_no, line_id, act, text, until, make_good, by_line, impressions, first_day, last_day, said_by, upload_id, at
FROM care_event WHERE line_id = %s ORDER BY care_no DESC
