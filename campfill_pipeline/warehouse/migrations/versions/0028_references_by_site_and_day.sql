-- What healthy lines got, one row for each site and day with its hours in arrays: a seventeenth of the rows.

DROP TABLE reference_hour;
CREATE TABLE reference_site_day (                             -- days before as_of; an hour has 0 rows where nothing is left
    purchase_type text NOT NULL,
    site_no integer NOT NULL,
    day date NOT NULL,                                        -- local
    hours smallint[] NOT NULL,                                -- local hours of the day, ascending; the other arrays go with it
    rows integer[] NOT NULL,
    bids bigint[] NOT NULL,
    wins bigint[] NOT NULL,
    plays bigint[] NOT NULL,
    impressions numeric[] NOT NULL,
    PRIMARY KEY (purchase_type, site_no, day)
) WITH (fillfactor = 90);

CREATE INDEX reference_site_day_time ON reference_site_day USING brin (day) WITH (pages_per_range = 16);

COMMENT ON TABLE reference_site_day IS 'Internal: what healthy lines got, by purchase type, site and local day, hour by hour. The measure of causes.';

-- The next refresh makes everything again.
UPDATE fulfillment_state SET rules = '';

COMMENT ON COLUMN fulfillment.pace IS 'Of live lines: behind (below its expected share, by more than chance), on_track, ahead; unmeasured while nothing is due.';
COMMENT ON COLUMN fulfillment.chance_gap IS 'Of live lines: the gap to expected, as a share of it, up to which the day-to-day spread of healthy lines explains it; NULL while so little is due (less than half an average day) that any gap may be chance.';
COMMENT ON COLUMN fulfillment.reachable IS 'Whether its best 7 days so far, gone on with through the remaining days'' weights, would reach the goal; NULL while less than half an average day is due.';
