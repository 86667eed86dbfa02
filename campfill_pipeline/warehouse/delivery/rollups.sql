-- The statements of rollups.py, by the function that runs them.

-- name: roll up all
DELETE FROM report_day d WHERE day BETWEEN %(first)s AND %(last)s AND NOT EXISTS (SELECT FROM day_anew n
WHERE n.series_no = d.series_no AND n.day = d.day)

-- name: mark dirty
INSERT INTO line_dirty (line_no) SELECT unnest(%s::integer[]) AS line_no ORDER BY line_no
ON CONFLICT (line_no) DO UPDATE SET since = EXCLUDED.since

-- name: forget sites
DELETE FROM site_day WHERE day = %(day)s AND series_no = ANY(%(series)s)

-- name: forget all sites
DELETE FROM site_day WHERE day BETWEEN %(first)s AND %(last)s

-- name: sites are missing
SELECT (EXISTS (SELECT FROM report_hour) OR EXISTS (SELECT FROM packed_hour)) AND NOT EXISTS (SELECT FROM site_day)
