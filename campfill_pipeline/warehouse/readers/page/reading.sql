-- The statements of reading.py, by the function that runs them. {columns} are those that domain/figures.py lists.

-- name: lines
SELECT {columns}
FROM fulfillment f
JOIN line_register l ON l.line_no = f.line_no AND l.withdrawn_at IS NULL
LEFT JOIN shortfall_cause c ON c.line_id = f.line_id
ORDER BY f.shortfall DESC, f.line_id

-- name: trend
SELECT day, kind, purchase_type, fulfilled_pct, change, trend
FROM fulfillment_trend
WHERE day <= %(as_of)s AND day > %(as_of)s::date - %(days)s
ORDER BY kind, purchase_type, day

-- name: losses
SELECT p.period, COALESCE(f.kind, 'all') AS kind, COALESCE(f.purchase_type, 'all') AS purchase_type,
       COALESCE(c.side, 'none') AS side, count(*) AS lines, sum(f.shortfall) AS impressions,
       sum(f.value_at_risk_eur) AS eur
FROM fulfillment f
JOIN (VALUES ('7d', %(as_of)s::date - 7), ('30d', %(as_of)s::date - 30),
             ('this_year', date_trunc('year', %(as_of)s::date)::date)) AS p (period, start)
     ON f.end_date >= p.start AND f.end_date < %(as_of)s
LEFT JOIN shortfall_cause c USING (line_id)
WHERE f.covered AND f.shortfall > 0
GROUP BY GROUPING SETS (
    (p.period, COALESCE(c.side, 'none')), (p.period, COALESCE(c.side, 'none'), f.kind, f.purchase_type))
ORDER BY 1, 2, 3, 4

-- name: freshness
WITH complete AS (
    SELECT day FROM known_day WHERE day < %(as_of)s
), run AS (
    SELECT day, day - (row_number() OVER (ORDER BY day))::integer AS island FROM complete
), newest AS (
    SELECT min(day) AS first, max(day) AS last FROM run
    WHERE island = (SELECT island FROM run ORDER BY day DESC LIMIT 1)
), list AS (
    SELECT file_name, received_at FROM upload
    WHERE kind = 'campaign_list' AND status IN ('loaded', 'partly_loaded') AND reverted_at IS NULL
    ORDER BY seq DESC LIMIT 1
), failure AS (
    SELECT failed_at, detail FROM delivery_fetch WHERE failures > 0 ORDER BY failed_at DESC, day DESC LIMIT 1
)
SELECT n.first, n.last,
       (SELECT max(fetched_at) FROM delivery_fetch WHERE status <> 'failed'),
       (SELECT max(fetched_at) FROM delivery_fetch WHERE status <> 'failed' AND day = %(as_of)s),
       l.file_name, l.received_at,
       EXISTS (SELECT FROM delivery_fetch WHERE source NOT IN ('csv', 'csv_day')), x.failed_at, x.detail,
       (SELECT COALESCE(sum(refused), 0)::bigint FROM report_fetch f
        WHERE EXISTS (SELECT FROM report_refusal r WHERE r.fetch_no = f.fetch_no)),
       (SELECT count(*) FROM delivery_fetch WHERE failures > 0 AND status IN ('complete', 'partial'))
FROM newest n LEFT JOIN list l ON true LEFT JOIN failure x ON true

-- name: gaps
WITH needed AS (
    SELECT DISTINCT day::date AS day
    FROM (SELECT DISTINCT f.effective_start - (l.start_date IS NULL)::integer AS effective_start, f.end_date
          FROM fulfillment f JOIN line l USING (line_no) WHERE NOT f.covered AND f.elapsed_days > 0) f
    CROSS JOIN LATERAL generate_series(
        f.effective_start, LEAST(f.end_date, %(as_of)s::date - 1), interval '1 day') AS day
)
SELECT COALESCE(d.source, a.connector, 'api') AS source, n.day, COALESCE(d.status, 'missing') AS status, d.fetched_at
FROM needed n
LEFT JOIN (SELECT DISTINCT connector, NULL::date AS day FROM delivery_source s
           WHERE place IS NOT NULL AND EXISTS (SELECT FROM delivery_fetch f WHERE f.source = s.source)
           UNION ALL SELECT 'csv', day FROM delivery_fetch WHERE source IN ('csv', 'csv_day')) a
       ON COALESCE(a.day, n.day) = n.day
LEFT JOIN (delivery_fetch d JOIN delivery_source s USING (source)) ON d.day = n.day AND s.connector = a.connector
WHERE NOT EXISTS (SELECT FROM delivery_fetch c JOIN delivery_source o USING (source)
                  WHERE c.day = n.day AND c.status = 'complete' AND o.connector IN (a.connector, 'csv'))
ORDER BY n.day, source

-- name: revisions
SELECT l.id, r.revision, r.valid_from, r.action, r.upload_id, r.sheet, r.row_no, r.changes
FROM fulfillment f
JOIN line_register l ON l.line_no = f.line_no AND l.withdrawn_at IS NULL
JOIN revision r ON r.line_no = l.line_no
WHERE l.revision > 1
ORDER BY f.shortfall DESC, f.line_id, r.revision DESC
LIMIT %(most)s

-- name: reconciliation
SELECT kind_of_issue, line_id, report_id, detail FROM reconciliation ORDER BY kind_of_issue, issue_no

-- name: uploads
SELECT upload_id, file_name, received_at, status
FROM upload u
WHERE EXISTS (SELECT FROM revision r WHERE r.upload_id = u.upload_id)
ORDER BY seq
