-- The purchase types of a row are computed from its one byte, no longer looked up: PostgreSQL 18 cannot plan a join on
-- "char" columns once both have statistics ("cache lookup failed for collation 0"), as they have after a restore.
-- The byte is a digit: three times the campaign's type plus the deal's, where 0 is not told, 1 guaranteed, 2 unguaranteed.

CREATE FUNCTION campaign_type(terms "char") RETURNS "char" LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN substr('?gu', 1 + terms::text::integer / 3, 1)::"char";

CREATE FUNCTION deal_type(terms "char") RETURNS "char" LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN substr('?gu', 1 + mod(terms::text::integer, 3), 1)::"char";

CREATE OR REPLACE VIEW report_fact AS
SELECT h.hour_utc, h.site_no, s.campaign_no, s.deal_no, s.line_no, h.fetch_no, f.stored_at AS first_seen_at,
       h.bids, h.wins, h.plays, h.impressions, s.source,
       CASE s.attributed_as WHEN 'c' THEN campaign_type(h.terms) WHEN 'd' THEN deal_type(h.terms) ELSE '?' END AS purchase_type,
       h.series_no
FROM report_hour h
JOIN report_series s USING (series_no)
LEFT JOIN report_fetch f USING (fetch_no);

CREATE OR REPLACE VIEW report_row AS
SELECT CASE s.source WHEN 'a' THEN 'api' ELSE 'csv' END AS source, h.hour_utc, x.site,
       c.entity_id AS campaign_id, d.entity_id AS deal_id, l.id AS line_id,
       h.impressions, h.bids, h.wins, h.plays,
       CASE campaign_type(h.terms) WHEN 'g' THEN 'guaranteed' WHEN 'u' THEN 'unguaranteed' END AS campaign_purchase_type,
       CASE deal_type(h.terms) WHEN 'g' THEN 'guaranteed' WHEN 'u' THEN 'unguaranteed' END AS deal_purchase_type,
       c.reported_name AS campaign_name, d.reported_name AS deal_name,
       f.stored_at AS first_seen_at, h.fetch_no, h.series_no, h.site_no
FROM report_hour h
JOIN report_series s USING (series_no)
LEFT JOIN site x USING (site_no)
LEFT JOIN report_entity c ON c.entity_no = s.campaign_no
LEFT JOIN report_entity d ON d.entity_no = s.deal_no
LEFT JOIN line_register l ON l.line_no = s.line_no
LEFT JOIN report_fetch f USING (fetch_no);

CREATE OR REPLACE VIEW purchase_type_change AS
WITH occurrence AS NOT MATERIALIZED (
    SELECT e.line_no, s.series_no, s.source, 'campaign' AS role FROM report_series s JOIN report_entity e ON e.entity_no = s.campaign_no
    WHERE e.line_no IS NOT NULL
    UNION ALL
    SELECT e.line_no, s.series_no, s.source, 'deal' FROM report_series s JOIN report_entity e ON e.entity_no = s.deal_no
    WHERE e.line_no IS NOT NULL
), told AS (
    SELECT DISTINCT ON (o.line_no, d.day) o.line_no, d.day,
           CASE o.role WHEN 'campaign' THEN d.campaign_type ELSE d.deal_type END AS type
    FROM occurrence o JOIN report_day d USING (series_no)
    WHERE CASE o.role WHEN 'campaign' THEN d.campaign_type ELSE d.deal_type END <> '?'
    ORDER BY o.line_no, d.day, o.source, d.last_hour DESC, o.role, o.series_no
), change AS (
    SELECT line_no, day, lag(type) OVER (PARTITION BY line_no ORDER BY day) AS before, type AS after, NULL::timestamptz AS seen_at
    FROM told
    UNION
    SELECT o.line_no, (r.hour_utc AT TIME ZONE 'UTC')::date,
           CASE o.role WHEN 'campaign' THEN campaign_type(r.before_terms) ELSE deal_type(r.before_terms) END,
           CASE o.role WHEN 'campaign' THEN campaign_type(r.after_terms) ELSE deal_type(r.after_terms) END, r.seen_at
    FROM restatement r
    JOIN occurrence o USING (series_no)
    WHERE r.before_terms <> r.after_terms
)
SELECT l.id AS line_id, c.line_no, c.day, c.seen_at,
       CASE c.before WHEN 'g' THEN 'guaranteed' ELSE 'unguaranteed' END AS before,
       CASE c.after WHEN 'g' THEN 'guaranteed' ELSE 'unguaranteed' END AS after
FROM change c
JOIN line_register l USING (line_no)
WHERE c.before <> c.after AND c.before <> '?' AND c.after <> '?';

DROP TABLE purchase_terms;
COMMENT ON COLUMN report_hour.terms IS 'The purchase types of the row''s two ids: see the functions campaign_type and deal_type.';
