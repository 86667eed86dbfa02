-- Lists that the HTTP door pages through by key (warehouse/readers/lists.py).

-- name: lines
SELECT id, name, kind, buyer, agency, platform, seat, runtime, start_date, end_date, impression_goal, budget_eur, cpm_eur,
       currency, purchase_type, placement, advertiser, external_id, cancelled, first_seen_at, absent_since, revision
FROM line
WHERE (%(kind)s::text IS NULL OR kind = %(kind)s) AND (%(buyer)s::text IS NULL OR buyer = %(buyer)s)
  AND (%(after)s::uuid IS NULL OR id > %(after)s)
ORDER BY id LIMIT %(limit)s

-- name: of buyer
SELECT id FROM line WHERE buyer = %(buyer)s

-- name: reconciliation
SELECT issue_no, kind_of_issue, line_id, report_id, detail FROM reconciliation
WHERE %(after)s::integer IS NULL OR issue_no > %(after)s ORDER BY issue_no LIMIT %(limit)s
