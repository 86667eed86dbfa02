-- The statements of export.py, by the function that runs them.

-- name: hours with rows
SELECT DISTINCT h.hour_utc FROM report_hour h JOIN report_series s USING (series_no)
WHERE s.source = 'c' AND h.hour_utc >= %(first)s AND h.hour_utc < %(end)s
UNION SELECT p.hour_utc FROM report_series s CROSS JOIN LATERAL packed_hours(s.series_no, %(first)s, %(end)s) p
WHERE s.source = 'c'
UNION SELECT e.to_hour - interval '1 hour' FROM export_span e JOIN report_fetch f USING (fetch_no)
WHERE f.by_day AND e.from_hour < %(end)s AND e.to_hour > %(first)s

-- name: exports
SELECT DISTINCT from_hour, to_hour FROM export_span WHERE from_hour < %(end)s AND to_hour > %(first)s

-- name: days
CREATE TEMP TABLE spoken_for ON COMMIT DROP AS
SELECT DISTINCT series_no, (hour_utc AT TIME ZONE %s)::date AS day FROM stage_hour

-- name: spoken hours
CREATE TEMP TABLE spoken_hour ON COMMIT DROP AS
SELECT DISTINCT series_no, hour_utc, site = '' AS summed FROM stage_hour JOIN site USING (site_no)

-- name: spoken sites
CREATE TEMP TABLE spoken_site ON COMMIT DROP AS
SELECT DISTINCT series_no, site_no FROM stage_hour
UNION
SELECT DISTINCT s.series_no, t.site_no FROM spoken_hour s, site t WHERE t.site = ''
UNION
SELECT DISTINCT h.series_no, h.site_no FROM report_hour h
WHERE h.hour_utc >= %(first)s AND h.hour_utc <= %(last)s
  AND h.series_no IN (SELECT series_no FROM spoken_hour WHERE summed)

-- name: speak for all
-- The series 0 stands for every campaign and deal, be it known or not.
INSERT INTO export_span (fetch_no, series_no, from_hour, to_hour)
VALUES (%(fetch)s::integer, 0, %(first)s::timestamptz, %(end)s::timestamptz)
ON CONFLICT (series_no, fetch_no) DO UPDATE SET to_hour = excluded.to_hour

-- name: speak for
WITH noted AS (
    INSERT INTO export_span (fetch_no, series_no, from_hour, to_hour)
    SELECT DISTINCT %(fetch)s::integer, series_no, %(first)s::timestamptz, %(end)s::timestamptz FROM stage_hour
    ON CONFLICT (series_no, fetch_no) DO UPDATE SET to_hour = excluded.to_hour  -- told again: the same
    RETURNING series_no
)
SELECT DISTINCT line_no FROM noted JOIN report_series USING (series_no) WHERE line_no IS NOT NULL

-- name: other grain
-- Days of which the staged export and a stored one tell the same series, one by hours and one as a whole.
SELECT DISTINCT (h.hour_utc AT TIME ZONE %(zone)s)::date AS day
FROM stage_hour h JOIN export_span e USING (series_no) JOIN report_fetch f ON f.fetch_no = e.fetch_no
WHERE f.by_day <> %(by_day)s
  AND e.from_hour < (((h.hour_utc AT TIME ZONE %(zone)s)::date + 1)::timestamp AT TIME ZONE %(zone)s)
  AND e.to_hour > ((h.hour_utc AT TIME ZONE %(zone)s)::date::timestamp AT TIME ZONE %(zone)s)
ORDER BY day
