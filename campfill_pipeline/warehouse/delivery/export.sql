-- The statements of export.py, by the function that runs them.

-- name: whole days
CREATE TEMP TABLE spoken_for ON COMMIT DROP AS
SELECT DISTINCT series_no, (hour_utc AT TIME ZONE %s)::date AS day FROM stage_hour
