-- The statements of zone.py, by the function that runs them.

-- name: counted in
SELECT zone FROM delivery_zone
WHERE EXISTS (SELECT FROM report_day) OR EXISTS (SELECT FROM delivery_fetch WHERE status = 'complete')

-- name: count in
INSERT INTO delivery_zone (zone) VALUES (%s) ON CONFLICT (one_row) DO UPDATE SET zone = excluded.zone

-- name: forget rules
UPDATE fulfillment_state SET rules = 'timezone=' || %s

-- name: forget completeness
UPDATE delivery_fetch SET status = 'partial', first_complete_at = NULL WHERE status = 'complete'
