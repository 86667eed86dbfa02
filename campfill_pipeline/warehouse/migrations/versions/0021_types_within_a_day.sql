-- A purchase type that changes within a day is listed like one that changes between two. A day keeps its latest type; where
-- its rows told both, it also keeps when each of them was told first.
ALTER TABLE report_day
    ADD COLUMN campaign_type_first timestamptz, ADD COLUMN campaign_other_first timestamptz,
    ADD COLUMN deal_type_first timestamptz, ADD COLUMN deal_other_first timestamptz;
COMMENT ON COLUMN report_day.campaign_type_first IS 'The first hour that told the latest type; NULL where the day told one type only.';
COMMENT ON COLUMN report_day.campaign_other_first IS 'The first hour that told the other type; NULL where the day told one type only.';
COMMENT ON COLUMN report_day.deal_type_first IS 'As campaign_type_first, for the deal.';
COMMENT ON COLUMN report_day.deal_other_first IS 'As campaign_other_first, for the deal.';

WITH several AS MATERIALIZED (
    SELECT series_no FROM report_hour GROUP BY series_no HAVING min(terms::text) <> max(terms::text)
), firsts AS (
    SELECT d.series_no, d.day,
           min(h.hour_utc) FILTER (WHERE h.terms IN ('3', '4', '5')) AS campaign_g,
           min(h.hour_utc) FILTER (WHERE h.terms IN ('6', '7', '8')) AS campaign_u,
           min(h.hour_utc) FILTER (WHERE h.terms IN ('1', '4', '7')) AS deal_g,
           min(h.hour_utc) FILTER (WHERE h.terms IN ('2', '5', '8')) AS deal_u
    FROM several JOIN report_day d USING (series_no)
    JOIN report_hour h ON h.series_no = d.series_no AND h.hour_utc BETWEEN d.first_hour AND d.last_hour
    GROUP BY d.series_no, d.day
)
UPDATE report_day d SET
    campaign_type_first = CASE WHEN f.campaign_g IS NOT NULL AND f.campaign_u IS NOT NULL
                               THEN CASE d.campaign_type WHEN 'g' THEN f.campaign_g ELSE f.campaign_u END END,
    campaign_other_first = CASE WHEN f.campaign_g IS NOT NULL AND f.campaign_u IS NOT NULL
                                THEN CASE d.campaign_type WHEN 'g' THEN f.campaign_u ELSE f.campaign_g END END,
    deal_type_first = CASE WHEN f.deal_g IS NOT NULL AND f.deal_u IS NOT NULL
                           THEN CASE d.deal_type WHEN 'g' THEN f.deal_g ELSE f.deal_u END END,
    deal_other_first = CASE WHEN f.deal_g IS NOT NULL AND f.deal_u IS NOT NULL
                            THEN CASE d.deal_type WHEN 'g' THEN f.deal_u ELSE f.deal_g END END
FROM firsts f
WHERE f.series_no = d.series_no AND f.day = d.day;

CREATE OR REPLACE VIEW purchase_type_change AS
WITH occurrence AS NOT MATERIALIZED (
    SELECT e.line_no, s.series_no, s.source, 'campaign' AS role FROM report_series s JOIN report_entity e ON e.entity_no = s.campaign_no
    WHERE e.line_no IS NOT NULL
    UNION ALL
    SELECT e.line_no, s.series_no, s.source, 'deal' FROM report_series s JOIN report_entity e ON e.entity_no = s.deal_no
    WHERE e.line_no IS NOT NULL
), told AS (
    SELECT o.line_no, d.day, o.role, o.series_no, source_rank(o.source) AS rank, t.type, t.ended, t.other_first,
           COALESCE(t.type_first, d.first_hour) AS begun, CASE t.type WHEN 'g' THEN 'u' ELSE 'g' END AS other
    FROM occurrence o JOIN report_day d USING (series_no)
    CROSS JOIN LATERAL (
        SELECT CASE o.role WHEN 'campaign' THEN d.campaign_type ELSE d.deal_type END::text AS type,
               CASE o.role WHEN 'campaign' THEN d.campaign_type_hour ELSE d.deal_type_hour END AS ended,
               CASE o.role WHEN 'campaign' THEN d.campaign_type_first ELSE d.deal_type_first END AS type_first,
               CASE o.role WHEN 'campaign' THEN d.campaign_other_first ELSE d.deal_other_first END AS other_first) t
    WHERE t.type <> '?'
), counted AS (
    SELECT * FROM (SELECT *, min(rank) OVER (PARTITION BY line_no, day) AS least FROM told) ranked WHERE rank = least
), by_day AS (
    SELECT line_no, day,
           (array_agg(type ORDER BY ended DESC, role, series_no))[1] AS closing,
           (array_agg(CASE WHEN other_first < begun THEN other ELSE type END ORDER BY LEAST(begun, other_first), role, series_no)
               FILTER (WHERE other_first IS NOT NULL))[1] AS opening,
           max(ended) FILTER (WHERE type = 'g') AS g_ended, min(begun) FILTER (WHERE type = 'g') AS g_begun,
           max(ended) FILTER (WHERE type = 'u') AS u_ended, min(begun) FILTER (WHERE type = 'u') AS u_begun
    FROM counted
    GROUP BY line_no, day
), opened AS (  -- of two series with a type each, one after the other is a change; both at a time are not
    SELECT line_no, day, closing,
           CASE WHEN opening IS NOT NULL THEN opening WHEN g_ended < u_begun THEN 'g' WHEN u_ended < g_begun THEN 'u'
                ELSE closing END AS opening
    FROM by_day
), change AS (
    SELECT line_no, day, lag(closing) OVER (PARTITION BY line_no ORDER BY day) AS before, opening AS after,
           NULL::timestamptz AS seen_at
    FROM opened
    UNION
    SELECT line_no, day, opening, closing, NULL FROM opened
    UNION
    SELECT line_no, day, other, type, NULL FROM counted WHERE other_first <> begun
    UNION
    SELECT line_no, day, type, other, NULL FROM counted WHERE other_first > begun
    UNION
    SELECT o.line_no, (r.hour_utc AT TIME ZONE 'UTC')::date,
           CASE o.role WHEN 'campaign' THEN campaign_type(r.before_terms) ELSE deal_type(r.before_terms) END::text,
           CASE o.role WHEN 'campaign' THEN campaign_type(r.after_terms) ELSE deal_type(r.after_terms) END::text, r.seen_at
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
