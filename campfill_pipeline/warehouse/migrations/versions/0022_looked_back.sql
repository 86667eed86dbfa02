-- What the figures had said of lines that ended since. Too dear for each refresh: made by the nightly housekeeping.
CREATE TABLE looked_back (
    as_of date PRIMARY KEY,                                   -- local
    made_at timestamptz NOT NULL,
    rules text NOT NULL,
    found jsonb NOT NULL
);
COMMENT ON TABLE looked_back IS 'Internal: how right the figures were, looked at each night: what was said of lines on past days, with what lay before those, beside how they ended.';
