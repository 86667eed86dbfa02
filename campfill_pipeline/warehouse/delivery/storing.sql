-- The statements of storing.py, by the function that runs them.

-- name: rows stored
SELECT COALESCE(sum(d.rows), 0)::bigint FROM report_day d JOIN report_series s USING (series_no)
WHERE d.day = ANY(%s) AND s.source = %s AND NOT (%s AND s.line_no IS NOT NULL)
