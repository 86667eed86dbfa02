-- The statements of sources.py, by the function that runs them.

-- name: in order
SELECT connector FROM delivery_source WHERE place IS NOT NULL GROUP BY connector ORDER BY min(place)

-- name: letters
SELECT connector, code::text FROM delivery_source WHERE NOT by_day AND connector <> 'csv'

-- name: add
INSERT INTO delivery_source (code, source, by_day, connector)
VALUES (%(hours)s::"char", %(name)s, false, %(name)s), (%(days)s::"char", %(name)s || '_day', true, %(name)s)

-- name: lines of several
SELECT DISTINCT line_no FROM (SELECT line_no FROM line_day GROUP BY line_no, day HAVING count(*) > 1) told
