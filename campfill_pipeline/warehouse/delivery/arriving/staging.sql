-- The statements of staging.py, by the function that runs them.

-- name: stage tables
CREATE TEMP TABLE stage_hour (
    hour_utc timestamptz NOT NULL, series_no integer NOT NULL, site_no integer NOT NULL, fetch_no integer,
    bids integer, wins integer, plays integer, impressions numeric(18, 4) NOT NULL, terms "char" NOT NULL
) ON COMMIT DROP
