-- The statements of one_line.py, by the function that runs them.

-- name: line
SELECT id, name, COALESCE(kind_reported, kind_listed) AS kind, buyer, agency, platform, seat, runtime,
       start_date, end_date, impression_goal, budget_eur, cpm_eur, purchase_type, placement,
       advertiser, external_id, cancelled, kind_listed, kind_reported, first_seen_at, absent_since, withdrawn_at, revision
FROM line_register WHERE id = %(id)s

-- name: by external id
SELECT id FROM line_register WHERE external_id = %(text)s ORDER BY id

-- name: history
SELECT r.*, u.file_name FROM line_revision r LEFT JOIN upload u USING (upload_id) WHERE r.id = %(id)s
ORDER BY r.revision DESC

-- name: disagreements
SELECT kind_of_issue, report_id, detail FROM reconciliation WHERE line_id = %(id)s
ORDER BY kind_of_issue, issue_no
