-- Mapping files: which line is meant by an id of a reporting source.
CREATE TABLE id_map (
    source_id text NOT NULL,
    connector text NOT NULL DEFAULT '',
    upload_id uuid NOT NULL,
    line_id uuid NOT NULL,
    sheet text,
    row_no integer,
    PRIMARY KEY (source_id, connector, upload_id)
);
CREATE INDEX id_map_line ON id_map (line_id);
CREATE INDEX id_map_upload ON id_map (upload_id);
COMMENT ON TABLE id_map IS 'Rows of mapping files: which line is meant by an id of a reporting source. The newest file in force counts.';
COMMENT ON COLUMN id_map.source_id IS 'The id as reporting tells it, in small letters.';
COMMENT ON COLUMN id_map.connector IS 'The API it is of: api, csv or a name of CAMPFILL_CONNECTORS; empty for any.';
COMMENT ON COLUMN id_map.upload_id IS 'The mapping file.';
COMMENT ON COLUMN id_map.line_id IS 'The line that is meant.';
COMMENT ON COLUMN id_map.sheet IS 'Sheet of the mapping file.';
COMMENT ON COLUMN id_map.row_no IS 'Row of the mapping file.';

CREATE VIEW id_map_in_force AS
SELECT DISTINCT ON (m.source_id, m.connector) m.source_id, m.connector, m.line_id, l.line_no, m.upload_id
FROM id_map m
JOIN upload u USING (upload_id)
LEFT JOIN line_register l ON l.id = m.line_id AND l.withdrawn_at IS NULL
WHERE u.status IN ('loaded', 'partly_loaded') AND u.reverted_at IS NULL
ORDER BY m.source_id, m.connector, u.order_no DESC, u.seq DESC;
COMMENT ON VIEW id_map_in_force IS 'Internal: which line is meant by an id of a reporting source, by the newest mapping file in force.';

ALTER TABLE upload DROP CONSTRAINT upload_kind_check;
ALTER TABLE upload ADD CONSTRAINT upload_kind_check
    CHECK (kind IN ('campaign_list', 'report_csv', 'list_description', 'care', 'id_map', 'unknown'));

COMMENT ON COLUMN upload.kind IS 'campaign_list, report_csv, list_description, care, id_map, or unknown where it could not be read.';
