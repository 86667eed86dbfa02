-- The statements of notes.py, by the function that runs them.

-- name: add
INSERT INTO note (line_id, day, noted_at, text) VALUES (%(line_id)s, %(day)s, %(now)s, %(text)s) RETURNING note_no

-- name: due weights
SELECT f.line_id, f.effective_start, f.end_date, w.weights, COALESCE((SELECT spread FROM week_state), 0)
FROM fulfillment f JOIN line_week w USING (line_no)
WHERE f.line_id = ANY (%(lines)s)

-- name: of lines
SELECT asked.line_id, n.note_no, n.line_id, n.day, n.noted_at, n.text
FROM unnest(%(lines)s::uuid[]) AS asked(line_id) LEFT JOIN fulfillment f USING (line_id)
JOIN note n ON n.line_id = asked.line_id OR (n.line_id IS NULL AND n.day BETWEEN f.effective_start AND f.end_date)
WHERE n.day <= %(as_of)s
ORDER BY asked.line_id, n.day DESC, n.note_no DESC

-- name: delivered
SELECT line_id, day, impressions FROM delivery_daily WHERE line_id = ANY (%(lines)s)
