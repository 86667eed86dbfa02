-- Taking an upload back, or putting it back in force (warehouse/register/revert.py). Each part is one statement.

-- name: own
-- The lines that the upload changed, with the newest revision it brought.
CREATE TEMP TABLE own ON COMMIT DROP AS
SELECT line_no, max(revision) AS revision FROM revision WHERE upload_id = %(upload_id)s AND brought GROUP BY line_no

-- name: top
-- What each of these lines shall be: the newest state that a standing upload brought. None: withdrawn.
CREATE TEMP TABLE top ON COMMIT DROP AS
SELECT DISTINCT ON (r.line_no) r.line_no, r.revision, r.upload_id
FROM own o JOIN revision r USING (line_no) JOIN upload u ON u.upload_id = r.upload_id
WHERE r.brought AND u.reverted_at IS NULL
ORDER BY r.line_no, r.revision DESC

-- name: arriving
INSERT INTO arriving (position, sheet, row_no, id, name, kind, buyer, agency, platform, seat, runtime, start_date, end_date,
                      impression_goal, budget_eur, cpm_eur, placement, advertiser)
SELECT o.line_no, r.sheet, r.row_no, l.id, r.name, r.kind_listed, r.buyer, r.agency, r.platform, r.seat, r.runtime,
       r.start_date, r.end_date, r.impression_goal, r.budget_eur, r.cpm_eur, r.placement, r.advertiser
FROM own o
JOIN line_register l USING (line_no)
LEFT JOIN top USING (line_no)
JOIN revision r ON r.line_no = o.line_no AND r.revision = COALESCE(top.revision, l.revision)

-- name: touched
CREATE TEMP TABLE touched ON COMMIT DROP AS
SELECT a.position, l.line_no, COALESCE(top.upload_id, %(upload_id)s) AS upload_id,
       CASE WHEN top.line_no IS NULL THEN 'withdrawn'
            WHEN %(stands)s OR l.withdrawn_at IS NOT NULL THEN 'restored' ELSE 'reverted' END AS action
FROM arriving a
JOIN line_register l ON l.line_no = a.position
LEFT JOIN top ON top.line_no = a.position
WHERE (top.line_no IS NULL) <> (l.withdrawn_at IS NOT NULL)
   OR (l.name, l.kind_listed, l.buyer, l.agency, l.platform, l.seat, l.runtime, l.start_date, l.end_date,
       l.impression_goal, l.budget_eur, l.cpm_eur, l.placement, l.advertiser)
   IS DISTINCT FROM
      (a.name, a.kind, a.buyer, a.agency, a.platform, a.seat, a.runtime, a.start_date, a.end_date,
       a.impression_goal, a.budget_eur, a.cpm_eur, a.placement, a.advertiser)

-- name: absence
UPDATE line_register l
SET absent_since = CASE WHEN %(stands)s THEN b.after ELSE b.before END
FROM line_absence b
WHERE b.upload_id = %(upload_id)s AND b.line_no = l.line_no
  AND l.absent_since IS NOT DISTINCT FROM CASE WHEN %(stands)s THEN b.before ELSE b.after END

-- name: taken
SELECT l.id, l.name, t.action, t.upload_id FROM touched t JOIN line_register l USING (line_no) ORDER BY l.name, l.id

-- name: left
SELECT l.id, l.name, u.upload_id, u.file_name
FROM own o JOIN top USING (line_no) JOIN line_register l USING (line_no) JOIN upload u ON u.upload_id = top.upload_id
WHERE top.revision > o.revision AND top.upload_id <> %(upload_id)s
ORDER BY l.name, l.id
