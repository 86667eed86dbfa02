-- What healthy lines got, by purchase type, site and hour: the measure by which a shortfall is explained.
-- Healthy: covered, and at least `healthy_from` of the own target. Only days before as_of, only rows with funnel figures.

-- name: wanted
-- The series that should be summed up, of the lines in question (NULL: all).
SELECT s.series_no, f.line_no, f.purchase_type
FROM fulfillment f JOIN report_series s USING (line_no)
WHERE NOT source_by_day(s.source) AND NOT EXISTS (  -- a line that several APIs tell of is measured by the first
          SELECT FROM report_series o WHERE o.line_no = s.line_no AND o.source NOT IN ('c', 'd') AND s.source <> 'c'
             AND NOT source_by_day(o.source) AND source_rank(o.source) < source_rank(s.source))
  AND (%(lines)s::integer[] IS NULL OR f.line_no = ANY (%(lines)s::integer[]))
  AND f.covered AND f.elapsed_days > 0 AND f.pace IS DISTINCT FROM 'unmeasured'
  AND CASE f.lifecycle
          WHEN 'live' THEN f.delivered_before * f.due_flight
                           >= %(healthy_from)s::numeric * f.impression_goal * f.due_elapsed
          ELSE f.delivered >= %(healthy_from)s::numeric * f.impression_goal END

-- name: stale days
-- Days before as_of whose rows may have changed since the last refresh, because they were fetched (again).
SELECT day FROM (
    (SELECT source, day, fetched_at, fetch_no, rows FROM delivery_fetch
     EXCEPT SELECT source, day, fetched_at, fetch_no, rows FROM fulfillment_fetch)
    UNION ALL
    (SELECT source, day, fetched_at, fetch_no, rows FROM fulfillment_fetch
     EXCEPT SELECT source, day, fetched_at, fetch_no, rows FROM delivery_fetch)) changed
WHERE day < %(as_of)s::date
UNION SELECT day::date FROM generate_series(%(before)s::date, %(as_of)s::date - 1, interval '1 day') AS day

-- name: forget days
DELETE FROM reference_hour
WHERE hour_utc >= %(first)s::date::timestamp AT TIME ZONE %(timezone)s
  AND hour_utc < (%(last)s::date + 1)::timestamp AT TIME ZONE %(timezone)s
  AND (%(days)s::date[] IS NULL OR (hour_utc AT TIME ZONE %(timezone)s)::date = ANY (%(days)s::date[]))

-- name: sum days
-- Sum up the member series on days from `first` to `last` (of these: `days`; NULL for all).
WITH summed AS MATERIALIZED (
    SELECT h.hour_utc, m.purchase_type, h.site_no, count(*) AS rows, sum(h.bids) AS bids, sum(h.wins) AS wins,
           sum(h.plays) AS plays, sum(h.impressions) AS impressions
    FROM report_hour h JOIN reference_series m USING (series_no)
    WHERE h.hour_utc >= %(first)s::date::timestamp AT TIME ZONE %(timezone)s
      AND h.hour_utc < (%(last)s::date + 1)::timestamp AT TIME ZONE %(timezone)s
      AND (%(days)s::date[] IS NULL OR (h.hour_utc AT TIME ZONE %(timezone)s)::date = ANY (%(days)s::date[]))
      AND h.bids IS NOT NULL AND h.wins IS NOT NULL AND h.plays IS NOT NULL
    GROUP BY h.hour_utc, m.purchase_type, h.site_no
), by_day AS (
    INSERT INTO reference_day (purchase_type, day, rows, bids, wins, plays, impressions)
    SELECT purchase_type, (hour_utc AT TIME ZONE %(timezone)s)::date, sum(rows), sum(bids), sum(wins), sum(plays),
           sum(impressions)
    FROM summed GROUP BY 1, 2
)
INSERT INTO reference_hour (purchase_type, site_no, hour_utc, rows, bids, wins, plays, impressions)
SELECT purchase_type, site_no, hour_utc, rows, bids, wins, plays, impressions
FROM summed ORDER BY hour_utc

-- name: add series
-- Add (sign 1) or take away (sign -1) whole series on the days that were not summed up just now.
WITH delta AS (
    SELECT m.purchase_type, h.site_no, h.hour_utc, sum(m.sign) AS rows, sum(m.sign * h.bids) AS bids,
           sum(m.sign * h.wins) AS wins, sum(m.sign * h.plays) AS plays, sum(m.sign * h.impressions) AS impressions
    FROM unnest(%(series)s::integer[], %(types)s::text[], %(signs)s::integer[]) AS m(series_no, purchase_type, sign)
    JOIN report_hour h USING (series_no)
    WHERE h.hour_utc < %(as_of)s::date::timestamp AT TIME ZONE %(timezone)s
      AND (h.hour_utc AT TIME ZONE %(timezone)s)::date <> ALL (%(days)s::date[])
      AND h.bids IS NOT NULL AND h.wins IS NOT NULL AND h.plays IS NOT NULL
    GROUP BY m.purchase_type, h.site_no, h.hour_utc
), hours AS (
    INSERT INTO reference_hour AS r (purchase_type, site_no, hour_utc, rows, bids, wins, plays, impressions)
    SELECT * FROM delta
    ON CONFLICT (purchase_type, site_no, hour_utc) DO UPDATE
    SET rows = r.rows + excluded.rows, bids = r.bids + excluded.bids, wins = r.wins + excluded.wins,
        plays = r.plays + excluded.plays, impressions = r.impressions + excluded.impressions
), days AS (
    INSERT INTO reference_day AS r (purchase_type, day, rows, bids, wins, plays, impressions)
    SELECT purchase_type, (hour_utc AT TIME ZONE %(timezone)s)::date, sum(rows), sum(bids), sum(wins), sum(plays),
           sum(impressions)
    FROM delta GROUP BY 1, 2
    ON CONFLICT (purchase_type, day) DO UPDATE
    SET rows = r.rows + excluded.rows, bids = r.bids + excluded.bids, wins = r.wins + excluded.wins,
        plays = r.plays + excluded.plays, impressions = r.impressions + excluded.impressions
)
SELECT DISTINCT purchase_type, (hour_utc AT TIME ZONE %(timezone)s)::date FROM delta

-- name: make all
ALTER TABLE reference_hour
ADD CONSTRAINT reference_hour_pkey PRIMARY KEY (purchase_type, site_no, hour_utc)

-- name: members changed
SELECT series_no, line_no, purchase_type FROM reference_series
WHERE line_no = ANY (%(lines)s) OR series_no = ANY (%(series)s)

-- name: add members
INSERT INTO reference_series (series_no, line_no, purchase_type)
SELECT * FROM unnest(%s::integer[], %s::integer[], %s::text[])

-- name: forget
DELETE FROM reference_day WHERE day BETWEEN %(first)s AND %(last)s
AND (%(days)s::date[] IS NULL OR day = ANY (%(days)s::date[]))
