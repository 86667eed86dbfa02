-- In which time zone days are counted is kept from the first stored day on, not from the first figures on.
CREATE TABLE delivery_zone (
    one_row boolean PRIMARY KEY DEFAULT true CHECK (one_row),
    zone text NOT NULL
);
COMMENT ON TABLE delivery_zone IS 'The time zone whose days the delivery here is counted in; one row, from the first stored day on.';
COMMENT ON COLUMN delivery_zone.one_row IS 'Always true: there is one zone.';
COMMENT ON COLUMN delivery_zone.zone IS 'Its name, as CAMPFILL_TIMEZONE has it.';
INSERT INTO delivery_zone (zone)
SELECT regexp_replace(split_part(rules, ' ', 1), '^timezone=', '') FROM fulfillment_state
WHERE starts_with(rules, 'timezone=') AND EXISTS (SELECT FROM report_day);
