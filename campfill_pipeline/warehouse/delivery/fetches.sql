-- The statements of fetches.py, by the function that runs them.

-- name: begin
INSERT INTO report_fetch (source, day, upload_id, started_at, stored_at) VALUES (%s, %s, %s, %s, %s) RETURNING fetch_no

-- name: finish
UPDATE report_fetch
  SET started_at = %s, finished_at = %s, request = %s, requests = %s, bytes = %s, rows = %s, refused = %s, run_id = %s
WHERE fetch_no = %s

-- name: forget refusals
DELETE FROM report_refusal r USING report_fetch f, report_fetch this
WHERE r.fetch_no = f.fetch_no AND this.fetch_no = %s
  AND (f.source = this.source AND f.day = this.day OR f.upload_id = this.upload_id) AND f.fetch_no <> this.fetch_no

-- name: settle exported
WITH settled AS (
    DELETE FROM report_refusal r USING report_fetch f
    WHERE f.fetch_no = r.fetch_no AND f.source = 'csv' AND f.fetch_no <> %s AND r.detail ? 'hour' AND EXISTS (
        SELECT FROM stage_hour h JOIN report_series s USING (series_no)
        LEFT JOIN report_entity c ON c.entity_no = s.campaign_no
        LEFT JOIN report_entity d ON d.entity_no = s.deal_no
        WHERE h.hour_utc = (r.detail ->> 'hour')::timestamptz
          AND c.entity_id IS NOT DISTINCT FROM r.detail ->> 'campaign_id'
          AND d.entity_id IS NOT DISTINCT FROM r.detail ->> 'deal_id')
    RETURNING r.fetch_no
)
UPDATE report_fetch f SET refused = f.refused - s.rows
FROM (SELECT fetch_no, count(*)::integer AS rows FROM settled GROUP BY fetch_no) s
WHERE s.fetch_no = f.fetch_no
