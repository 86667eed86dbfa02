-- The statements of uploads.py, by the function that runs them.

-- name: issues
SELECT sheet, cell, row_no, column_name, value, code, severity, message, hint FROM upload_issue
WHERE upload_id = %s ORDER BY {order}issue_no LIMIT %s

-- name: issues of a code
SELECT sheet, cell, row_no, column_name, value, code, severity, message, hint FROM upload_issue
WHERE upload_id = %s AND code = %s ORDER BY issue_no

-- name: issues behind
SELECT issue_no, sheet, cell, row_no, column_name, value, code, severity, message, hint FROM upload_issue
WHERE upload_id = %s AND issue_no > %s ORDER BY issue_no LIMIT %s

-- name: later exports
WHERE kind = 'report_csv' AND order_no > %s AND EXISTS (
    SELECT FROM report_fetch f JOIN export_span s USING (fetch_no), report_fetch g JOIN export_span e USING (fetch_no)
    WHERE f.upload_id = upload.upload_id AND g.upload_id = %s
      AND s.series_no = e.series_no AND s.from_hour < e.to_hour AND e.from_hour < s.to_hour)
ORDER BY order_no

-- name: exports speaking of
WHERE upload_id <> %s AND reverted_at IS NULL AND EXISTS (
    SELECT FROM report_fetch f JOIN export_span s USING (fetch_no)
    WHERE f.upload_id = upload.upload_id AND s.from_hour < %s AND s.to_hour > %s
      AND (upload.rows_rejected > 0 OR s.series_no IN (SELECT series_no FROM retold_series)))
ORDER BY order_no

-- name: asked again
SELECT (detail ->> 'read_again')::uuid FROM ledger_event
WHERE upload_id = %s AND event = 'decided' ORDER BY event_no DESC LIMIT 1

-- name: entered
SELECT upload_id FROM upload WHERE upload_id = ANY(%(claims)s::uuid[])
UNION
SELECT claim FROM announced_upload WHERE claim = ANY(%(claims)s::uuid[])
