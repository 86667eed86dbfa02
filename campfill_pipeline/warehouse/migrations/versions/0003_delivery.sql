-- Delivery: report rows by their identity, restatements, coverage, and the daily roll-up.

CREATE TABLE site (
    site_no integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    site text NOT NULL UNIQUE                                 -- '' for CSV exports, which have none
);

CREATE TABLE report_entity (                                  -- a campaign or deal as reporting names it
    entity_no integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    entity_id text NOT NULL UNIQUE,                           -- lower case; a uuid in nearly all cases
    reported_name text,                                       -- after the last '>' of a path
    reported_as text CHECK (reported_as IN ('campaign', 'deal', 'both')),
    line_no integer                                           -- the active line of this id, NULL = none
);

CREATE TABLE report_fetch (                                   -- the request that brought rows
    fetch_no integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source text NOT NULL CHECK (source IN ('api', 'csv')),
    day date,                                                 -- local day; NULL for an upload of many days
    upload_id uuid,
    started_at timestamptz NOT NULL, finished_at timestamptz,
    request text,                                             -- path and parameters without secrets
    requests integer, bytes bigint, rows integer, refused integer,
    run_id text
);

CREATE TABLE report_fact (
    hour_utc timestamptz NOT NULL,
    site_no integer NOT NULL,
    campaign_no integer NOT NULL,                             -- 0 = none
    deal_no integer NOT NULL,                                 -- 0 = none
    line_no integer,                                          -- NULL = orphan
    fetch_no integer NOT NULL,
    first_seen_at timestamptz NOT NULL,
    bids bigint, wins bigint, plays bigint,
    impressions numeric(18, 4) NOT NULL,
    source "char" NOT NULL,                                   -- 'a' api, 'c' csv
    purchase_type "char" NOT NULL,                            -- of the attributed id: 'g', 'u', '?'
    PRIMARY KEY (hour_utc, site_no, campaign_no, deal_no, source)
) PARTITION BY RANGE (hour_utc);

CREATE TABLE delivery_fetch (
    source text NOT NULL,
    day date NOT NULL,
    status text NOT NULL CHECK (status IN ('complete', 'partial', 'failed')),
    fetched_at timestamptz NOT NULL,
    rows integer NOT NULL,
    fetch_no integer,
    detail text,
    PRIMARY KEY (source, day)
);

CREATE TABLE line_day (                                       -- roll-up by line, local day and source
    line_no integer NOT NULL,
    day date NOT NULL,
    source "char" NOT NULL,
    counted boolean NOT NULL,                                 -- one source counts: the API before the CSV
    impressions numeric(22, 4) NOT NULL,
    bids bigint, wins bigint, plays bigint,                   -- NULL where no row of the day has funnel figures
    rows integer NOT NULL,
    first_hour timestamptz NOT NULL, last_hour timestamptz NOT NULL,
    PRIMARY KEY (line_no, day, source)
);

-- views report_row, delivery_hourly, delivery_daily, delivery_restatement: by the owner of this file
