-- A row of a mapping file may take a mapping away: then no line stands in it, and the id is the one that a list names, if any.
ALTER TABLE id_map ALTER COLUMN line_id DROP NOT NULL;
COMMENT ON COLUMN id_map.line_id IS 'The line that is meant; NULL where the row takes the mapping of this id away.';
