-- Dated remarks that mark a change, on a line or on all. A source: nothing derives it, and a rebuild leaves it alone.
CREATE TABLE note (
    note_no integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    line_id uuid,                                             -- NULL: for all lines
    day date NOT NULL,                                        -- local
    noted_at timestamptz NOT NULL,
    text text NOT NULL
);
CREATE INDEX note_line ON note (line_id);
COMMENT ON TABLE note IS 'Dated remarks that mark a change, on a line or, where line_id is NULL, on all.';
