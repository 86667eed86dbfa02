-- The statements of exports.py, in the order in which it runs them.

-- name: series
CREATE TEMP TABLE retold_series ON COMMIT DROP AS SELECT DISTINCT series_no FROM stage_hour WHERE series_no > 0

-- name: lines
SELECT DISTINCT line_no FROM report_series JOIN retold_series USING (series_no) WHERE line_no IS NOT NULL

-- name: forget refusals
-- All that speak of the region list theirs again, so that one settled by an export that no longer counts is back.
DELETE FROM report_refusal r USING report_fetch f
WHERE f.fetch_no = r.fetch_no AND f.upload_id = ANY (%(uploads)s::uuid[])

-- name: lines of a whole one
SELECT line_no FROM line_register WHERE EXISTS (
    SELECT FROM export_span s JOIN report_fetch f USING (fetch_no)
    WHERE s.series_no = 0 AND f.upload_id = ANY (%(uploads)s::uuid[]))

-- name: say no more
DELETE FROM export_span s USING report_fetch f WHERE f.fetch_no = s.fetch_no AND f.upload_id = %(silent)s::uuid

-- name: names
CREATE TEMP TABLE retold_name ON COMMIT DROP AS
SELECT entity_no, reported_name FROM report_entity
WHERE %(silent)s::uuid IS NOT NULL AND entity_id = ANY (%(named)s::text[])
  AND named_hour >= %(first)s AND named_hour < %(end)s

-- name: forget names
UPDATE report_entity e SET reported_name = NULL, named_hour = NULL FROM retold_name n WHERE n.entity_no = e.entity_no

-- name: sheet
-- A temporary table comes before the real one of its name: what stores exports writes to this one, and reads from it.
CREATE TEMP TABLE report_hour (LIKE report_hour INCLUDING INDEXES) ON COMMIT DROP

-- name: restatement sheet
CREATE TEMP TABLE restatement (LIKE restatement INCLUDING IDENTITY) ON COMMIT DROP

-- name: fetch of
SELECT min(fetch_no) FROM report_fetch WHERE upload_id = %s

-- name: cut rows
DELETE FROM stage_hour h WHERE h.hour_utc < %(first)s OR h.hour_utc >= %(end)s
   OR NOT EXISTS (SELECT FROM retold_series r WHERE r.series_no = h.series_no)

-- name: cut days
DELETE FROM spoken_for p WHERE NOT EXISTS (SELECT FROM retold_series r WHERE r.series_no = p.series_no)

-- name: cut hours
DELETE FROM spoken_hour p WHERE NOT EXISTS (SELECT FROM retold_series r WHERE r.series_no = p.series_no)

-- name: put aside
ALTER TABLE pg_temp.report_hour RENAME TO told_hour

-- name: drop restatements
DROP TABLE pg_temp.restatement

-- name: changed lines
SELECT l.id, l.name, sum(before), sum(after)
FROM (SELECT series_no, impressions AS before, 0 AS after FROM report_hour JOIN retold_series USING (series_no)
      WHERE hour_utc >= %(first)s AND hour_utc < %(end)s
      UNION ALL
      SELECT series_no, 0, impressions FROM told_hour) told
JOIN report_series s USING (series_no) JOIN line_register l USING (line_no)
GROUP BY l.id, l.name HAVING sum(before) <> sum(after)
ORDER BY abs(sum(after) - sum(before)) DESC, l.id

-- name: day sums
SELECT day, sum(before), sum(after)
FROM (SELECT (hour_utc AT TIME ZONE %(zone)s)::date AS day, impressions AS before, 0 AS after
      FROM report_hour JOIN retold_series USING (series_no) WHERE hour_utc >= %(first)s AND hour_utc < %(end)s
      UNION ALL
      SELECT (hour_utc AT TIME ZONE %(zone)s)::date, 0, impressions FROM told_hour) told
GROUP BY day

-- name: stage
CREATE TEMP TABLE stage_hour ON COMMIT DROP AS
SELECT hour_utc, series_no, site_no, fetch_no, bids, wins, plays, impressions, terms FROM told_hour

-- name: speak for all
CREATE TEMP TABLE spoken_for ON COMMIT DROP AS
SELECT series_no, day::date AS day
FROM retold_series, generate_series((%(first)s::timestamptz AT TIME ZONE %(zone)s)::date::timestamp,
                                    (%(end)s::timestamptz AT TIME ZONE %(zone)s)::date::timestamp, interval '1 day') AS d (day)

-- name: speak of all sites
CREATE TEMP TABLE spoken_site ON COMMIT DROP AS
SELECT DISTINCT series_no, site_no FROM report_hour JOIN retold_series USING (series_no)
WHERE hour_utc >= %(first)s AND hour_utc < %(end)s

-- name: speak of no hours
CREATE TEMP TABLE spoken_hour (series_no integer, hour_utc timestamptz, summed boolean) ON COMMIT DROP

-- name: remember names
-- Where nobody else named it in these hours, but there are other rows of it, the name stays until the next that is told.
UPDATE report_entity e SET reported_name = n.reported_name FROM retold_name n
WHERE n.entity_no = e.entity_no AND e.named_hour IS NULL AND EXISTS (
    SELECT FROM report_series s JOIN report_day d USING (series_no) WHERE e.entity_no IN (s.campaign_no, s.deal_no))
