-- The statements of packing.py. Each that moves rows takes and gives them at once: whatever is cut off or waits for another
-- writer, a row stands in report_hour or in packed_hour, never in both, never in none.

-- name: loose
SELECT series_no, count(*) FROM report_hour
WHERE hour_utc >= %(since)s AND hour_utc < %(until)s
  AND hour_utc = date_trunc('minute', hour_utc, 'UTC') AND impressions <> 'NaN'
GROUP BY series_no ORDER BY series_no

-- name: pack
-- Hour by hour, until a packed row has enough of them; large ones hold an hour of very many sites.
WITH gone AS (
    DELETE FROM report_hour
    WHERE hour_utc >= %(since)s AND hour_utc < %(until)s AND series_no = ANY (%(series)s::integer[])
      AND hour_utc = date_trunc('minute', hour_utc, 'UTC') AND impressions <> 'NaN'
    RETURNING hour_utc, series_no, site_no, fetch_no, bids, wins, plays, (impressions * 10000)::bigint AS impressions, terms
), counted AS (
    SELECT *, (rank() OVER (PARTITION BY series_no, terms ORDER BY hour_utc) - 1) / %(together)s AS part FROM gone
), placed AS (
    SELECT *, min(hour_utc) OVER (PARTITION BY series_no, terms, part) AS from_hour FROM counted
), clock AS (
    INSERT INTO packed_clock (hour_utc) SELECT DISTINCT hour_utc FROM gone ON CONFLICT (hour_utc) DO NOTHING
)
INSERT INTO packed_hour (from_hour, last_hour, series_no, terms, minutes, sites, fetches, bids, wins, plays, impressions,
                         large_impressions)
SELECT from_hour, max(hour_utc), series_no, terms,
       array_agg((extract(epoch FROM hour_utc - from_hour) / 60)::smallint ORDER BY hour_utc, site_no),
       CASE WHEN min(site_no) = max(site_no) THEN ARRAY[min(site_no)] ELSE array_agg(site_no ORDER BY hour_utc, site_no) END,
       CASE WHEN min(fetch_no) = max(fetch_no) THEN ARRAY[min(fetch_no)]
            ELSE array_agg(fetch_no ORDER BY hour_utc, site_no) END,
       CASE WHEN count(bids) > 0 THEN array_agg(bids ORDER BY hour_utc, site_no) END,
       CASE WHEN count(wins) > 0 THEN array_agg(wins ORDER BY hour_utc, site_no) END,
       CASE WHEN count(plays) > 0 THEN array_agg(plays ORDER BY hour_utc, site_no) END,
       CASE WHEN max(abs(impressions)) <= 2147483647
            THEN array_agg(impressions ORDER BY hour_utc, site_no)::integer[] END,
       CASE WHEN max(abs(impressions)) > 2147483647 THEN array_agg(impressions ORDER BY hour_utc, site_no) END
FROM placed
GROUP BY series_no, terms, part, from_hour
ORDER BY series_no, from_hour

-- name: unpack
WITH gone AS (
    DELETE FROM packed_hour p
    WHERE series_no = ANY (%(series)s::integer[]) AND from_hour > %(since)s::timestamptz - interval '17 days'
      AND from_hour < %(until)s AND last_hour >= %(since)s
    RETURNING p AS pack, series_no, terms
)
INSERT INTO report_hour (hour_utc, series_no, site_no, fetch_no, bids, wins, plays, impressions, terms)
SELECT u.hour_utc, g.series_no, u.site_no, u.fetch_no, u.bids, u.wins, u.plays, u.impressions, g.terms
FROM gone g CROSS JOIN LATERAL unpacked(g.pack) u

-- name: of source
SELECT series_no FROM report_series WHERE source = %s

-- name: staged
SELECT DISTINCT series_no FROM stage_hour

-- name: packed series
SELECT DISTINCT series_no FROM packed_hour
