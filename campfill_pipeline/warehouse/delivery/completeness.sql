-- The statements of completeness.py, by the function that runs them.

-- name: store overview
WITH told AS (
    SELECT rtrim(entity, 's') AS entity, lower(id) AS id, min(name) AS name, min(type) AS type,
           sum(impressions) AS impressions
    FROM unnest(%(entity)s::text[], %(id)s::text[], %(name)s::text[], %(purchase_type)s::text[],
                %(impressions)s::numeric[]) AS t (entity, id, name, type, impressions)
    GROUP BY 1, 2
), stored AS (
    INSERT INTO report_overview AS o (source, entity, entity_id, reported_name, purchase_type, impressions,
                                      from_day, to_day, fetched_at)
    SELECT %(source)s, entity, id, name, type, impressions, %(from_day)s, %(to_day)s, %(now)s FROM told
    ON CONFLICT (source, entity, entity_id) DO UPDATE
    SET reported_name = excluded.reported_name, purchase_type = excluded.purchase_type,
        impressions = excluded.impressions, from_day = excluded.from_day, to_day = excluded.to_day,
        fetched_at = excluded.fetched_at
)
-- the table itself is still seen as it was before this statement
SELECT e.line_no,
       o.entity_id IS NULL OR o.impressions <> t.impressions OR EXISTS (
           SELECT FROM report_series s JOIN report_day d USING (series_no)
           WHERE (s.campaign_no = e.entity_no OR s.deal_no = e.entity_no)
             AND d.day BETWEEN LEAST(o.from_day, %(from_day)s) AND GREATEST(o.to_day, %(to_day)s)
             AND (d.day BETWEEN o.from_day AND o.to_day) <> (d.day BETWEEN %(from_day)s AND %(to_day)s))
FROM told t
LEFT JOIN report_overview o ON (o.source, o.entity, o.entity_id) = (%(source)s, t.entity, t.id)
LEFT JOIN report_entity e ON e.entity_id = t.id

-- name: forget untold
WITH gone AS (
    DELETE FROM report_overview
    WHERE source = %(source)s AND entity = %(entity)s AND entity_id <> ALL (%(ids)s::text[])
    RETURNING entity_id
)
SELECT e.line_no FROM gone LEFT JOIN report_entity e USING (entity_id)

-- name: thin days
WITH total AS (
    SELECT f.day, COALESCE(sum(d.rows), 0)::bigint AS rows, COALESCE(sum(d.impressions), 0) AS impressions
    FROM delivery_fetch f
    LEFT JOIN (report_day d JOIN report_series s ON s.series_no = d.series_no AND s.source = %(code)s)
           ON d.day = f.day
    WHERE f.source = %(source)s AND f.status = 'complete'
      AND (%(since)s::date IS NULL OR f.day >= %(since)s::date - %(reach)s::integer)
    GROUP BY f.day
)
SELECT t.day, t.rows, n.rows AS usual_rows, t.impressions, n.impressions AS usual_impressions
FROM total t CROSS JOIN LATERAL (
    SELECT count(*) AS days, percentile_disc(0.5) WITHIN GROUP (ORDER BY o.rows) AS rows,
           percentile_disc(0.5) WITHIN GROUP (ORDER BY o.impressions) AS impressions
    FROM total o WHERE o.day <> t.day AND abs(o.day - t.day) <= %(reach)s
) n
WHERE n.days >= %(least)s AND (%(since)s::date IS NULL OR t.day >= %(since)s)
  AND (t.rows < %(share)s * n.rows OR t.impressions < %(share)s * n.impressions)
ORDER BY t.day DESC

-- name: silence
SELECT (SELECT max(fetched_at) FROM delivery_fetch WHERE source = %(source)s AND status <> 'failed'),
       (SELECT max(d.last_hour) FROM report_day d JOIN report_series s USING (series_no)
        WHERE s.source = %(code)s
          AND d.day >= (SELECT max(day) FROM report_day JOIN report_series USING (series_no)
                        WHERE source = %(code)s))

-- name: clock ahead
SELECT max(d.last_hour), t.at
FROM report_day d
JOIN report_series s USING (series_no)
JOIN delivery_fetch f ON f.source = %(source)s AND f.day = d.day
LEFT JOIN report_fetch r ON r.fetch_no = f.fetch_no
CROSS JOIN LATERAL (SELECT COALESCE(r.finished_at, f.fetched_at) AS at) t
WHERE s.source = %(code)s AND d.day >= %(now)s::date - 7 AND d.last_hour > t.at
GROUP BY t.at ORDER BY max(d.last_hour) - t.at DESC LIMIT 1
