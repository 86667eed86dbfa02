-- The measured week: delivery by site and local day, what a weekday gives at each site, and what of a line's goal is due by it.

CREATE TABLE site_day (                                       -- roll-up of report_hour by series, local day and site
    series_no integer NOT NULL,
    day date NOT NULL,
    site_no integer NOT NULL,
    impressions numeric(22, 4) NOT NULL,
    PRIMARY KEY (series_no, day, site_no)
);

CREATE TABLE week_member (                                    -- healthy lines that ended within the 56 days: they make the week
    line_no integer PRIMARY KEY,
    placement text,
    first_day date NOT NULL, last_day date NOT NULL,          -- its flight
    impressions numeric[] NOT NULL,                           -- by kind of day, Monday first; holidays count as Sundays
    squares numeric[] NOT NULL                                -- sums of the days' impressions squared
);

CREATE TABLE week_cell (                                      -- what each of them delivered at each site on its flight days
    site_no integer NOT NULL,
    line_no integer NOT NULL,
    impressions numeric[] NOT NULL,
    PRIMARY KEY (line_no, site_no)
);

CREATE TABLE site_week (
    scope text NOT NULL CHECK (scope IN ('site', 'placement', 'all')),
    name text NOT NULL,                                       -- of the site or placement; '' for all
    weekday smallint NOT NULL CHECK (weekday BETWEEN 1 AND 7),
    site_no integer,
    placement text,
    weight numeric NOT NULL,
    basis text NOT NULL CHECK (basis IN ('measured', 'placement', 'all', 'even')),
    measured numeric,
    lines integer NOT NULL,
    line_days integer NOT NULL,
    dates integer NOT NULL,
    PRIMARY KEY (scope, name, weekday)
);

CREATE TABLE week_state (                                     -- one row: how far days of healthy lines stray from the week
    one_row boolean PRIMARY KEY DEFAULT true CHECK (one_row),
    spread numeric NOT NULL,
    line_days integer NOT NULL,
    lines integer NOT NULL
);

CREATE TABLE line_week (                                      -- what a day of each kind weighs for a live line
    line_no integer PRIMARY KEY,
    weights numeric[] NOT NULL
);

ALTER TABLE fulfillment
    ADD COLUMN pacing_basis text CHECK (pacing_basis IN ('measured', 'placement', 'all', 'even')),
    ADD COLUMN required_factor numeric,
    ADD COLUMN due_elapsed numeric NOT NULL DEFAULT 0,
    ADD COLUMN due_flight numeric NOT NULL DEFAULT 1;

-- Rates know the kind of day: 1 Monday to Friday, 6 Saturday, 7 Sunday or public holiday. Made again by the next refresh.
TRUNCATE line_mix, line_hours;
ALTER TABLE line_mix DROP CONSTRAINT line_mix_pkey;
ALTER TABLE line_mix ADD COLUMN class smallint NOT NULL;
ALTER TABLE line_mix ADD PRIMARY KEY (line_no, site_no, class, hour);

COMMENT ON TABLE site_day IS 'Internal: impressions by series, site and local day, summed from the hourly rows.';
COMMENT ON TABLE week_member IS 'Internal: the healthy lines that the measured week is made from, with their sums by kind of day.';
COMMENT ON TABLE week_cell IS 'Internal: what these lines delivered at each site, by kind of day.';
COMMENT ON TABLE week_state IS 'Internal: the day-to-day spread of healthy lines around the measured week.';
COMMENT ON TABLE line_week IS 'Internal: what a day of each kind weighs for a live line.';
COMMENT ON TABLE site_week IS 'What a weekday gives at each site, measured on healthy lines that ended in the last 56 days: the week behind expected, pace and projection.';
COMMENT ON COLUMN site_week.scope IS 'site; placement (the lines with this placement in their name) or all: the wider circles that stand in where too little is behind a site''s weekday.';
COMMENT ON COLUMN site_week.name IS 'Name of the site or placement; blank for all.';
COMMENT ON COLUMN site_week.weekday IS '1 Monday to 7 Sunday; public holidays count as Sundays.';
COMMENT ON COLUMN site_week.site_no IS 'Number of the site; NULL for the wider circles.';
COMMENT ON COLUMN site_week.placement IS 'The wider circle of a site: the placement whose lines delivered most there.';
COMMENT ON COLUMN site_week.weight IS 'What such a day gives, where a mean day gives 1: 0 is a closed day.';
COMMENT ON COLUMN site_week.basis IS 'What the weight rests on: measured (this site), placement, all (lines), or even (nothing was measured).';
COMMENT ON COLUMN site_week.measured IS 'What was measured here itself, where a mean day of those seen gives 1, however little is behind it; NULL without delivery.';
COMMENT ON COLUMN site_week.lines IS 'Lines that stand behind this site, placement, or all.';
COMMENT ON COLUMN site_week.line_days IS 'Their flight days of this weekday, each line''s counted. Fewer than 6 are too little.';
COMMENT ON COLUMN site_week.dates IS 'Different dates among them. Fewer than 2 are too little.';
COMMENT ON COLUMN fulfillment.pacing_basis IS 'Of live lines, what the due curve rests on: measured (its own sites), placement, all, or even (a straight line).';
COMMENT ON COLUMN fulfillment.required_factor IS 'How many times its recent pace the line needs from as_of on; NULL after the flight, or without recent delivery.';
COMMENT ON COLUMN fulfillment.due_elapsed IS 'Sum of the due weights of the flight days before as_of; days where the curve is straight.';
COMMENT ON COLUMN fulfillment.due_flight IS 'Sum of the due weights of all flight days.';
COMMENT ON COLUMN fulfillment.expected IS 'What should have been delivered before as_of by the measured week of the line''s sites: goal × due_elapsed ÷ due_flight.';
COMMENT ON COLUMN fulfillment.pace IS 'Of live lines: behind (below its expected share, by more than chance), on_track, ahead; unmeasured while nothing is due.';
COMMENT ON COLUMN fulfillment.projected IS 'Impressions at the end, if the pace of the last (up to) 7 flight days goes on through the week of the line''s sites.';
COMMENT ON COLUMN fulfillment.reachable IS 'Whether its best 7 days so far, gone on with through the remaining days'' weights, would reach the goal.';
