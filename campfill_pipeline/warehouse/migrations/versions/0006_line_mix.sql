-- What a line that fell short did at each site and hour of day, kept with it: where only its reference changed, its own
-- report rows need not be read again.

CREATE TABLE line_mix (                                       -- rows with funnel figures that count towards the target
    line_no integer NOT NULL,
    site_no integer NOT NULL,
    hour smallint NOT NULL,                                   -- local hour of day
    bids bigint NOT NULL,
    wins bigint NOT NULL,
    plays bigint NOT NULL,
    impressions numeric NOT NULL,
    PRIMARY KEY (line_no, site_no, hour)
);

CREATE TABLE line_hours (                                     -- one row for each line in line_mix, or that has no such rows
    line_no integer PRIMARY KEY,
    flight_hours integer NOT NULL,                            -- of the flight, before as_of
    hours_with_bids integer NOT NULL,
    first_hour timestamptz, last_hour timestamptz             -- with impressions
);

COMMENT ON TABLE line_mix IS 'Internal: what a line that fell short did by site and hour of day. Its reference is weighed by it.';
COMMENT ON TABLE line_hours IS 'Internal: hours of the flight of a line that fell short, and those in which it delivered.';
