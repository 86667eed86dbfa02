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
-- One pass over the hours gives both sums, a row for each line in the order asked for: local hours as hours since 1970, in
-- autumn two of them the same, and the sites with most. Only the source that counts on a day, as in delivery_daily; where a
-- line has but one, no day is told of its rows. They are summed by UTC hour, since telling the local one takes longer.
WITH other AS MATERIALIZED (
    SELECT d.line_no, d.source, d.day FROM line_day d JOIN line_register l USING (line_no)
    WHERE NOT d.counted AND l.id = ANY (%(lines)s)
), asked AS MATERIALIZED (
    SELECT l.line_no, a.place::integer, EXISTS (SELECT FROM other o WHERE o.line_no = l.line_no) AS several
    FROM unnest(%(lines)s::uuid[]) WITH ORDINALITY AS a(id, place) JOIN line_register l USING (id)
), told AS NOT MATERIALIZED (               -- single rows by time, packed ones campaign by campaign
    SELECT a.place, a.several, s.line_no, s.source, h.hour_utc, h.site_no, h.impressions, h.bids, h.wins, h.plays
    FROM asked a JOIN report_series s USING (line_no) JOIN report_hour h USING (series_no)
    WHERE h.hour_utc < (%(as_of)s::date + 1)::timestamp AT TIME ZONE %(timezone)s
    UNION ALL
    SELECT a.place, a.several, s.line_no, s.source, h.hour_utc, h.site_no, h.impressions, h.bids, h.wins, h.plays
    FROM asked a JOIN report_series s USING (line_no)
    CROSS JOIN LATERAL packed_hours(
        s.series_no, '-infinity', (%(as_of)s::date + 1)::timestamp AT TIME ZONE %(timezone)s) h
), summed AS MATERIALIZED (
    SELECT place, hour_utc, site_no, GROUPING(site_no) = 1 AS by_hour,
           sum(impressions) AS impressions, sum(bids) AS bids, sum(wins) AS wins, sum(plays) AS plays
    FROM told t
    WHERE NOT EXISTS (
        SELECT FROM other o
        WHERE (o.line_no, o.source, o.day)
            = (t.line_no, t.source, CASE WHEN t.several THEN (t.hour_utc AT TIME ZONE %(timezone)s)::date END))
    GROUP BY GROUPING SETS ((place, hour_utc), (place, site_no))
), by_hour AS (
    SELECT place, array_agg(floor(date_part('epoch', hour_utc AT TIME ZONE %(timezone)s) / 3600)::integer) AS hours,
           array_agg(impressions) AS impressions
    FROM summed WHERE by_hour GROUP BY place
), by_site AS (
    SELECT place, x.site, impressions, bids, wins, plays, count(*) OVER (PARTITION BY place) AS sites,
           row_number() OVER (PARTITION BY place ORDER BY impressions DESC, s.site_no) AS rank
    FROM summed s LEFT JOIN site x USING (site_no) WHERE NOT by_hour
), most AS (
    SELECT place, min(sites) AS sites, array_agg(site ORDER BY rank) AS names, array_agg(impressions ORDER BY rank) AS impressions,
           array_agg(bids ORDER BY rank) AS bids, array_agg(wins ORDER BY rank) AS wins, array_agg(plays ORDER BY rank) AS plays
    FROM by_site WHERE rank <= %(most)s GROUP BY place
)
SELECT place, h.hours, h.impressions, m.sites, m.names, m.impressions, m.bids, m.wins, m.plays
FROM by_hour h JOIN most m USING (place)
ORDER BY place

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
