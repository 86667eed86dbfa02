-- What places gave by local day, and lines that have not begun (best_weeks.py).

-- name: to lines
-- Of these placements; of all lines under '' where that is asked for.
WITH given AS MATERIALIZED (
    SELECT COALESCE(r.placement, '') AS placement, d.line_no, d.day, d.impressions
    FROM line_day d JOIN line_register r USING (line_no)
    WHERE d.counted AND d.impressions > 0 AND d.day < %(as_of)s::date
      AND ('' = ANY (%(placements)s::text[]) OR r.placement = ANY (%(placements)s::text[]))
), asked AS (
    SELECT placement, line_no, day, impressions FROM given WHERE placement <> '' AND placement = ANY (%(placements)s::text[])
    UNION ALL
    SELECT '', line_no, day, impressions FROM given WHERE '' = ANY (%(placements)s::text[])
), by_day AS (
    SELECT placement, day, sum(impressions) AS impressions FROM asked GROUP BY placement, day
), behind AS (
    SELECT placement, count(DISTINCT line_no) AS lines FROM asked GROUP BY placement
)
SELECT placement, array_agg(day), array_agg(impressions), min(lines) FROM by_day JOIN behind USING (placement)
GROUP BY placement

-- name: at sites
-- All that came, whichever line it was for, at the sites where lines of the placement were delivered ('': at all sites). Of a
-- line's day only the source that counts; a CSV export names no site and is not looked at.
WITH known AS MATERIALIZED (SELECT site_no FROM site WHERE site <> ''),
own AS MATERIALIZED (
    SELECT DISTINCT d.site_no
    FROM line_register r JOIN report_series s USING (line_no) JOIN site_day d USING (series_no)
    WHERE %(placement)s <> '' AND r.placement = %(placement)s AND d.day < %(as_of)s::date
)
SELECT d.day, sum(d.impressions)
FROM site_day d JOIN known USING (site_no) JOIN report_series s USING (series_no)
LEFT JOIN line_day l ON (l.line_no, l.day, l.source) = (s.line_no, d.day, s.source)
WHERE d.day < %(as_of)s::date AND l.counted IS NOT FALSE
  AND (%(placement)s = '' OR d.site_no IN (SELECT site_no FROM own))
GROUP BY d.day
HAVING sum(d.impressions) > 0

-- name: as known
-- Of these ids: what the register has, and whether anything was delivered for it, also before it was listed.
SELECT e.id, r.impression_goal, r.start_date, r.end_date, r.placement,
       EXISTS (SELECT FROM report_entity n JOIN report_series s ON n.entity_no IN (s.campaign_no, s.deal_no)
               WHERE n.entity_id = e.id) AS begun
FROM unnest(%(ids)s::text[]) AS e(id) LEFT JOIN line_register r ON r.id = e.id::uuid AND r.withdrawn_at IS NULL

-- name: not begun
SELECT line_id, name, f.kind, f.purchase_type, f.impression_goal, flight_days, effective_start, COALESCE(placement, '') AS placement
FROM fulfillment f JOIN line USING (line_no)
WHERE (lifecycle = 'scheduled' OR lifecycle = 'live' AND elapsed_days = 0) AND delivered = 0 AND f.impression_goal > 0
  AND (%(line_id)s::uuid IS NULL OR line_id = %(line_id)s::uuid)
ORDER BY line_id
