-- The statements of notes.py, by the function that runs them.

-- name: add
INSERT INTO note (line_id, day, noted_at, text) VALUES (%(line_id)s, %(day)s, %(now)s, %(text)s) RETURNING note_no

-- name: due weights
SELECT f.effective_start, f.end_date, w.weights, COALESCE((SELECT spread FROM week_state), 0)
FROM fulfillment f JOIN line_week w USING (line_no)
WHERE f.line_id = %(line_id)s

-- name: of a line
SELECT n.note_no, n.line_id, n.day, n.noted_at, n.text
FROM note n LEFT JOIN fulfillment f ON f.line_id = %(line_id)s
WHERE n.line_id = %(line_id)s OR (n.line_id IS NULL AND n.day BETWEEN f.effective_start AND f.end_date)
ORDER BY n.day DESC, n.note_no DESC
