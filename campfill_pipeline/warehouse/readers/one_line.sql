-- The statements of one_line.py, by the function that runs them.

-- name: line
SELECT id, name, COALESCE(kind_reported, kind_listed) AS kind, buyer, agency, platform, seat, runtime,
       start_date, end_date, impression_goal, budget_eur, cpm_eur, purchase_type, placement,
       advertiser, external_id, cancelled, kind_listed, kind_reported, first_seen_at, absent_since, withdrawn_at, revision,
       (SELECT currency FROM home_currency) AS currency
FROM line_register WHERE id = %(id)s

-- name: by external id
SELECT id FROM line_register WHERE external_id = %(text)s ORDER BY id

-- name: history
SELECT r.*, u.file_name FROM line_revision r LEFT JOIN upload u USING (upload_id) WHERE r.id = %(id)s
ORDER BY r.revision DESC

-- name: sources
-- Who tells of the line, on how many days, and on how many of these it is the one that counts.
SELECT source_name(d.source) AS source, count(*) AS days, count(*) FILTER (WHERE d.counted) AS counted_days,
       COALESCE(sum(d.impressions) FILTER (WHERE d.counted), 0) AS counted_impressions, sum(d.impressions) AS impressions,
       min(d.day) AS first_day, max(d.day) AS last_day
FROM line_day d JOIN line_register l USING (line_no)
WHERE l.id = %(id)s
GROUP BY d.source ORDER BY source_rank(d.source)

-- name: disagreements
SELECT kind_of_issue, report_id, detail FROM reconciliation WHERE line_id = %(id)s
ORDER BY kind_of_issue, issue_no
