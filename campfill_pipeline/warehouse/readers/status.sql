-- The statements of status.py, by the function that runs them.

-- name: uploads
SELECT upload_id, seq, file_name, kind, status, reason, message, received_at, decided_at, reverted_at, attempts,
       rows_read, rows_accepted, rows_rejected, rows_new, rows_updated, rows_unchanged, receipt
FROM upload ORDER BY seq DESC LIMIT %(latest)s

-- name: counts
SELECT count(*) AS uploads,
       count(*) FILTER (WHERE status = 'received') AS waiting,
       count(*) FILTER (WHERE status = 'received' AND attempts > 0) AS being_retried,
       count(*) FILTER (WHERE status = 'rejected' AND decided_at > %(now)s - interval '7 days') AS rejected_last_7_days
FROM upload

-- name: delivery
WITH of_exports AS (
    SELECT sum(refused)::bigint AS rows FROM report_fetch f
    WHERE source = 'csv' AND EXISTS (SELECT FROM report_refusal r WHERE r.fetch_no = f.fetch_no)
)
SELECT source, max(fetched_at) FILTER (WHERE status <> 'failed') AS latest_fetch,
       min(day) FILTER (WHERE status = 'complete') AS first_complete_day,
       max(day) FILTER (WHERE status = 'complete') AS last_complete_day,
       count(*) FILTER (WHERE status = 'complete') AS complete_days,
       count(*) FILTER (WHERE failures > 0) AS failing_days,
       count(*) FILTER (WHERE refused > 0) AS refused_days,
       CASE source WHEN 'csv' THEN COALESCE((SELECT rows FROM of_exports), 0) ELSE sum(refused) END AS refused_rows,
       (array_agg(detail ORDER BY failed_at DESC) FILTER (WHERE failures > 0))[1] AS latest_failure
FROM delivery_fetch GROUP BY source ORDER BY source

-- name: holes
-- Days between the first and the last complete one of an API that are not, and that a line which cannot be judged needs.
SELECT source, count(*) AS days, min(d.day)::date AS first, max(d.day)::date AS last
FROM (SELECT source, min(day) AS first, max(day) AS last FROM delivery_fetch
      WHERE status = 'complete' AND source NOT IN ('csv', 'csv_day') GROUP BY source) span
CROSS JOIN LATERAL generate_series(first::timestamp, last::timestamp, interval '1 day') AS d(day)
WHERE NOT EXISTS (SELECT FROM delivery_fetch c
                  WHERE c.day = d.day::date AND c.status = 'complete' AND c.source IN (span.source, 'csv', 'csv_day'))
  AND EXISTS (SELECT FROM fulfillment f
              WHERE NOT f.covered AND f.elapsed_days > 0 AND d.day::date BETWEEN f.effective_start AND f.end_date)
GROUP BY source ORDER BY source

-- name: fulfillment
SELECT count(*) AS lines, count(*) FILTER (WHERE covered) AS covered,
       count(*) FILTER (WHERE lifecycle = 'live') AS live, max(as_of) AS as_of, max(refreshed_at) AS refreshed_at,
       sum(value_at_risk_eur) FILTER (WHERE covered) AS value_at_risk_eur
FROM fulfillment
