-- The windows of one day, of the day of the figures where none is given: for page, status and web UI alike.

-- name: windows
SELECT period, kind, purchase_type, lines, fulfilled, fulfilled_pct, delivered_pct, capped_pct
FROM fulfillment_window
WHERE as_of = COALESCE(%(as_of)s::date, (SELECT max(as_of) FROM fulfillment))
ORDER BY array_position(ARRAY['7d', '30d', 'this_year'], period), kind, purchase_type
