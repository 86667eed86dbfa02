-- Sources of delivery: several reporting APIs in one home, and rows of whole days beside rows of hours.
-- A source's code tells its grain. 'a' and 'b' are the API of CAMPFILL_REPORTING_CONNECTOR by hours and by days, 'c' and 'd'
-- exports by hours and by days; further APIs have pairs of capitals ('A' and 'B', 'C' and 'D' …), named in this table.
-- For a line and day one source counts, by presence of a row: so hours and days of one line never add up.
CREATE TABLE delivery_source (
    code "char" PRIMARY KEY,
    source text NOT NULL UNIQUE,
    by_day boolean NOT NULL                                   -- its rows are whole days, stored in the day's first hour
);
INSERT INTO delivery_source (code, source, by_day)
VALUES ('a', 'api', false), ('b', 'api_day', true), ('c', 'csv', false), ('d', 'csv_day', true);
COMMENT ON TABLE delivery_source IS 'Where delivery comes from, and whether its rows are hours or whole days';
COMMENT ON COLUMN delivery_source.code IS 'One letter, as in the internal tables.';
COMMENT ON COLUMN delivery_source.source IS 'api: the first reporting API; api_day: the same by whole days; csv, csv_day: dropped exports; else a further API by its name.';
COMMENT ON COLUMN delivery_source.by_day IS 'Whether its rows are whole days.';

ALTER TABLE report_series DROP CONSTRAINT report_series_source_check;
ALTER TABLE report_fetch DROP CONSTRAINT report_fetch_source_check;
ALTER TABLE delivery_fetch DROP CONSTRAINT delivery_fetch_source_check;

-- The least one counts: the first API, further APIs in their order, exports; hours before days.
CREATE FUNCTION source_rank(code "char") RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE code WHEN 'a' THEN 0 WHEN 'b' THEN 1 WHEN 'c' THEN 200 WHEN 'd' THEN 201 ELSE ascii(code::text) END;

CREATE FUNCTION source_by_day(code "char") RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN code IN ('b', 'd') OR (ascii(code::text) BETWEEN 65 AND 90 AND mod(ascii(code::text), 2) = 0);

CREATE FUNCTION source_name(code "char") RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE code WHEN 'a' THEN 'api' WHEN 'b' THEN 'api_day' WHEN 'c' THEN 'csv' WHEN 'd' THEN 'csv_day'
                 ELSE (SELECT s.source FROM delivery_source s WHERE s.code = $1) END;

CREATE OR REPLACE VIEW report_row AS
SELECT source_name(s.source) AS source, h.hour_utc, x.site,
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

CREATE OR REPLACE VIEW delivery_hourly AS
SELECT l.id AS line_id, h.hour_utc, x.site, source_name(h.source) AS source,
       h.impressions, h.bids, h.wins, h.plays,
       CASE h.purchase_type WHEN 'g' THEN 'guaranteed' WHEN 'u' THEN 'unguaranteed' ELSE 'unknown' END AS purchase_type,
       h.line_no
FROM (SELECT line_no, hour_utc, site_no, source, sum(impressions) AS impressions, sum(bids) AS bids, sum(wins) AS wins,
             sum(plays) AS plays, COALESCE(min(purchase_type::text) FILTER (WHERE purchase_type <> '?'), '?') AS purchase_type
      FROM report_fact
      WHERE line_no IS NOT NULL
      GROUP BY line_no, hour_utc, site_no, source) h
JOIN line_register l USING (line_no)
JOIN site x USING (site_no);

CREATE OR REPLACE VIEW delivery_daily AS
SELECT l.id AS line_id, d.day, d.impressions, d.bids, d.wins, d.plays,
       source_name(d.source) AS source, d.rows, d.first_hour, d.last_hour, d.line_no
FROM line_day d
JOIN line_register l USING (line_no)
WHERE d.counted;

CREATE OR REPLACE VIEW delivery_restatement AS
SELECT source_name(s.source) AS source, l.id AS line_id, r.hour_utc, x.site, r.before, r.after, r.seen_at,
       c.entity_id AS campaign_id, d.entity_id AS deal_id, f.stored_at AS first_seen_at,
       r.before_bids, r.before_wins, r.before_plays, r.after_bids, r.after_wins, r.after_plays,
       r.restatement_no, r.fetch_no, r.series_no, r.site_no, s.line_no
FROM restatement r
JOIN report_series s USING (series_no)
LEFT JOIN site x USING (site_no)
LEFT JOIN report_entity c ON c.entity_no = s.campaign_no
LEFT JOIN report_entity d ON d.entity_no = s.deal_no
LEFT JOIN line_register l ON l.line_no = s.line_no
LEFT JOIN report_fetch f ON f.fetch_no = r.first_fetch_no;

-- Rows whose campaign id and deal id are both known lines: counted for the campaign, listed here by day.
CREATE OR REPLACE VIEW ambiguous_delivery AS
SELECT source_name(s.source) AS source, d.day, c.line_no AS campaign_line_no, e.line_no AS deal_line_no,
       c.entity_id AS campaign_id, e.entity_id AS deal_id, d.impressions, d.rows, source_rank(s.source) AS rank
FROM report_series s
JOIN report_entity c ON c.entity_no = s.campaign_no
JOIN report_entity e ON e.entity_no = s.deal_no
JOIN report_day d USING (series_no)
WHERE c.line_no <> e.line_no;

-- Rows that no line claims, by day.
CREATE OR REPLACE VIEW orphan_delivery AS
SELECT source_name(s.source) AS source, d.day, c.entity_id AS campaign_id, e.entity_id AS deal_id,
       c.reported_name AS campaign_name, e.reported_name AS deal_name, d.impressions, d.rows, source_rank(s.source) AS rank
FROM report_series s
LEFT JOIN report_entity c ON c.entity_no = s.campaign_no
LEFT JOIN report_entity e ON e.entity_no = s.deal_no
JOIN report_day d USING (series_no)
WHERE s.line_no IS NULL;

-- Reporting may name a line by the text that its list names it by.
CREATE INDEX line_external_id_lower ON line_register (lower(external_id)) WHERE external_id IS NOT NULL;

-- What an API of whole days told so far was kept as hours: each of its days has one hour, a local midnight.
DO $$
BEGIN
    IF (SELECT count(DISTINCT d.day) > 1 AND bool_and(d.first_hour = d.last_hour)
               AND count(DISTINCT extract(hour FROM d.first_hour AT TIME ZONE 'UTC')) <= 2
        FROM report_day d JOIN report_series s USING (series_no) WHERE s.source = 'a') THEN
        UPDATE report_series SET source = 'b' WHERE source = 'a';
        UPDATE line_day SET source = 'b' WHERE source = 'a';
        UPDATE report_fetch SET source = 'api_day' WHERE source = 'api';
        UPDATE delivery_fetch SET source = 'api_day' WHERE source = 'api';
        UPDATE report_overview SET source = 'api_day' WHERE source = 'api';
    END IF;
END $$;

COMMENT ON COLUMN shortfall_cause.cause IS 'not_selected, too_few_bids, lost_auctions, won_but_not_played, low_audience; or why it cannot be told: not_fetched, no_reporting, no_funnel, no_hours, no_reference.';

-- Exports of whole days and exports of hours never tell the same campaign and day: which one came is remembered.
ALTER TABLE report_fetch ADD COLUMN by_day boolean NOT NULL DEFAULT false;
