-- The sheet Care of the workbook, dropped back: an upload of its own kind. It says who takes care, and brings no lines.
ALTER TABLE upload DROP CONSTRAINT upload_kind_check;
ALTER TABLE upload ADD CONSTRAINT upload_kind_check
    CHECK (kind IN ('campaign_list', 'report_csv', 'list_description', 'care', 'unknown'));
