-- The statements of uploads.py, by the function that runs them.

-- name: issues
SELECT sheet, cell, row_no, column_name, value, code, severity, message, hint FROM upload_issue
WHERE upload_id = %s ORDER BY {order}issue_no LIMIT %s
