-- The statements of zone.py, by the function that runs them.

-- name: counted in
SELECT regexp_replace(split_part(rules, ' ', 1), '^timezone=', '')
FROM fulfillment_state WHERE EXISTS (SELECT FROM report_day)

-- name: count in
UPDATE fulfillment_state SET rules = 'timezone=' || %s

-- name: forget completeness
UPDATE delivery_fetch SET status = 'partial', first_complete_at = NULL WHERE status = 'complete'
