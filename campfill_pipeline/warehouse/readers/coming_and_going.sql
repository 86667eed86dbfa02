-- The statements of coming_and_going.py, by the function that runs them.

-- name: ended
SELECT f.line_id, l.name, f.end_date AS day, f.impression_goal::numeric AS impression_goal, f.fulfillment_pct, f.covered
FROM fulfillment f JOIN line l USING (line_no)
WHERE f.end_date BETWEEN %(first)s AND %(last)s AND f.lifecycle <> 'cancelled'
ORDER BY f.shortfall DESC, f.line_id

-- name: starting
SELECT f.line_id, l.name, f.effective_start AS day, f.impression_goal::numeric AS impression_goal, f.fulfillment_pct, f.covered
FROM fulfillment f JOIN line l USING (line_no)
WHERE f.effective_start BETWEEN %(first)s AND %(last)s AND f.lifecycle = 'scheduled'
ORDER BY f.effective_start, f.impression_goal DESC, f.line_id
