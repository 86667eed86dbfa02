-- The statements of incidents.py, by the function that runs them.

-- name: incidents
SELECT site, from_hour, until_hour, silence, lines, impressions_lost, eur_lost, impressions_savable, eur_savable, day
FROM incident
WHERE %(line)s::uuid IS NULL OR %(line)s::uuid = ANY (line_ids)
ORDER BY eur_lost DESC, from_hour, site

-- name: struck
-- A line's gap: to what was due of live lines, to the goal of ended ones.
SELECT u.line_id, i.site, i.from_hour, u.lost AS impressions_lost,
       g.gap > 0 AND 2 * sum(u.lost) OVER (PARTITION BY u.line_id) >= g.gap AS explains
FROM incident i CROSS JOIN LATERAL unnest(i.line_ids, i.line_losses) AS u(line_id, lost) JOIN fulfillment f USING (line_id)
CROSS JOIN LATERAL (
    SELECT CASE f.lifecycle WHEN 'live' THEN f.expected - f.delivered_before ELSE f.shortfall END AS gap) g
WHERE %(line)s::uuid IS NULL OR u.line_id = %(line)s::uuid
ORDER BY u.line_id, u.lost DESC, i.from_hour, i.site
