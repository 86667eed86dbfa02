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
  AND f.source = this.source AND f.day = this.day AND f.fetch_no <> this.fetch_no
