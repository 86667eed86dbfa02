-- From delivery by site and day to sums by kind of day. Kinds: 1 Monday … 7 Sunday; public holidays (parameter) are 7.

-- name: candidates
-- Lines the week is made from (`member`), and live ones, whose weights are made by it.
SELECT line_no, placement, effective_start, end_date, elapsed_days, lifecycle = 'live' AS live,
       lifecycle <> 'live' AND days_fetched = elapsed_days AND start_known
           AND delivered >= %(member_from)s::numeric * impression_goal AS member
FROM base
WHERE lifecycle NOT IN ('scheduled', 'cancelled') AND end_date >= %(as_of)s::date - %(week_days)s::integer

-- name: asked
asked AS MATERIALIZED (
    SELECT * FROM unnest(%(asked)s::integer[], %(first_days)s::date[], %(last_days)s::date[]) AS a(line_no, first_day, last_day)
)

-- name: at sites now
at_site AS (
    SELECT a.line_no, d.site_no, d.day, d.impressions
    FROM asked a JOIN report_series s USING (line_no)
    JOIN site_day d ON d.series_no = s.series_no AND d.day BETWEEN a.first_day AND a.last_day
    JOIN line_day l ON (l.line_no, l.day, l.source) = (a.line_no, d.day, s.source) AND l.counted
)

-- name: site known now
site_known AS (
    SELECT series_no, day, site_no, impressions FROM site_day
)

-- name: site known then
site_known AS (
    SELECT series_no, day, site_no, impressions FROM site_day WHERE day <= %(as_of)s::date
    UNION ALL
    SELECT series_no, (hour_utc AT TIME ZONE %(timezone)s)::date, site_no, impressions FROM correction
)

-- name: at sites
at_site AS (
    SELECT a.line_no, k.site_no, k.day, k.impressions
    FROM asked a JOIN attribution s USING (line_no)
    JOIN site_known k ON k.series_no = s.series_no AND k.day BETWEEN a.first_day AND a.last_day
    JOIN (SELECT line_no, day, source, source_rank(source) = min(source_rank(source)) OVER (PARTITION BY line_no, day) AS counted
          FROM (SELECT DISTINCT line_no, day, source FROM known JOIN attribution USING (series_no)
                WHERE line_no = ANY (%(asked)s::integer[])) present) l
      ON (l.line_no, l.day, l.source) = (a.line_no, k.day, s.source) AND l.counted
)

-- name: cells
SELECT line_no, site_no,
       ARRAY(SELECT COALESCE(x, 0) FROM unnest(ARRAY[
           sum(impressions) FILTER (WHERE kind = 1), sum(impressions) FILTER (WHERE kind = 2),
           sum(impressions) FILTER (WHERE kind = 3), sum(impressions) FILTER (WHERE kind = 4),
           sum(impressions) FILTER (WHERE kind = 5), sum(impressions) FILTER (WHERE kind = 6),
           sum(impressions) FILTER (WHERE kind = 7)]) AS x) AS impressions, NULL::numeric[] AS squares
FROM (SELECT *, CASE WHEN day = ANY (%(holidays)s::date[]) THEN 7 ELSE extract(isodow FROM day) END AS kind FROM at_site) d
GROUP BY line_no, site_no

-- name: line sums
SELECT line_no, NULL::integer AS site_no,
       ARRAY(SELECT COALESCE(x, 0) FROM unnest(ARRAY[
           sum(impressions) FILTER (WHERE kind = 1), sum(impressions) FILTER (WHERE kind = 2),
           sum(impressions) FILTER (WHERE kind = 3), sum(impressions) FILTER (WHERE kind = 4),
           sum(impressions) FILTER (WHERE kind = 5), sum(impressions) FILTER (WHERE kind = 6),
           sum(impressions) FILTER (WHERE kind = 7)]) AS x) AS impressions,
       ARRAY(SELECT COALESCE(x, 0) FROM unnest(ARRAY[
           sum(squared) FILTER (WHERE kind = 1), sum(squared) FILTER (WHERE kind = 2),
           sum(squared) FILTER (WHERE kind = 3), sum(squared) FILTER (WHERE kind = 4),
           sum(squared) FILTER (WHERE kind = 5), sum(squared) FILTER (WHERE kind = 6),
           sum(squared) FILTER (WHERE kind = 7)]) AS x) AS squares
FROM (SELECT a.line_no, d.impressions, d.impressions * d.impressions AS squared,
             CASE WHEN d.day = ANY (%(holidays)s::date[]) THEN 7 ELSE extract(isodow FROM d.day) END AS kind
      FROM asked a JOIN daily d ON d.line_no = a.line_no AND d.day BETWEEN a.first_day AND a.last_day) d
GROUP BY line_no

-- name: lines that may matter
-- Live now, or ended within the week's history; and members until now.
SELECT line_no FROM line
WHERE end_date >= %(as_of)s::date - %(week_days)s::integer
  AND (%(lines)s::integer[] IS NULL OR line_no = ANY (%(lines)s::integer[]))

-- name: ended now
-- The same candidates as above, where the figures as of this day are stored: those the week is made from.
SELECT line_no, l.placement, f.effective_start, f.end_date, f.elapsed_days, false AS live, true AS member
FROM fulfillment f JOIN line l USING (line_no)
WHERE f.end_date >= %(as_of)s::date - %(week_days)s::integer AND f.end_date < %(as_of)s::date AND f.covered
  AND f.lifecycle IN ('ended_provisional', 'ended_final')
  AND f.delivered >= %(member_from)s::numeric * f.impression_goal
  AND (%(lines)s::integer[] IS NULL OR line_no = ANY (%(lines)s::integer[]))

-- name: live now
-- And those whose weights are made by it. An ASAP line starts with its first delivery.
SELECT line_no, placement, effective_start, end_date, %(as_of)s::date - effective_start AS elapsed_days, true AS live,
       false AS member
FROM line l
LEFT JOIN LATERAL (SELECT min(day) AS day FROM line_day d
                   WHERE d.line_no = l.line_no AND l.start_date IS NULL AND counted AND impressions > 0) f ON true
CROSS JOIN LATERAL (
    SELECT LEAST(COALESCE(start_date, f.day, (first_seen_at AT TIME ZONE %(timezone)s)::date), end_date) AS effective_start) s
WHERE end_date >= %(as_of)s::date AND effective_start <= %(as_of)s::date AND NOT cancelled
  AND (%(lines)s::integer[] IS NULL OR line_no = ANY (%(lines)s::integer[]))

-- name: stored members
SELECT line_no, placement, first_day, last_day, impressions, squares FROM week_member
WHERE %(lines)s::integer[] IS NULL OR line_no = ANY (%(lines)s::integer[])

-- name: members too old
SELECT line_no FROM week_member WHERE last_day < %(as_of)s::date - %(week_days)s::integer OR last_day >= %(as_of)s::date

-- name: stored cells
SELECT line_no, site_no, impressions FROM week_cell
WHERE %(lines)s::integer[] IS NULL OR line_no = ANY (%(lines)s::integer[])

-- name: forget members
WITH cells AS (DELETE FROM week_cell WHERE line_no = ANY (%(lines)s::integer[]))
DELETE FROM week_member WHERE line_no = ANY (%(lines)s::integer[])

-- name: stored places
SELECT scope, site_no, placement, array_agg(weight ORDER BY weekday) AS weights, array_agg(basis ORDER BY weekday) AS basis,
       CASE WHEN min(measured) IS NOT NULL THEN array_agg(measured ORDER BY weekday) END AS measured, min(lines) AS lines,
       array_agg(line_days ORDER BY weekday) AS line_days, array_agg(dates ORDER BY weekday) AS dates
FROM site_week
GROUP BY scope, name, site_no, placement
ORDER BY array_position(ARRAY['all', 'placement', 'site'], scope), placement, site_no

-- name: store places
INSERT INTO site_week (scope, name, weekday, site_no, placement, weight, basis, measured, lines, line_days, dates)
SELECT scope, COALESCE(s.site, CASE scope WHEN 'site' THEN '' ELSE placement END, ''), weekday, p.site_no, placement, weight,
       basis, measured, lines, line_days, dates
FROM unnest(%(scope)s::text[], %(site_no)s::integer[], %(placement)s::text[], %(weekday)s::smallint[], %(weight)s::numeric[],
            %(basis)s::text[], %(measured)s::numeric[], %(lines)s::integer[], %(line_days)s::integer[], %(dates)s::integer[])
     AS p(scope, site_no, placement, weekday, weight, basis, measured, lines, line_days, dates)
LEFT JOIN site s ON s.site_no = p.site_no

-- name: store state
INSERT INTO week_state (spread, line_days, lines) VALUES (%(spread)s, %(line_days)s, %(lines)s)
ON CONFLICT (one_row) DO UPDATE SET (spread, line_days, lines) = (excluded.spread, excluded.line_days, excluded.lines)

-- name: forget line weeks
DELETE FROM line_week WHERE %(lines)s::integer[] IS NULL OR line_no = ANY (%(lines)s::integer[])
