-- The statements of directory.py, by the function that runs them.

-- name: enter sites
INSERT INTO site (site, site_no) OVERRIDING SYSTEM VALUE SELECT * FROM unnest(%s::text[], %s::integer[])
ON CONFLICT (site) DO NOTHING

-- name: stored series
SELECT p.campaign, p.deal, s.series_no
FROM unnest(%s::text[], %s::text[]) AS p (campaign, deal)
LEFT JOIN report_entity c ON c.entity_id = p.campaign
LEFT JOIN report_entity d ON d.entity_id = p.deal
JOIN report_series s ON s.source = %s
     AND s.campaign_no = CASE WHEN p.campaign IS NULL THEN 0 ELSE c.entity_no END
     AND s.deal_no = CASE WHEN p.deal IS NULL THEN 0 ELSE d.entity_no END

-- name: name entities
UPDATE report_entity e
SET reported_as = CASE WHEN e.reported_as IS NULL OR e.reported_as = m.role THEN m.role ELSE 'both' END,
    reported_name = CASE WHEN m.hour < e.named_hour THEN e.reported_name
                         ELSE COALESCE(m.name, e.reported_name) END,
    named_hour = GREATEST(e.named_hour, m.hour)
FROM (SELECT id, CASE WHEN count(DISTINCT role) = 2 THEN 'both' ELSE min(role) END AS role,
             (array_agg(name ORDER BY hour DESC, role) FILTER (WHERE name IS NOT NULL))[1] AS name,
             max(hour) AS hour
      FROM unnest(%s::text[], %s::text[], %s::text[], %s::timestamptz[]) AS t (id, role, name, hour)
      GROUP BY id) m
WHERE e.entity_id = m.id
  AND (e.named_hour IS NULL OR m.hour > e.named_hour
       OR (m.hour = e.named_hour AND m.name IS DISTINCT FROM e.reported_name)
       OR e.reported_as IS NULL OR e.reported_as NOT IN (m.role, 'both'))
