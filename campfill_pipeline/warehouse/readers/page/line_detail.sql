-- The statements of line_detail.py, by the function that runs them.

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

-- name: sources
-- What the figures of a line come from: each source with the days on which it counts, the first in order first.
SELECT l.id, source_name(d.source), d.days
FROM (SELECT line_no, source, count(*) AS days FROM line_day
      WHERE counted AND day <= %(as_of)s AND line_no IN (SELECT line_no FROM line_register WHERE id = ANY (%(lines)s))
      GROUP BY line_no, source) d
JOIN line_register l USING (line_no)
ORDER BY l.id, source_rank(d.source)

-- name: hours and sites
-- One pass over the hours gives both sums. Only the source that counts on a day, as in delivery_daily.
WITH told AS MATERIALIZED (
    SELECT l.id AS line_id, s.line_no, s.source, h.hour_utc AT TIME ZONE %(timezone)s AS local, h.site_no,
           h.impressions, h.bids, h.wins, h.plays
    FROM line_register l
    JOIN report_series s USING (line_no)
    JOIN report_hour h USING (series_no)
    WHERE l.id = ANY (%(lines)s) AND h.hour_utc < (%(as_of)s::date + 1)::timestamp AT TIME ZONE %(timezone)s
    UNION ALL
    SELECT l.id, s.line_no, s.source, h.hour_utc AT TIME ZONE %(timezone)s, h.site_no, h.impressions, h.bids, h.wins, h.plays
    FROM line_register l
    JOIN report_series s USING (line_no)
    CROSS JOIN LATERAL packed_hours(
        s.series_no, '-infinity', (%(as_of)s::date + 1)::timestamp AT TIME ZONE %(timezone)s) h
    WHERE l.id = ANY (%(lines)s)
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

-- name: due weights
-- Of live lines: their weights by kind of day, and how many healthy lines stand behind the weeks of their sites (of their
-- placement, of all).
WITH asked AS (
    SELECT f.line_id, f.line_no, f.effective_start, f.end_date, f.pacing_basis, w.weights, l.placement
    FROM fulfillment f JOIN line_week w USING (line_no) JOIN line_register l USING (line_no)
    WHERE f.line_id = ANY (%(lines)s) AND f.lifecycle = 'live'
),
own AS (
    SELECT DISTINCT a.line_no, d.site_no
    FROM asked a JOIN report_series s USING (line_no) JOIN site_day d USING (series_no)
    WHERE a.pacing_basis = 'measured' AND d.day BETWEEN a.effective_start AND a.end_date
),
behind AS (
    SELECT o.line_no, count(DISTINCT c.line_no) AS lines FROM own o JOIN week_cell c USING (site_no) GROUP BY o.line_no
)
SELECT a.line_id, a.effective_start, a.end_date, a.weights, a.pacing_basis,
       COALESCE(b.lines, (SELECT count(*) FROM week_member m WHERE a.pacing_basis <> 'placement' OR m.placement = a.placement))
FROM asked a LEFT JOIN behind b USING (line_no)
