-- The statements of id_maps.py, by the function that runs them.

-- name: lines named
SELECT n.text, l.id FROM unnest(%(texts)s::text[]) AS n (text)
JOIN line_register l ON l.id = CASE WHEN n.text ~ '^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$' THEN n.text::uuid END
WHERE %(before)s::timestamptz IS NULL OR l.first_seen_at <= %(before)s
UNION
SELECT n.text, l.id FROM unnest(%(texts)s::text[]) AS n (text)
JOIN line_register l ON lower(l.external_id) = n.text AND l.external_id IS NOT NULL
WHERE %(before)s::timestamptz IS NULL OR l.first_seen_at <= %(before)s

-- name: beside those in force
-- New, changed and unchanged of a file that is not in force yet.
-- A row without a line takes a mapping away.
SELECT count(*) FILTER (WHERE f.line_id IS NULL AND m.line_id IS NOT NULL),
       count(*) FILTER (WHERE f.line_id IS NOT NULL AND f.line_id IS DISTINCT FROM m.line_id),
       count(*) FILTER (WHERE f.line_id IS NOT DISTINCT FROM m.line_id)
FROM id_map m LEFT JOIN id_map_in_force f USING (source_id, connector)
WHERE m.upload_id = %(upload_id)s

-- name: counted for
SELECT DISTINCT s.line_no
FROM id_map m JOIN report_entity e ON e.entity_id = m.source_id
JOIN report_series s ON e.entity_no IN (s.campaign_no, s.deal_no)
WHERE m.upload_id = %(upload_id)s AND s.line_no IS NOT NULL

-- name: proposed
-- Of the same name (letters and digits alone), or with the list's own id within name or id; where it is one line only.
WITH orphan AS (
    SELECT COALESCE(campaign_id, deal_id) AS id,
           max(CASE WHEN campaign_id IS NULL THEN deal_name ELSE campaign_name END) AS name, sum(impressions) AS impressions
    FROM orphan_delivery GROUP BY 1
), plain AS (
    SELECT line_no, id, name, external_id, regexp_replace(lower(normalize(name, NFKC)), '[^[:alnum:]]+', '', 'g') AS text
    FROM line
), alike AS (
    SELECT o.id AS source_id, p.line_no, 'the same name' AS why
    FROM orphan o JOIN plain p ON p.text <> ''
         AND p.text = regexp_replace(lower(normalize(o.name, NFKC)), '[^[:alnum:]]+', '', 'g')
    UNION ALL
    SELECT o.id, p.line_no, 'its list''s id within the reported ' || CASE WHEN o.id ~* x.within THEN 'id' ELSE 'name' END
    FROM orphan o JOIN plain p ON length(p.external_id) >= 4
    CROSS JOIN LATERAL (SELECT '(^|[^[:alnum:]])' || regexp_replace(p.external_id, '([^[:alnum:]])', '\\\1', 'g')
                               || '($|[^[:alnum:]])' AS within) x
    WHERE position(lower(p.external_id) IN lower(o.id || ' ' || COALESCE(o.name, ''))) > 0
      AND (o.id ~* x.within OR o.name ~* x.within)
), one AS (
    SELECT source_id, min(line_no) AS line_no, min(why) AS why FROM alike
    GROUP BY source_id HAVING count(DISTINCT line_no) = 1
)
SELECT o.id, o.name, p.id, p.name, p.external_id, a.why, o.impressions
FROM one a JOIN orphan o ON o.id = a.source_id JOIN plain p USING (line_no)
ORDER BY o.impressions DESC, o.id
