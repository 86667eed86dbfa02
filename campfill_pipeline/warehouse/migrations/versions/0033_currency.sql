-- The one currency that a home counts in, beside every amount. Columns named …_eur hold amounts of it; in homes before this they were euros.
CREATE TABLE home_currency (
    one_row boolean PRIMARY KEY DEFAULT true CHECK (one_row),
    currency text NOT NULL
);
INSERT INTO home_currency (currency) VALUES ('EUR');

ALTER TABLE fulfillment ADD COLUMN currency text NOT NULL DEFAULT 'EUR';
ALTER TABLE shortfall_cause ADD COLUMN currency text NOT NULL DEFAULT 'EUR';
ALTER TABLE frozen_month ADD COLUMN currency text NOT NULL DEFAULT 'EUR';
ALTER TABLE frozen_line ADD COLUMN currency text NOT NULL DEFAULT 'EUR';

CREATE OR REPLACE VIEW line AS
SELECT line_no, id, name, COALESCE(kind_reported, kind_listed) AS kind, buyer, agency, platform, seat,
       runtime, start_date, end_date, impression_goal, budget_eur, cpm_eur, purchase_type, placement, advertiser,
       kind_listed, kind_reported, first_seen_at, absent_since, revision, external_id, cancelled,
       (SELECT currency FROM home_currency) AS currency
FROM line_register
WHERE withdrawn_at IS NULL;

CREATE OR REPLACE VIEW line_revision AS
SELECT l.id, r.revision, r.name, r.kind_listed AS kind, r.buyer, r.agency, r.platform, r.seat, r.runtime, r.start_date,
       r.end_date, r.impression_goal, r.budget_eur, r.cpm_eur, l.purchase_type, r.placement, r.advertiser,
       r.valid_from, r.upload_id, r.action, r.sheet, r.row_no, r.changes, r.notable, r.line_no, r.external_id, r.cancelled,
       (SELECT currency FROM home_currency) AS currency
FROM revision r JOIN line_register l USING (line_no);

CREATE OR REPLACE VIEW incident AS
SELECT s.site, q.from_hour, q.until_hour, q.silence, t.lines, round(q.due - q.came, 4) AS impressions_lost,
       round((q.due - q.came) * t.cpm_eur * 0.001, 2) AS eur_lost,
       round((q.due - q.came) * t.live, 4) AS impressions_savable,
       round((q.due - q.came) * t.live_cpm_eur * 0.001, 2) AS eur_savable, t.line_ids, q.site_no, q.day, t.line_losses,
       (SELECT currency FROM home_currency) AS currency
FROM site_silence q
JOIN site s USING (site_no)
CROSS JOIN LATERAL (
    SELECT count(*)::integer AS lines, sum(share * cpm_eur) AS cpm_eur, COALESCE(sum(share) FILTER (WHERE live), 0) AS live,
           COALESCE(sum(share * cpm_eur) FILTER (WHERE live), 0) AS live_cpm_eur, array_agg(line_id ORDER BY line_id) AS line_ids,
           array_agg(round((q.due - q.came) * share, 4) ORDER BY line_id) AS line_losses
    FROM (SELECT f.line_id, f.cpm_eur, f.lifecycle = 'live' AS live,
                 sum(d.impressions) / sum(sum(d.impressions)) OVER () AS share
          FROM site_day d JOIN report_series r USING (series_no) JOIN fulfillment f USING (line_no)
          WHERE d.site_no = q.site_no AND d.day BETWEEN q.day - 7 AND q.day
            AND q.day BETWEEN f.effective_start AND f.end_date
          GROUP BY f.line_id, f.cpm_eur, f.lifecycle
          HAVING sum(d.impressions) > 0) shares) t
WHERE t.lines > 1;

COMMENT ON COLUMN line.budget_eur IS 'Budget as listed, in the currency of the home; may be missing.';
COMMENT ON COLUMN line_revision.budget_eur IS 'Budget as listed, in the currency of the home; may be missing.';
COMMENT ON COLUMN notice.weight IS 'What orders a long message, dearest first: the money at stake.';
COMMENT ON TABLE home_currency IS 'The currency of all money here, that of CAMPFILL_CURRENCY; one row. It can change until the first list is read.';
COMMENT ON COLUMN home_currency.one_row IS 'Always true: there is one currency.';
COMMENT ON COLUMN home_currency.currency IS 'Its three letters by ISO 4217.';
COMMENT ON COLUMN line.currency IS 'The currency of budget_eur and cpm_eur: that of the home.';
COMMENT ON COLUMN line_revision.currency IS 'The currency of budget_eur and cpm_eur: that of the home.';
COMMENT ON COLUMN fulfillment.currency IS 'The currency of all amounts of the row: that of the home.';
COMMENT ON COLUMN shortfall_cause.currency IS 'The currency of missing_eur: that of the home.';
COMMENT ON COLUMN frozen_line.cpm_eur IS 'The price of 1,000 impressions then.';
COMMENT ON COLUMN frozen_month.currency IS 'The currency of amount_eur: that of the home.';
COMMENT ON COLUMN frozen_line.currency IS 'The currency of cpm_eur and amount_eur: that of the home.';
COMMENT ON COLUMN incident.currency IS 'The currency of eur_lost and eur_savable: that of the home.';
