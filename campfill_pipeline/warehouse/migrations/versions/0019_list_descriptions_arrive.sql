-- A corrected receipt is an upload of its own: it makes a list description, and brings no lines.
ALTER TABLE upload DROP CONSTRAINT upload_kind_check;
ALTER TABLE upload ADD CONSTRAINT upload_kind_check
    CHECK (kind IN ('campaign_list', 'report_csv', 'list_description', 'unknown'));
