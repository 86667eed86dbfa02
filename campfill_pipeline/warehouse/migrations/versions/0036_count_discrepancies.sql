-- Second counts beside ours as they stood when they were compared last, for people who are told and for analysis tools.
CREATE TABLE count_discrepancy (
    line_id uuid NOT NULL,
    counted_by text NOT NULL,
    first_day date NOT NULL,
    last_day date NOT NULL,
    ours numeric NOT NULL,
    theirs numeric NOT NULL,
    difference numeric NOT NULL,
    percent numeric,
    tolerance numeric NOT NULL,
    beyond boolean NOT NULL,
    time_zone numeric,
    days_missing numeric,
    late_corrections numeric NOT NULL,
    sites numeric,
    rest numeric NOT NULL,
    billed_by text NOT NULL,
    compared_at timestamptz NOT NULL,
    PRIMARY KEY (line_id, counted_by)
);
COMMENT ON TABLE count_discrepancy IS 'Second counts beside ours, by line and counter, as they were compared last; made again within a minute of a change while campfill up runs. campfill counts compares at once.';
COMMENT ON COLUMN count_discrepancy.line_id IS 'The line.';
COMMENT ON COLUMN count_discrepancy.counted_by IS 'Who counted, as their files name them.';
COMMENT ON COLUMN count_discrepancy.first_day IS 'First local day compared.';
COMMENT ON COLUMN count_discrepancy.last_day IS 'Last local day compared, inclusive.';
COMMENT ON COLUMN count_discrepancy.ours IS 'Our count over these days.';
COMMENT ON COLUMN count_discrepancy.theirs IS 'Theirs.';
COMMENT ON COLUMN count_discrepancy.difference IS 'Theirs less ours.';
COMMENT ON COLUMN count_discrepancy.percent IS 'The difference in percent of ours; NULL where ours is nothing.';
COMMENT ON COLUMN count_discrepancy.tolerance IS 'CAMPFILL_COUNT_TOLERANCE when it was compared, in percent.';
COMMENT ON COLUMN count_discrepancy.beyond IS 'Whether it differs by more than the tolerance.';
COMMENT ON COLUMN count_discrepancy.time_zone IS 'Part of the difference by the time zone of their days; NULL: cannot be known.';
COMMENT ON COLUMN count_discrepancy.days_missing IS 'Part by days that one of both did not tell; NULL: cannot be known.';
COMMENT ON COLUMN count_discrepancy.late_corrections IS 'Part by what became of ours after their file arrived.';
COMMENT ON COLUMN count_discrepancy.sites IS 'Part by sites that only one of both knows; NULL: cannot be known.';
COMMENT ON COLUMN count_discrepancy.rest IS 'What nothing of this explains.';
COMMENT ON COLUMN count_discrepancy.billed_by IS 'Whose count bills: ours, or the name of whoever counts.';
COMMENT ON COLUMN count_discrepancy.compared_at IS 'When it was compared.';

CREATE TABLE count_look (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    mark text NOT NULL
);
COMMENT ON TABLE count_look IS 'Internal: what stood when second counts were compared last; where nothing changed they are not compared again.';
COMMENT ON COLUMN count_look.one IS 'There is one row.';
COMMENT ON COLUMN count_look.mark IS 'Newest uploads, fetches and figures then; past in a home that had second counts before anybody was told of them.';
INSERT INTO count_look (mark) SELECT 'past' WHERE EXISTS (SELECT FROM second_count);
