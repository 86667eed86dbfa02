-- The statements of attribution.py, by the function that runs them.

-- name: lines mentioned
SELECT DISTINCT e.line_no FROM report_series s
  JOIN report_entity e ON e.entity_no IN (s.campaign_no, s.deal_no) WHERE s.series_no = ANY(%s)
  AND e.line_no IS NOT NULL ORDER BY e.line_no

-- name: mapped
SELECT e.entity_no FROM id_map m JOIN line_register r ON r.id = m.line_id JOIN report_entity e ON e.entity_id = m.source_id
WHERE r.line_no = ANY(%(lines)s) AND m.connector <> ''

-- name: entities
SELECT entity_no FROM report_entity WHERE entity_id = ANY(%(ids)s)

-- name: refresh register
WITH occurrence AS (
    SELECT s.line_no, CASE s.attributed_as WHEN 'c' THEN 'campaign' ELSE 'deal' END AS role, s.series_no, s.source
    FROM report_series s
    WHERE s.line_no = ANY(%(lines)s) AND EXISTS (SELECT FROM id_map)  -- else every row has the line's own id
    UNION ALL
    SELECT e.line_no, 'campaign' AS role, s.series_no, s.source
    FROM report_entity e JOIN report_series s ON s.campaign_no = e.entity_no
    WHERE e.line_no = ANY(%(lines)s)
    UNION ALL
    SELECT e.line_no, 'deal', s.series_no, s.source
    FROM report_entity e JOIN report_series s ON s.deal_no = e.entity_no
    WHERE e.line_no = ANY(%(lines)s)
), kind AS (
    SELECT DISTINCT ON (o.line_no) o.line_no, o.role
    FROM occurrence o CROSS JOIN LATERAL (
        SELECT day, last_hour FROM report_day d
        WHERE d.series_no = o.series_no ORDER BY day DESC LIMIT 1) d
    ORDER BY o.line_no, d.day DESC, source_rank(o.source), d.last_hour DESC, o.role
), purchase AS (
    SELECT DISTINCT ON (o.line_no) o.line_no, d.type
    FROM occurrence o CROSS JOIN LATERAL (
        SELECT day, t.type, t.hour
        FROM report_day d CROSS JOIN LATERAL (
            SELECT CASE o.role WHEN 'campaign' THEN campaign_type ELSE deal_type END AS type,
                   CASE o.role WHEN 'campaign' THEN campaign_type_hour ELSE deal_type_hour END AS hour) t
        WHERE d.series_no = o.series_no AND t.type <> '?' ORDER BY day DESC LIMIT 1) d
    ORDER BY o.line_no, d.day DESC, source_rank(o.source), d.hour DESC, o.role, d.type
), said AS (
    SELECT n.line_no, k.role AS kind,
           CASE p.type WHEN 'g' THEN 'guaranteed' WHEN 'u' THEN 'unguaranteed' ELSE 'unknown' END AS type
    FROM unnest(%(lines)s::integer[]) AS n (line_no)
    LEFT JOIN kind k USING (line_no) LEFT JOIN purchase p USING (line_no)
)
UPDATE line_register l SET kind_reported = said.kind, purchase_type = said.type
FROM said
WHERE said.line_no = l.line_no AND l.withdrawn_at IS NULL
  AND (l.kind_reported, l.purchase_type) IS DISTINCT FROM (said.kind, said.type)
RETURNING l.line_no
