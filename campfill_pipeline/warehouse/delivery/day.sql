-- The statements of day.py, by the function that runs them.

-- name: is new
SELECT EXISTS (SELECT FROM report_day d JOIN report_series s USING (series_no)               WHERE d.day = %s
  AND s.source = %s) OR EXISTS (SELECT FROM delivery_fetch WHERE day = %s AND source = %s
  AND fetch_no IS NOT NULL)
