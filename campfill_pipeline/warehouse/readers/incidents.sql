-- The statements of incidents.py, by the function that runs them.

-- name: incidents
SELECT site, from_hour, until_hour, silence, lines, impressions_lost, eur_lost, impressions_savable, eur_savable
FROM incident
WHERE %(line)s::uuid IS NULL OR %(line)s::uuid = ANY (line_ids)
ORDER BY eur_lost DESC, from_hour, site
