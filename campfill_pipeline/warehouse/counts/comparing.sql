-- The statements of comparing.py, by the function that runs them. Spans are numbered from 0.

-- name: in force
SELECT c.line_id, l.line_no, c.counter, c.counted_by, c.first_day, c.last_day, c.site, c.impressions, c.zone, c.received_at,
       c.file_name, c.seq, c.order_no, COALESCE(l.start_date, f.effective_start) AS flight_start, l.end_date,
       LEAST(l.start_date, f.effective_start, f.first_day) AS begins
FROM second_count_in_force c
JOIN line_register l ON l.id = c.line_id AND l.withdrawn_at IS NULL
LEFT JOIN fulfillment f ON f.line_id = l.id
WHERE (%(lines)s::uuid[] IS NULL OR c.line_id = ANY (%(lines)s::uuid[]))
  AND (%(before)s::timestamptz IS NULL OR c.received_at < %(before)s)
ORDER BY c.line_id, c.counter, c.first_day, c.site, c.row_no

-- name: lines
-- Who bills is said of a buyer, or of an agency for all of its seats; what is said of the buyer goes first.
SELECT l.id AS line_id, l.name, l.buyer, COALESCE(b.billed_by, '') AS billed_by
FROM line_register l
LEFT JOIN LATERAL (
    SELECT c.billed_by FROM count_billing c
    WHERE lower(c.buyer) IN (lower(l.buyer), lower(l.agency))
    ORDER BY lower(c.buyer) = lower(l.buyer) DESC, c.billing_no DESC LIMIT 1) b ON true
WHERE l.id = ANY (%(lines)s)

-- name: by day
SELECT s.at - 1 AS at, d.day, d.impressions, source_by_day(d.source)
FROM unnest(%(lines)s::integer[], %(first)s::date[], %(last)s::date[]) WITH ORDINALITY AS s (line_no, first, last, at)
JOIN line_day d ON d.line_no = s.line_no AND d.day BETWEEN s.first AND s.last AND d.counted

-- name: by site
SELECT s.at - 1 AS at, d.day, x.site, sum(d.impressions)
FROM unnest(%(lines)s::integer[], %(first)s::date[], %(last)s::date[], %(chosen)s::boolean[]) WITH ORDINALITY
     AS s (line_no, first, last, chosen, at)
JOIN line_day l ON l.line_no = s.line_no AND l.day BETWEEN s.first AND s.last AND l.counted
JOIN report_series r ON r.line_no = l.line_no AND r.source = l.source
JOIN site_day d ON d.series_no = r.series_no AND d.day = l.day
JOIN site x USING (site_no)
WHERE s.chosen
GROUP BY 1, 2, 3

-- name: by hour
-- By days of their zone; what was told by whole days stays in the day it was told of.
SELECT s.at - 1 AS at, t.day, CASE WHEN s.by_site THEN x.site ELSE '' END AS site, sum(h.impressions)
FROM unnest(%(lines)s::integer[], %(first)s::date[], %(last)s::date[], %(zones)s::text[], %(by_site)s::boolean[],
            %(chosen)s::boolean[]) WITH ORDINALITY AS s (line_no, first, last, zone, by_site, chosen, at)
JOIN report_series r ON r.line_no = s.line_no
CROSS JOIN LATERAL (
    SELECT h.hour_utc, h.site_no, h.impressions FROM report_hour h
    WHERE h.series_no = r.series_no AND h.hour_utc >= (s.first - 1)::timestamp AT TIME ZONE s.zone
      AND h.hour_utc < (s.last + 2)::timestamp AT TIME ZONE s.zone
    UNION ALL
    SELECT h.hour_utc, h.site_no, h.impressions
    FROM packed_hours(r.series_no, (s.first - 1)::timestamp AT TIME ZONE s.zone,
                      (s.last + 2)::timestamp AT TIME ZONE s.zone) h) h
JOIN site x USING (site_no)
CROSS JOIN LATERAL (SELECT (h.hour_utc AT TIME ZONE %(zone)s)::date AS day) o
CROSS JOIN LATERAL (
    SELECT CASE WHEN source_by_day(r.source) THEN o.day ELSE (h.hour_utc AT TIME ZONE s.zone)::date END AS day) t
JOIN line_day l ON l.line_no = s.line_no AND l.day = o.day AND l.source = r.source AND l.counted
WHERE s.chosen AND t.day BETWEEN s.first AND s.last
GROUP BY 1, 2, 3

-- name: corrected
-- By how much ours changed after the file arrived that told the day; of the source that counts.
SELECT s.at, t.day, CASE WHEN s.by_site THEN x.site ELSE '' END AS site, sum(COALESCE(c.after, 0) - COALESCE(c.before, 0))
FROM (
    SELECT m.at, m.from_day, m.to_day, m.received, (%(lines)s::integer[])[m.at + 1] AS line_no,
           (%(zones)s::text[])[m.at + 1] AS zone, (%(by_site)s::boolean[])[m.at + 1] AS by_site
    FROM unnest(%(at)s::integer[], %(from_day)s::date[], %(to_day)s::date[], %(received)s::timestamptz[])
         AS m (at, from_day, to_day, received)) s
JOIN report_series r ON r.line_no = s.line_no
JOIN restatement c ON c.series_no = r.series_no AND c.seen_at > s.received
     AND c.hour_utc >= (s.from_day - 1)::timestamp AT TIME ZONE s.zone
     AND c.hour_utc < (s.to_day + 2)::timestamp AT TIME ZONE s.zone
JOIN site x USING (site_no)
CROSS JOIN LATERAL (SELECT (c.hour_utc AT TIME ZONE %(zone)s)::date AS day) o
CROSS JOIN LATERAL (
    SELECT CASE WHEN source_by_day(r.source) THEN o.day ELSE (c.hour_utc AT TIME ZONE s.zone)::date END AS day) t
WHERE t.day BETWEEN s.from_day AND s.to_day
  AND NOT EXISTS (SELECT FROM line_day l WHERE l.line_no = s.line_no AND l.day = o.day AND l.counted AND l.source <> r.source)
GROUP BY 1, 2, 3
HAVING sum(COALESCE(c.after, 0) - COALESCE(c.before, 0)) <> 0
