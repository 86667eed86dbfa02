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
DELETE FROM reference_site_day
WHERE day BETWEEN %(first)s::date AND %(last)s::date AND (%(days)s::date[] IS NULL OR day = ANY (%(days)s::date[]))

-- name: sum days
-- Sum up the member series on days from `first` to `last` (of these: `days`; NULL for all). Local days and hours are looked
-- up, since telling them for each row takes longer than summing it; purchase types are numbers until the end.
WITH hour AS MATERIALIZED (
    SELECT hour_utc, at::date AS day, extract(hour FROM at)::smallint AS hour
    FROM (SELECT %(first)s::date::timestamp AT TIME ZONE %(timezone)s AS since,
                 (%(last)s::date + 1)::timestamp AT TIME ZONE %(timezone)s AS until) bounds
    CROSS JOIN LATERAL generate_series(date_trunc('hour', since), until, interval '1 hour') AS hour_utc
    CROSS JOIN LATERAL (SELECT hour_utc AT TIME ZONE %(timezone)s AS at) local
    WHERE hour_utc >= since AND hour_utc < until AND (%(days)s::date[] IS NULL OR at::date = ANY (%(days)s::date[]))
), member AS MATERIALIZED (
    SELECT series_no, array_position(%(types)s::text[], purchase_type) AS type FROM reference_series
), told AS NOT MATERIALIZED (               -- single rows by time, packed ones campaign by campaign
    SELECT m.type, h.hour_utc, h.site_no, h.bids, h.wins, h.plays, h.impressions
    FROM report_hour h JOIN member m USING (series_no)
    WHERE h.hour_utc >= %(first)s::date::timestamp AT TIME ZONE %(timezone)s
      AND h.hour_utc < (%(last)s::date + 1)::timestamp AT TIME ZONE %(timezone)s
    UNION ALL
    SELECT m.type, h.hour_utc, h.site_no, h.bids, h.wins, h.plays, h.impressions
    FROM member m CROSS JOIN LATERAL packed_hours(
        m.series_no, %(first)s::date::timestamp AT TIME ZONE %(timezone)s,
        (%(last)s::date + 1)::timestamp AT TIME ZONE %(timezone)s) h
), hourly AS MATERIALIZED (                -- by the key of the rows, so that millions are summed and not sorted
    SELECT type, site_no, hour_utc, count(*) AS rows, sum(bids) AS bids, sum(wins) AS wins, sum(plays) AS plays,
           sum(impressions) AS impressions
    FROM told WHERE bids IS NOT NULL AND wins IS NOT NULL AND plays IS NOT NULL
    GROUP BY type, site_no, hour_utc
), summed AS (                              -- in autumn two hours are one local hour
    SELECT h.type, h.site_no, k.day, k.hour, sum(h.rows) AS rows, sum(h.bids)::bigint AS bids, sum(h.wins)::bigint AS wins,
           sum(h.plays)::bigint AS plays, sum(h.impressions) AS impressions
    FROM hourly h JOIN hour k USING (hour_utc)
    GROUP BY h.type, h.site_no, k.day, k.hour
), packed AS MATERIALIZED (
    SELECT type, site_no, day, array_agg(hour ORDER BY hour) AS hours, array_agg(rows::integer ORDER BY hour) AS rows,
           array_agg(bids ORDER BY hour) AS bids, array_agg(wins ORDER BY hour) AS wins,
           array_agg(plays ORDER BY hour) AS plays, array_agg(impressions ORDER BY hour) AS impressions,
           sum(rows) AS all_rows, sum(bids) AS all_bids, sum(wins) AS all_wins, sum(plays) AS all_plays,
           sum(impressions) AS all_impressions
    FROM summed GROUP BY type, site_no, day
), by_day AS (
    INSERT INTO reference_day (purchase_type, day, rows, bids, wins, plays, impressions)
    SELECT (%(types)s::text[])[type], day, sum(all_rows), sum(all_bids), sum(all_wins), sum(all_plays),
           sum(all_impressions)
    FROM packed GROUP BY type, day
)
INSERT INTO reference_site_day (purchase_type, site_no, day, hours, rows, bids, wins, plays, impressions)
SELECT (%(types)s::text[])[type], site_no, day, hours, rows, bids, wins, plays, impressions FROM packed

-- name: add series
-- Add (sign 1) or take away (sign -1) whole series on the days that were not summed up just now. An hour of which nothing is
-- left stays with 0 rows.
WITH member AS MATERIALIZED (
    SELECT * FROM unnest(%(series)s::integer[], %(types)s::text[], %(signs)s::integer[]) AS m(series_no, purchase_type, sign)
), told AS NOT MATERIALIZED (
    SELECT m.purchase_type, m.sign, h.hour_utc, h.site_no, h.bids, h.wins, h.plays, h.impressions
    FROM member m JOIN report_hour h USING (series_no)
    WHERE h.hour_utc < %(as_of)s::date::timestamp AT TIME ZONE %(timezone)s
    UNION ALL
    SELECT m.purchase_type, m.sign, h.hour_utc, h.site_no, h.bids, h.wins, h.plays, h.impressions
    FROM member m
    CROSS JOIN LATERAL packed_hours(m.series_no, '-infinity', %(as_of)s::date::timestamp AT TIME ZONE %(timezone)s) h
), delta AS (
    SELECT h.purchase_type, h.site_no, local.at::date AS day, extract(hour FROM local.at)::smallint AS hour,
           sum(h.sign) AS rows, sum(h.sign * h.bids) AS bids, sum(h.sign * h.wins) AS wins, sum(h.sign * h.plays) AS plays,
           sum(h.sign * h.impressions) AS impressions
    FROM told h
    CROSS JOIN LATERAL (SELECT h.hour_utc AT TIME ZONE %(timezone)s AS at) local
    WHERE local.at::date <> ALL (%(days)s::date[])
      AND h.bids IS NOT NULL AND h.wins IS NOT NULL AND h.plays IS NOT NULL
    GROUP BY 1, 2, 3, 4
), merged AS (
    SELECT purchase_type, site_no, day, hour, sum(rows) AS rows, sum(bids) AS bids, sum(wins) AS wins, sum(plays) AS plays,
           sum(impressions) AS impressions
    FROM (
        SELECT * FROM delta
        UNION ALL
        SELECT r.purchase_type, r.site_no, r.day, u.*
        FROM (SELECT DISTINCT purchase_type, site_no, day FROM delta) d
        JOIN reference_site_day r USING (purchase_type, site_no, day)
        CROSS JOIN LATERAL unnest(r.hours, r.rows, r.bids, r.wins, r.plays, r.impressions)
            AS u(hour, rows, bids, wins, plays, impressions)) parts
    GROUP BY purchase_type, site_no, day, hour
), hours AS (
    INSERT INTO reference_site_day AS r (purchase_type, site_no, day, hours, rows, bids, wins, plays, impressions)
    SELECT purchase_type, site_no, day, array_agg(hour ORDER BY hour), array_agg(rows::integer ORDER BY hour),
           array_agg(bids::bigint ORDER BY hour), array_agg(wins::bigint ORDER BY hour),
           array_agg(plays::bigint ORDER BY hour), array_agg(impressions ORDER BY hour)
    FROM merged GROUP BY purchase_type, site_no, day
    ON CONFLICT (purchase_type, site_no, day) DO UPDATE
    SET (hours, rows, bids, wins, plays, impressions)
      = (excluded.hours, excluded.rows, excluded.bids, excluded.wins, excluded.plays, excluded.impressions)
), days AS (
    INSERT INTO reference_day AS r (purchase_type, day, rows, bids, wins, plays, impressions)
    SELECT purchase_type, day, sum(rows), sum(bids), sum(wins), sum(plays), sum(impressions)
    FROM delta GROUP BY purchase_type, day
    ON CONFLICT (purchase_type, day) DO UPDATE
    SET rows = r.rows + excluded.rows, bids = r.bids + excluded.bids, wins = r.wins + excluded.wins,
        plays = r.plays + excluded.plays, impressions = r.impressions + excluded.impressions
)
SELECT DISTINCT purchase_type, day FROM delta

-- name: members changed
SELECT series_no, line_no, purchase_type FROM reference_series
WHERE line_no = ANY (%(lines)s) OR series_no = ANY (%(series)s)

-- name: add members
INSERT INTO reference_series (series_no, line_no, purchase_type)
SELECT * FROM unnest(%s::integer[], %s::integer[], %s::text[])

-- name: forget
DELETE FROM reference_day WHERE day BETWEEN %(first)s AND %(last)s
AND (%(days)s::date[] IS NULL OR day = ANY (%(days)s::date[]))
