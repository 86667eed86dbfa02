-- The statements of coverage.py, by the function that runs them.

-- name: resting
SELECT day FROM delivery_fetch WHERE source = %(source)s AND failures > 0
  -- Further ahead than that: the clock was set back since, and nobody shall wait until then.
  AND GREATEST(%(now)s - failed_at, failed_at - %(now)s)
      < LEAST(interval '5 minutes' * power(2, LEAST(failures, 12) - 1), interval '1 day')

-- name: record stored
INSERT INTO delivery_fetch AS f (source, day, status, fetched_at, rows, refused, fetch_no, first_complete_at)
VALUES (%(source)s, %(day)s, %(status)s, %(now)s, %(rows)s, %(refused)s, %(fetch)s, %(first)s)
ON CONFLICT (source, day) DO UPDATE
SET status = excluded.status, fetched_at = excluded.fetched_at, rows = excluded.rows,
    refused = excluded.refused, fetch_no = excluded.fetch_no, failures = 0, failed_at = NULL, detail = NULL,
    first_complete_at = COALESCE(f.first_complete_at, excluded.first_complete_at)

-- name: record failure
INSERT INTO delivery_fetch AS f (source, day, status, fetched_at, rows, failures, failed_at, detail)
VALUES (%(source)s, %(day)s, 'failed', %(now)s, 0, 1, %(now)s, %(detail)s)
ON CONFLICT (source, day) DO UPDATE
SET failures = f.failures + 1, failed_at = excluded.failed_at, detail = excluded.detail,
    status = CASE f.status WHEN 'complete' THEN 'complete' ELSE 'failed' END

-- name: record gone
INSERT INTO delivery_fetch (source, day, status, fetched_at, rows, detail)
VALUES (%(source)s, %(day)s, 'gone', %(now)s, 0, %(detail)s) ON CONFLICT (source, day) DO UPDATE
  SET status = 'gone', detail = EXCLUDED.detail, failures = 0, failed_at = NULL
WHERE delivery_fetch.status <> 'complete'

-- name: days to fetch
WITH first_delivery AS (
    SELECT line_no, min(day) AS day FROM line_day WHERE counted AND impressions > 0 GROUP BY line_no
), flight AS (
    -- a line that starts ASAP may have begun before the first day with impressions that is known: the day before tells
    SELECT COALESCE(start_date,
                    LEAST(f.day, CASE WHEN f.day IS NULL THEN (first_seen_at AT TIME ZONE %(zone)s)::date END, end_date) - 1
           ) AS first_day,
           LEAST(end_date, %(today)s::date - 1) AS last_day
    FROM line_register LEFT JOIN first_delivery f USING (line_no) WHERE withdrawn_at IS NULL
), span AS (
    SELECT unnest(range_agg(daterange(first_day, last_day, '[]'))) AS days
    FROM flight WHERE first_day <= last_day
)
SELECT d.day
FROM span CROSS JOIN LATERAL (
    SELECT n.at::date AS day
    FROM generate_series(GREATEST(lower(days), %(earliest)s::date)::timestamp,
                         (upper(days) - 1)::timestamp, interval '1 day') AS n (at)) d
WHERE NOT EXISTS (SELECT FROM delivery_fetch f
                  WHERE f.source = %(source)s AND (f.day = d.day AND f.status = 'complete'
                                                   OR f.day >= d.day AND f.status = 'gone'))
ORDER BY d.day DESC LIMIT %(limit)s
