-- The views of schema `reporting`, for analysis tools; made again after every migration, restore and upgrade (analysis.py).
-- Sums are rounded to what such tools can hold: numbers of any length make Power BI fail. The exact ones stand in campfill.

-- name: made from
SELECT obj_description(to_regnamespace('reporting'), 'pg_namespace') AS whose,
       to_regnamespace('reporting') IS NOT NULL AS there,
       obj_description(to_regclass('reporting.about'), 'pg_class') AS of_what

-- name: away
-- Views only: what else somebody put into the schema stays. Views that others made upon ours go with them.
DO $$
DECLARE
    gone text;
BEGIN
    FOR gone IN SELECT relname FROM pg_class WHERE relnamespace = to_regnamespace('reporting') AND relkind = 'v'
    LOOP
        EXECUTE format('DROP VIEW IF EXISTS reporting.%I CASCADE', gone);
    END LOOP;
END $$

-- name: views
CREATE SCHEMA IF NOT EXISTS reporting;

CREATE VIEW reporting.lines AS
SELECT l.id AS line_id, l.name, l.kind, l.purchase_type, l.buyer, l.agency, l.platform, l.seat, l.advertiser, l.placement,
       l.start_date, f.effective_start, l.end_date, l.impression_goal, l.budget_eur, l.cpm_eur, l.external_id, l.cancelled,
       l.first_seen_at, l.absent_since, f.as_of, f.lifecycle, f.band, f.pace, f.covered,
       f.flight_days, f.elapsed_days, f.days_fetched,
       round(f.delivered, 4)::numeric(20, 4) AS delivered,
       round(f.delivered_outside_flight, 4)::numeric(20, 4) AS delivered_outside_flight,
       round(f.fulfillment_pct, 4)::numeric(14, 4) AS fulfillment_pct,
       round(f.shortfall, 4)::numeric(20, 4) AS shortfall, round(f.surplus, 4)::numeric(20, 4) AS surplus,
       round(f.expected, 4)::numeric(20, 4) AS expected, round(f.pacing_index, 6)::numeric(20, 6) AS pacing_index,
       f.pacing_basis, round(f.projected, 4)::numeric(20, 4) AS projected,
       round(f.required_daily, 4)::numeric(20, 4) AS required_daily,
       round(f.required_factor, 4)::numeric(20, 4) AS required_factor,
       round(f.value_at_risk_eur, 2)::numeric(18, 2) AS value_at_risk_eur,
       round(f.delivered_value_eur, 2)::numeric(18, 2) AS delivered_value_eur,
       round(f.billable_eur, 2)::numeric(18, 2) AS billable_eur, l.currency, f.first_day, f.last_day,
       c.cause, c.side, c.share_bids, c.share_wins, c.share_plays, c.share_audience, f.refreshed_at
FROM line l
LEFT JOIN fulfillment f ON f.line_id = l.id
LEFT JOIN shortfall_cause c ON c.line_id = l.id;

CREATE VIEW reporting.delivery_by_day AS
SELECT line_id, day, impressions, bids, wins, plays, source FROM delivery_daily;

CREATE VIEW reporting.delivery_by_site AS
SELECT r.id AS line_id, d.day, x.site, sum(d.impressions)::numeric(22, 4) AS impressions
FROM line_day l
JOIN report_series s ON s.line_no = l.line_no AND s.source = l.source
JOIN site_day d ON d.series_no = s.series_no AND d.day = l.day
JOIN site x USING (site_no)
JOIN line_register r ON r.line_no = l.line_no
WHERE l.counted
GROUP BY r.id, d.day, x.site;

CREATE VIEW reporting.windows AS
SELECT as_of, period, kind, purchase_type, lines, fulfilled, round(fulfilled_pct, 4)::numeric(14, 4) AS fulfilled_pct,
       round(delivered_pct, 4)::numeric(14, 4) AS delivered_pct, round(capped_pct, 4)::numeric(14, 4) AS capped_pct,
       goal, round(delivered, 4)::numeric(20, 4) AS delivered, round(delivered_capped, 4)::numeric(20, 4) AS delivered_capped
FROM fulfillment_window;

CREATE VIEW reporting.trend AS
SELECT day, kind, purchase_type, round(fulfilled_pct, 4)::numeric(14, 4) AS fulfilled_pct,
       round(change, 4)::numeric(14, 4) AS change, trend
FROM fulfillment_trend;

CREATE VIEW reporting.incidents AS
SELECT site, from_hour, until_hour, day, silence, lines, round(impressions_lost, 4)::numeric(20, 4) AS impressions_lost,
       round(eur_lost, 2)::numeric(18, 2) AS eur_lost, round(impressions_savable, 4)::numeric(20, 4) AS impressions_savable,
       round(eur_savable, 2)::numeric(18, 2) AS eur_savable, currency
FROM incident;

CREATE VIEW reporting.incident_lines AS
SELECT i.site, i.from_hour, t.line_id, round(t.lost, 4)::numeric(20, 4) AS impressions_lost
FROM incident i CROSS JOIN LATERAL unnest(i.line_ids, i.line_losses) AS t (line_id, lost);

CREATE VIEW reporting.reconciliation AS
SELECT issue_no, kind_of_issue, line_id, report_id, detail::text AS detail FROM campfill.reconciliation;

CREATE VIEW reporting.restatements AS
SELECT line_id, (hour_utc AT TIME ZONE (SELECT regexp_replace(split_part(rules, ' ', 1), '^timezone=', '')
                                        FROM fulfillment_state))::date AS day,
       hour_utc, site, source, before, after, seen_at
FROM delivery_restatement
WHERE line_id IS NOT NULL;

CREATE VIEW reporting.line_history AS
SELECT id AS line_id, revision, action, valid_from, name, kind, buyer, start_date, end_date, impression_goal, budget_eur,
       cpm_eur, currency, upload_id, sheet, row_no, notable, cancelled
FROM line_revision;

CREATE VIEW reporting.uploads AS
SELECT upload_id, seq, file_name, sha256, file_bytes, kind, status, reason, message, received_at, decided_at, reverted_at,
       rows_read, rows_accepted, rows_rejected, rows_new, rows_updated, rows_unchanged
FROM upload;

CREATE VIEW reporting.upload_issues AS
SELECT upload_id, issue_no, sheet, cell, row_no, column_name, value, code, severity, message, hint FROM upload_issue;

CREATE VIEW reporting.days_fetched AS
SELECT source, day, status, fetched_at, rows, refused, first_complete_at, failures, failed_at FROM delivery_fetch;

CREATE VIEW reporting.notices AS
SELECT notice_no, kind, subject, line_id, begun_at, begun, over_at, over FROM notice;

CREATE VIEW reporting.second_counts AS
SELECT d.line_id, l.name, l.buyer, d.counted_by, d.first_day, d.last_day, round(d.ours, 4)::numeric(20, 4) AS ours, round(d.theirs, 4)::numeric(20, 4) AS theirs,
       round(difference, 4)::numeric(20, 4) AS difference, round(percent, 4)::numeric(14, 4) AS percent, round(tolerance, 4)::numeric(14, 4) AS tolerance, d.beyond,
       round(time_zone, 4)::numeric(20, 4) AS time_zone, round(days_missing, 4)::numeric(20, 4) AS days_missing, round(late_corrections, 4)::numeric(20, 4) AS late_corrections,
       round(sites, 4)::numeric(20, 4) AS sites, round(rest, 4)::numeric(20, 4) AS rest, d.billed_by, d.compared_at
FROM count_discrepancy d JOIN line l ON l.id = d.line_id;

CREATE VIEW reporting.care AS
SELECT line_id, owner, note, acknowledged_until, muted_until, agreed, make_goods, changed_at FROM line_care;

CREATE VIEW reporting.make_goods AS
SELECT make_good, line_id, by_line, agreed, first_day, last_day, text, said_by, agreed_at,
       round(delivered, 4)::numeric(20, 4) AS delivered, state, closed_at, closed_text
FROM campfill.make_good;

CREATE VIEW reporting.about AS
SELECT as_of, regexp_replace(split_part(rules, ' ', 1), '^timezone=', '') AS timezone, refreshed_at,
       (SELECT currency FROM home_currency) AS currency FROM fulfillment_state;

-- name: words
COMMENT ON VIEW reporting.lines IS 'Every line with its contract, its newest figures and the cause of a shortfall. One row per line_id. Figures are NULL until they were computed once. Lines that are not covered are judged by nothing: filter covered.';
COMMENT ON VIEW reporting.delivery_by_day IS 'Impressions, bids, wins and plays by line and local day. One row per line_id and day.';
COMMENT ON VIEW reporting.delivery_by_site IS 'Impressions by line, local day and site. One row per line_id, day and site. Large: filter by line_id or day.';
COMMENT ON VIEW reporting.windows IS 'How lines that ended within a period did, seen from every day. One row per as_of, period, kind and purchase_type; all is the total: never add it to its parts.';
COMMENT ON VIEW reporting.trend IS 'Whether the fulfilled share rises or falls. One row per day, kind and purchase_type; all is the total.';
COMMENT ON VIEW reporting.incidents IS 'Hours of the last 14 days in which a site fell silent or weak for all lines. One row per site and from_hour.';
COMMENT ON VIEW reporting.incident_lines IS 'What each line lost in an incident. One row per site, from_hour and line_id.';
COMMENT ON VIEW reporting.reconciliation IS 'Where campaign list and reporting disagree. One row per issue_no.';
COMMENT ON VIEW reporting.restatements IS 'Report rows of lines that changed after they were first stored. One row per change.';
COMMENT ON VIEW reporting.line_history IS 'Every state a line ever had. One row per line_id and revision.';
COMMENT ON VIEW reporting.uploads IS 'Every file that arrived, and what became of it. One row per upload_id.';
COMMENT ON VIEW reporting.upload_issues IS 'What was found in those files. One row per upload_id and issue_no.';
COMMENT ON VIEW reporting.days_fetched IS 'Which local days were fetched, from where, and whether completely. One row per source and day.';
COMMENT ON VIEW reporting.notices IS 'What people were told. One row per notice_no.';
COMMENT ON VIEW reporting.second_counts IS 'What somebody else counted for a line, beside ours, and what the difference is made of, as it was compared last. One row per line_id and counted_by. beyond: it differs by more than the tolerance.';
COMMENT ON VIEW reporting.care IS 'Who takes care of which line, as it stands. One row per line_id of which something was said.';
COMMENT ON VIEW reporting.make_goods IS 'What was agreed to make good, and what came of it. One row per make_good.';
COMMENT ON COLUMN reporting.delivery_by_site.site IS 'Site as reported; empty where the source has none.';
COMMENT ON COLUMN reporting.incident_lines.impressions_lost IS 'What the line lost, in impressions.';
COMMENT ON COLUMN reporting.restatements.day IS 'Local day of the hour.';
COMMENT ON COLUMN reporting.reconciliation.detail IS 'What was found, as JSON text.';
COMMENT ON COLUMN reporting.notices.kind IS 'What kind of fact: docs/alerts.md tells them all.';
COMMENT ON COLUMN reporting.about.as_of IS 'The local day the figures are of.';
COMMENT ON COLUMN reporting.about.timezone IS 'The time zone in which days are counted.';
COMMENT ON COLUMN reporting.about.refreshed_at IS 'When the figures were computed last.';
COMMENT ON COLUMN reporting.about.currency IS 'The currency of all amounts, in three letters; columns named …_eur hold amounts of it.';

-- A column means what it means in the table it comes from.
DO $$
DECLARE
    silent record;
BEGIN
    FOR silent IN
        SELECT v.relname, a.attname, told.comment
        FROM pg_class v
        JOIN pg_attribute a ON a.attrelid = v.oid AND a.attnum > 0 AND NOT a.attisdropped
        CROSS JOIN LATERAL (
            SELECT col_description(t.oid, b.attnum) AS comment
            FROM unnest(CASE v.relname
                    WHEN 'lines' THEN ARRAY['fulfillment', 'line', 'shortfall_cause']
                    WHEN 'delivery_by_day' THEN ARRAY['delivery_daily'] WHEN 'delivery_by_site' THEN ARRAY['delivery_daily']
                    WHEN 'windows' THEN ARRAY['fulfillment_window'] WHEN 'trend' THEN ARRAY['fulfillment_trend']
                    WHEN 'incidents' THEN ARRAY['incident'] WHEN 'incident_lines' THEN ARRAY['incident', 'delivery_daily']
                    WHEN 'reconciliation' THEN ARRAY['reconciliation'] WHEN 'restatements' THEN ARRAY['delivery_restatement']
                    WHEN 'line_history' THEN ARRAY['line_revision', 'delivery_daily'] WHEN 'uploads' THEN ARRAY['upload']
                    WHEN 'upload_issues' THEN ARRAY['upload_issue'] WHEN 'days_fetched' THEN ARRAY['delivery_fetch']
                    WHEN 'second_counts' THEN ARRAY['count_discrepancy', 'line'] WHEN 'care' THEN ARRAY['line_care'] WHEN 'make_goods' THEN ARRAY['make_good']
                    WHEN 'notices' THEN ARRAY['notice'] ELSE ARRAY[]::text[] END) WITH ORDINALITY AS o (relation, place)
            JOIN pg_class t ON t.relname = o.relation AND t.relnamespace = 'campfill'::regnamespace
            JOIN pg_attribute b ON b.attrelid = t.oid AND b.attname = a.attname
            WHERE col_description(t.oid, b.attnum) IS NOT NULL
            ORDER BY o.place LIMIT 1) told
        WHERE v.relnamespace = 'reporting'::regnamespace AND v.relkind = 'v' AND col_description(v.oid, a.attnum) IS NULL
    LOOP
        EXECUTE format('COMMENT ON COLUMN reporting.%I.%I IS %L', silent.relname, silent.attname,
                       replace(replace(silent.comment, 'line.id', 'lines.line_id'), 'upload.upload_id', 'uploads.upload_id'));
    END LOOP;
END $$
