-- The statements of days.py, by the function that runs them.

-- name: statuses
SELECT day, status FROM delivery_fetch WHERE source = 'csv' AND day BETWEEN %s AND %s

-- name: arrivals
SELECT d.day, max(f.started_at)
FROM unnest(%s::date[], %s::timestamptz[], %s::timestamptz[]) AS d (day, first, last)
JOIN export_span s ON s.from_hour < d.last AND s.to_hour > d.first
JOIN report_fetch f USING (fetch_no)
GROUP BY d.day

-- name: judge
-- What the day's latest fetch was is told anew only where that was a fetch of the export that was told again.
UPDATE delivery_fetch d
SET status = %(status)s, rows = %(rows)s,
    first_complete_at = CASE %(status)s WHEN 'complete' THEN COALESCE(first_complete_at, %(now)s) END,
    (fetch_no, refused, fetched_at) = (
        SELECT CASE WHEN own THEN COALESCE(%(fetch)s, d.fetch_no) ELSE d.fetch_no END,
               CASE WHEN own THEN %(refused)s ELSE d.refused END,
               CASE WHEN own THEN COALESCE((SELECT stored_at FROM report_fetch WHERE fetch_no = %(fetch)s), d.fetched_at)
                    ELSE d.fetched_at END
        FROM (SELECT EXISTS (SELECT FROM report_fetch f
                             WHERE f.fetch_no = d.fetch_no AND f.upload_id = %(upload)s) AS own) o)
WHERE source = 'csv' AND day = %(day)s

-- name: lines of
SELECT DISTINCT line_no FROM export_span JOIN report_series USING (series_no)
WHERE line_no IS NOT NULL AND from_hour < %s AND to_hour > %s
