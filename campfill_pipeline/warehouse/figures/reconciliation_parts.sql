-- The statements of reconciliation.py, by the function that runs them.

-- name: refresh reconciliation
SELECT DISTINCT e.line_no FROM report_overview o JOIN report_entity e USING (entity_id)
WHERE o.fetched_at >= %s AND e.line_no IS NOT NULL
