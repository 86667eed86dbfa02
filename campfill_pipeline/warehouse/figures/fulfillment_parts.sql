-- The statements of fulfillment.py, by the function that runs them.

-- name: days whose coverage changed
-- By source: what one API told completely, another may still have to.
SELECT day FROM (
    (SELECT source, day FROM delivery_fetch WHERE status = 'complete'
     EXCEPT SELECT source, day FROM fulfillment_fetch WHERE status = 'complete')
    UNION ALL
    (SELECT source, day FROM fulfillment_fetch WHERE status = 'complete'
     EXCEPT SELECT source, day FROM delivery_fetch WHERE status = 'complete')) changed

-- name: lines in flight on days
SELECT line_no FROM fulfillment f
WHERE EXISTS (SELECT FROM unnest(%s::date[]) AS day WHERE day BETWEEN effective_start - 1 AND end_date)

-- name: lines not final
SELECT line_no FROM fulfillment WHERE end_date + %(final_after)s::integer >= %(earlier)s::date
UNION SELECT line_no FROM line_day WHERE day >= %(earlier)s::date

-- name: over or not
SELECT line_no FROM line
WHERE line_no = ANY (%(lines)s::integer[]) AND (end_date < %(as_of)s::date) = %(over)s::boolean

-- name: lines gone
DELETE FROM fulfillment f
WHERE (%(lines)s::integer[] IS NULL OR line_no = ANY (%(lines)s::integer[]))
  AND NOT EXISTS (SELECT FROM line WHERE line.line_no = f.line_no)
RETURNING line_id, end_date

-- name: fetches gone
DELETE FROM fulfillment_fetch f
WHERE NOT EXISTS (SELECT FROM delivery_fetch d WHERE (d.source, d.day) = (f.source, f.day))

-- name: state
INSERT INTO fulfillment_state AS s (as_of, rules, refreshed_at) VALUES (%(as_of)s, %(rules)s, %(now)s)
ON CONFLICT (one_row) DO UPDATE
SET as_of = excluded.as_of, rules = excluded.rules, refreshed_at = excluded.refreshed_at,
    content = CASE WHEN %(same)s THEN s.content ELSE excluded.content END
