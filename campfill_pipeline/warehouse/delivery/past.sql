-- The statements of past.py, in the order in which it runs them. "Then" is an instant, %(then)s.
-- The same rule as `known then` of figures/fulfillment_sources.sql, applied to the rows instead of to their sums.

-- name: later
CREATE TEMP TABLE later_fetch ON COMMIT DROP AS
SELECT fetch_no, COALESCE(day, '1970-01-01') AS day FROM report_fetch WHERE stored_at >= %(then)s

-- name: as they were
-- The first change after then has the row as it was then; where the row itself came later, it was not there.
CREATE TEMP TABLE row_then ON COMMIT DROP AS
SELECT DISTINCT ON (series_no, hour_utc, site_no) series_no, hour_utc, site_no, first_fetch_no AS fetch_no,
       before AS impressions, before_bids AS bids, before_wins AS wins, before_plays AS plays,
       COALESCE(before_terms, '0') AS terms,
       before IS NOT NULL AND first_fetch_no NOT IN (SELECT fetch_no FROM later_fetch) AS there
FROM restatement
WHERE seen_at >= %(then)s AND hour_utc < %(then)s AND date_trunc('month', hour_utc AT TIME ZONE 'UTC')::date = ANY (%(months)s::date[])
ORDER BY series_no, hour_utc, site_no, seen_at, restatement_no

-- name: unpack later
-- Packed rows of which one came or was changed later, as single ones: taken away and put back below.
WITH gone AS (
    DELETE FROM packed_hour p
    WHERE p.from_hour < %(then)s
      AND (p.fetches && ARRAY(SELECT fetch_no FROM later_fetch)
           OR EXISTS (SELECT FROM row_then r
                      WHERE r.series_no = p.series_no AND r.hour_utc BETWEEN p.from_hour AND p.last_hour))
    RETURNING p AS pack, series_no, terms
)
INSERT INTO report_hour (hour_utc, series_no, site_no, fetch_no, bids, wins, plays, impressions, terms)
SELECT u.hour_utc, g.series_no, u.site_no, u.fetch_no, u.bids, u.wins, u.plays, u.impressions, g.terms
FROM gone g CROSS JOIN LATERAL unpacked(g.pack) u

-- name: take away
WITH gone AS (
    DELETE FROM report_hour h USING later_fetch f
    WHERE f.fetch_no = h.fetch_no AND h.hour_utc < %(then)s AND h.hour_utc >= (SELECT min(day) - 1 FROM later_fetch)
    RETURNING series_no, hour_utc
), changed AS (
    DELETE FROM report_hour h USING row_then r
    WHERE (h.hour_utc, h.series_no, h.site_no) = (r.hour_utc, r.series_no, r.site_no)
      AND h.fetch_no NOT IN (SELECT fetch_no FROM later_fetch)
)
SELECT DISTINCT (hour_utc AT TIME ZONE %(zone)s)::date, series_no FROM gone
UNION
SELECT (hour_utc AT TIME ZONE %(zone)s)::date, series_no FROM row_then

-- name: put back
INSERT INTO report_hour (hour_utc, series_no, site_no, fetch_no, bids, wins, plays, impressions, terms)
SELECT hour_utc, series_no, site_no, fetch_no, bids, wins, plays, impressions, terms FROM row_then WHERE there

-- name: later days
WITH series AS (DELETE FROM report_day WHERE day > %(as_of)s), sites AS (DELETE FROM site_day WHERE day > %(as_of)s)
DELETE FROM line_day WHERE day > %(as_of)s

-- name: what exports said later
DELETE FROM export_span WHERE fetch_no IN (SELECT fetch_no FROM later_fetch)

-- name: refused later
DELETE FROM report_refusal WHERE fetch_no IN (SELECT fetch_no FROM later_fetch)

-- name: totals of later
DELETE FROM report_overview WHERE fetched_at >= %(then)s

-- name: days as they were
UPDATE delivery_fetch d
SET status = CASE WHEN first_complete_at < %(then)s THEN 'complete' WHEN d.status = 'failed' THEN 'failed' ELSE 'partial' END,
    fetched_at = COALESCE(
        (SELECT max(f.stored_at) FROM report_fetch f
         WHERE f.source = d.source AND f.day = d.day AND f.stored_at < %(then)s),
        LEAST(fetched_at, first_complete_at)),
    failures = CASE WHEN failed_at < %(then)s THEN failures ELSE 0 END,
    failed_at = CASE WHEN failed_at < %(then)s THEN failed_at END,
    detail = CASE WHEN failed_at < %(then)s THEN detail END

-- name: days of later
DELETE FROM delivery_fetch WHERE fetched_at >= %(then)s
