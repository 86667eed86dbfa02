-- The statements of doubts.py, by the function that runs them.

-- name: refused keys
CREATE TEMP TABLE refused_key (
    hour_utc timestamptz, site text, campaign_id text, deal_id text, ids_known boolean NOT NULL
) ON COMMIT DROP

-- name: keep whole keys
DELETE FROM hour_change c
USING refused_key r
JOIN site x ON x.site = r.site
LEFT JOIN report_entity k ON k.entity_id = r.campaign_id
LEFT JOIN report_entity d ON d.entity_id = r.deal_id
JOIN report_series s ON s.campaign_no = COALESCE(k.entity_no, 0) AND s.deal_no = COALESCE(d.entity_no, 0)
WHERE r.hour_utc IS NOT NULL AND r.ids_known AND c.new_impressions IS NULL
  AND c.hour_utc = r.hour_utc AND c.site_no = x.site_no AND c.series_no = s.series_no

-- name: keep partial keys
DELETE FROM hour_change g
USING report_series s, site x
WHERE g.new_impressions IS NULL AND s.series_no = g.series_no AND x.site_no = g.site_no
  AND EXISTS (
      SELECT FROM refused_key r
      WHERE (r.hour_utc IS NULL OR r.site IS NULL OR NOT r.ids_known)
        AND (r.hour_utc IS NULL OR r.hour_utc = g.hour_utc)
        AND (r.site IS NULL OR r.site = x.site)
        AND (NOT r.ids_known
             OR (s.campaign_no = COALESCE((SELECT e.entity_no FROM report_entity e WHERE e.entity_id = r.campaign_id), 0)
                 AND s.deal_no = COALESCE((SELECT e.entity_no FROM report_entity e WHERE e.entity_id = r.deal_id), 0))))

-- name: gone and new
SELECT hour_utc, count(*) FILTER (WHERE new_impressions IS NULL), count(*) FILTER (WHERE old_impressions IS NULL)
FROM hour_change GROUP BY hour_utc

-- name: held
SELECT h.hour_utc, count(*) FROM report_hour h JOIN report_series s USING (series_no)
WHERE s.source = %(source)s AND h.hour_utc >= %(start)s AND h.hour_utc < %(end)s GROUP BY h.hour_utc

-- name: lines lost
WITH change AS (
    SELECT s.line_no,
           count(*) FILTER (WHERE new_impressions IS NULL) - count(*) FILTER (WHERE old_impressions IS NULL) AS fewer,
           COALESCE(sum(old_impressions), 0) - COALESCE(sum(new_impressions), 0) AS lost
    FROM hour_change c JOIN report_series s USING (series_no)
    WHERE s.line_no IS NOT NULL GROUP BY s.line_no)
SELECT l.id::text, l.name, h.rows, h.impressions, c.fewer, c.lost
FROM change c JOIN line_register l USING (line_no)
CROSS JOIN LATERAL (
    SELECT count(*) AS rows, COALESCE(sum(h.impressions), 0) AS impressions
    FROM report_series s JOIN report_hour h USING (series_no)
    WHERE s.line_no = c.line_no AND s.source = %(source)s AND h.hour_utc >= %(start)s AND h.hour_utc < %(end)s) h
WHERE (c.fewer > 0 OR c.lost > 0) AND h.rows >= %(few)s
ORDER BY c.lost DESC, l.id

-- name: sites lost
WITH lost AS (
    SELECT c.site_no, count(*) AS rows, sum(c.old_impressions) AS impressions
    FROM hour_change c
    WHERE c.new_impressions IS NULL
      AND NOT EXISTS (SELECT FROM hour_change n  -- else the site has another name now
                      WHERE n.old_impressions IS NULL AND n.series_no = c.series_no AND n.hour_utc = c.hour_utc)
    GROUP BY c.site_no)
SELECT x.site, h.rows, l.rows, h.impressions, l.impressions
FROM lost l JOIN site x USING (site_no) JOIN (
    SELECT h.site_no, count(*) AS rows, sum(h.impressions) AS impressions
    FROM report_hour h JOIN report_series s USING (series_no)
    WHERE s.source = %(source)s AND h.hour_utc >= %(start)s AND h.hour_utc < %(end)s GROUP BY h.site_no) h USING (site_no)
CROSS JOIN LATERAL (SELECT COALESCE(sum(d.rows), 0) AS rows FROM report_day d JOIN report_series s USING (series_no)
                    WHERE s.source = %(source)s AND d.day = %(day)s) a
WHERE x.site <> '' AND h.rows >= %(few)s AND h.rows * 100 < (100 - %(kept)s) * a.rows
  AND EXISTS (SELECT FROM delivery_fetch
              WHERE source = (SELECT source FROM delivery_source WHERE code = %(source)s::"char")
                AND day = %(day)s AND first_complete_at IS NOT NULL)
ORDER BY l.impressions DESC, x.site

-- name: unlike days before
SELECT COALESCE(sum(c.rows), 0)::bigint, sum(c.impressions), sum(c.rows * d.impressions / d.rows)
FROM report_day c JOIN report_series s USING (series_no) JOIN (
    SELECT series_no, sum(rows) AS rows, sum(impressions) AS impressions FROM report_day
    WHERE day >= %(day)s::date - 7 AND day < %(day)s GROUP BY series_no) d USING (series_no)
WHERE c.day = %(day)s AND s.source = %(source)s
  AND NOT EXISTS (SELECT FROM delivery_fetch
                  WHERE source = (SELECT source FROM delivery_source WHERE code = %(source)s::"char")
                    AND day = %(day)s AND first_complete_at IS NOT NULL)

-- name: grown
SELECT count(*), COALESCE(sum(old_impressions), 0), COALESCE(sum(new_impressions), 0)
FROM hour_change
WHERE old_impressions > 0 AND new_impressions IS NOT NULL
  AND EXISTS (SELECT FROM delivery_fetch
              WHERE source = (SELECT source FROM delivery_source WHERE code = %(source)s::"char")
                AND day = %(day)s AND first_complete_at IS NOT NULL)

-- name: lines without rows
SELECT e.id FROM unnest(%(ids)s::text[]) e (id)
WHERE EXISTS (SELECT FROM line_register l
              WHERE l.withdrawn_at IS NULL AND (l.id::text = e.id OR lower(l.external_id) = e.id))
  AND NOT EXISTS (
      SELECT FROM report_entity x JOIN report_series s ON x.entity_no IN (s.campaign_no, s.deal_no)
      WHERE x.entity_id = e.id AND s.source = (SELECT code FROM delivery_source WHERE source = %(name)s)
        AND (EXISTS (SELECT FROM report_hour h
                     WHERE h.series_no = s.series_no AND h.hour_utc >= %(start)s AND h.hour_utc < %(end)s)
             OR EXISTS (SELECT FROM packed_hours(s.series_no, %(start)s, %(end)s))))
ORDER BY e.id

-- name: impressions lost
SELECT COALESCE(sum(old_impressions), 0) - COALESCE(sum(new_impressions), 0) FROM hour_change

-- name: impressions held
SELECT count(*), COALESCE(sum(h.impressions), 0) FROM report_hour h JOIN report_series s USING (series_no)
WHERE s.source = %(source)s AND h.hour_utc >= %(start)s AND h.hour_utc < %(end)s
