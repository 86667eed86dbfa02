-- The statements of page_detail.py, by the function that runs them.

-- name: days
SELECT line_id, day, impressions, bids, wins, plays
FROM delivery_daily
WHERE line_id = ANY (%(lines)s) AND day <= %(as_of)s
ORDER BY line_id, day

-- name: volumes
SELECT line_id, sum(rows)
FROM delivery_daily
WHERE line_id = ANY (%(lines)s) AND day <= %(as_of)s
GROUP BY line_id

-- name: hours and sites
-- One pass over the hours gives both sums. Only the source that counts on a day, as in delivery_daily.
WITH told AS MATERIALIZED (
    SELECT l.id AS line_id, s.line_no, s.source, h.hour_utc AT TIME ZONE %(timezone)s AS local, h.site_no,
           h.impressions, h.bids, h.wins, h.plays
    FROM line_register l
    JOIN report_series s USING (line_no)
    JOIN report_hour h USING (series_no)
    WHERE l.id = ANY (%(lines)s) AND h.hour_utc < (%(as_of)s::date + 1)::timestamp AT TIME ZONE %(timezone)s
), hourly AS (
    SELECT t.line_id, d.day, EXTRACT(hour FROM t.local)::integer AS hour, t.site_no,
           t.impressions, t.bids, t.wins, t.plays
    FROM told t
    JOIN line_day d ON d.line_no = t.line_no AND d.day = t.local::date AND d.source = t.source
    WHERE d.counted
), summed AS (
    SELECT line_id, GROUPING(site_no) AS by_hour, day, hour, site_no,
           sum(impressions) AS impressions, sum(bids) AS bids, sum(wins) AS wins, sum(plays) AS plays
    FROM hourly
    GROUP BY GROUPING SETS ((line_id, day, hour), (line_id, site_no))
), ranked AS (
    SELECT s.*, row_number() OVER (PARTITION BY line_id, by_hour ORDER BY impressions DESC, site_no) AS place,
           count(*) OVER (PARTITION BY line_id, by_hour) AS sites
    FROM summed s
)
SELECT r.line_id, r.by_hour, r.day, r.hour, x.site, r.impressions, r.bids, r.wins, r.plays, r.sites
FROM ranked r LEFT JOIN site x ON r.by_hour = 0 AND x.site_no = r.site_no
WHERE r.by_hour = 1 OR r.place <= %(most)s
ORDER BY r.line_id, r.by_hour, r.place

-- name: causes
SELECT c.line_id, c.cause, f.kind, c.evidence::text
FROM shortfall_cause c JOIN fulfillment f USING (line_id)
WHERE c.line_id = ANY (%(lines)s)
