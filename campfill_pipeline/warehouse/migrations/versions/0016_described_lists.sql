-- Lists of other houses: what they name their lines by, what they cancelled, and by which description each was read.

ALTER TABLE line_register ADD COLUMN external_id text, ADD COLUMN cancelled boolean NOT NULL DEFAULT false;
ALTER TABLE line_history ADD COLUMN external_id text, ADD COLUMN cancelled boolean NOT NULL DEFAULT false;
ALTER TABLE line_overtaken ADD COLUMN external_id text, ADD COLUMN cancelled boolean NOT NULL DEFAULT false;
CREATE INDEX line_external_id ON line_register (external_id) WHERE external_id IS NOT NULL;

CREATE OR REPLACE VIEW line AS
SELECT line_no, id, name, COALESCE(kind_reported, kind_listed) AS kind, buyer, agency, platform, seat,
       runtime, start_date, end_date, impression_goal, budget_eur, cpm_eur, purchase_type, placement, advertiser,
       kind_listed, kind_reported, first_seen_at, absent_since, revision, external_id, cancelled
FROM line_register
WHERE withdrawn_at IS NULL;

CREATE OR REPLACE VIEW revision AS
SELECT line_no, revision, valid_from, upload_id, event_no, action, brought, sheet, row_no, changes, notable,
       name, kind_listed, buyer, agency, platform, seat, runtime, start_date, end_date, impression_goal, budget_eur,
       cpm_eur, placement, advertiser, external_id, cancelled
FROM line_history
UNION ALL
SELECT line_no, revision, valid_from, upload_id, event_no, action, brought, sheet, row_no, changes, notable,
       name, kind_listed, buyer, agency, platform, seat, runtime, start_date, end_date, impression_goal, budget_eur,
       cpm_eur, placement, advertiser, external_id, cancelled
FROM line_register;

CREATE OR REPLACE VIEW line_revision AS
SELECT l.id, r.revision, r.name, r.kind_listed AS kind, r.buyer, r.agency, r.platform, r.seat, r.runtime, r.start_date,
       r.end_date, r.impression_goal, r.budget_eur, r.cpm_eur, l.purchase_type, r.placement, r.advertiser,
       r.valid_from, r.upload_id, r.action, r.sheet, r.row_no, r.changes, r.notable, r.line_no, r.external_id, r.cancelled
FROM revision r JOIN line_register l USING (line_no);

ALTER TABLE fulfillment DROP CONSTRAINT fulfillment_lifecycle_check;
ALTER TABLE fulfillment ADD CONSTRAINT fulfillment_lifecycle_check
    CHECK (lifecycle IN ('scheduled', 'live', 'ended_provisional', 'ended_final', 'cancelled'));

-- A source: a rebuild reads each upload by the description of that day.
CREATE TABLE list_description (
    name text NOT NULL,
    version integer NOT NULL,                                 -- 1, 2, 3 … as its text changed
    text text NOT NULL,                                       -- TOML
    first_used_at timestamptz NOT NULL,
    PRIMARY KEY (name, version)
);
ALTER TABLE upload ADD COLUMN description_name text, ADD COLUMN description_version integer;

COMMENT ON TABLE list_description IS 'The list descriptions that lists were read by, each version as it stood then.';
COMMENT ON COLUMN list_description.name IS 'Name of the description.';
COMMENT ON COLUMN list_description.version IS '1, 2, 3 … without gaps; a new one whenever its text had changed when a list was read by it.';
COMMENT ON COLUMN list_description.text IS 'The description, as TOML.';
COMMENT ON COLUMN list_description.first_used_at IS 'When a list was read by it for the first time.';
COMMENT ON COLUMN upload.description_name IS 'The list description it was read by; NULL for the present list and for what is no list.';
COMMENT ON COLUMN upload.description_version IS 'Its version; joins to list_description with the name.';
COMMENT ON COLUMN line_register.external_id IS 'What the list names the line by, where that is no UUID.';
COMMENT ON COLUMN line_register.cancelled IS 'Whether the newest list says that the line is cancelled: nothing judges it then.';
COMMENT ON COLUMN line_history.external_id IS 'What the list names the line by, where that is no UUID.';
COMMENT ON COLUMN line_history.cancelled IS 'Whether the list said that the line is cancelled.';
COMMENT ON COLUMN line_overtaken.external_id IS 'What the list names the line by, where that is no UUID.';
COMMENT ON COLUMN line_overtaken.cancelled IS 'Whether the list said that the line is cancelled.';
COMMENT ON COLUMN line.external_id IS 'What the list names the line by, where that is no UUID; NULL where it is the id itself.';
COMMENT ON COLUMN line.cancelled IS 'Whether the newest list says that the line is cancelled: nothing judges it then.';
COMMENT ON COLUMN line_revision.external_id IS 'What the list names the line by, where that is no UUID.';
COMMENT ON COLUMN line_revision.cancelled IS 'Whether the list said that the line is cancelled.';
COMMENT ON COLUMN fulfillment.lifecycle IS 'scheduled, live, ended_provisional (late reports may still come) or ended_final; cancelled where the newest list says so.';
COMMENT ON COLUMN fulfillment.covered IS 'Whether every flight day before as_of was fetched, and the line is not cancelled; others are judged by nothing.';
