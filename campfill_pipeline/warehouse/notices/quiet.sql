-- The statements of quiet.py, by the function that runs them.

-- name: say
INSERT INTO line_quiet (line_id, act, until, text, at)
VALUES (%(line)s, %(act)s, %(until)s, %(text)s, %(now)s) RETURNING quiet_no

-- name: history
SELECT quiet_no, line_id, act, until, text, at FROM line_quiet
WHERE %(line)s::uuid IS NULL OR line_id = %(line)s::uuid ORDER BY quiet_no DESC

-- name: in force
SELECT * FROM (SELECT DISTINCT ON (line_id) quiet_no, line_id, act, until, text, at
               FROM line_quiet ORDER BY line_id, quiet_no DESC) newest
WHERE act <> 'lift' AND until >= %(today)s
