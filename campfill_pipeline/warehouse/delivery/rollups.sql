-- The statements of rollups.py, by the function that runs them.

-- name: roll up all
DELETE FROM report_day d WHERE day BETWEEN %(first)s AND %(last)s AND NOT EXISTS (SELECT FROM day_anew n
WHERE n.series_no = d.series_no AND n.day = d.day)

-- name: mark dirty
INSERT INTO line_dirty (line_no) SELECT unnest(%s::integer[]) AS line_no ORDER BY line_no
ON CONFLICT (line_no) DO UPDATE SET since = EXCLUDED.since
