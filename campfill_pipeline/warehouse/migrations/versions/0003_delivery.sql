-- Delivery: report rows by their identity, restatements, coverage, and the daily roll-ups.
-- Identity of a report row: source, hour, site, campaign id, deal id. It is kept short by two surrogates: `report_series`
-- stands for (source, campaign id, deal id), `site` for the site's name, so that (hour_utc, series_no, site_no) is the key.
-- Attribution belongs to the series, not to the row: a line that arrives, is withdrawn or restored rewrites no report row.

CREATE TABLE site (
    site_no integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    site text NOT NULL UNIQUE                                 -- '' for CSV exports, which have none
);

CREATE TABLE report_entity (                                  -- a campaign or deal as reporting names it
    entity_no integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    entity_id text NOT NULL UNIQUE,                           -- lower case; a uuid in nearly all cases
    reported_name text,                                       -- that of its latest hour, after the last '>' of a path
    named_hour timestamptz,                                   -- the hour that name was reported for
    reported_as text CHECK (reported_as IN ('campaign', 'deal', 'both')),
    line_no integer                                           -- the active line of this id, NULL = none
);
CREATE INDEX report_entity_line ON report_entity (line_no) WHERE line_no IS NOT NULL;

CREATE TABLE report_series (                                  -- all rows of one source, campaign id and deal id
    series_no integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source "char" NOT NULL CHECK (source IN ('a', 'c')),      -- 'a' api, 'c' csv
    campaign_no integer NOT NULL,                             -- report_entity, 0 = none
    deal_no integer NOT NULL,                                 -- report_entity, 0 = none
    line_no integer,                                          -- the line its rows count for; NULL = orphan
    attributed_as "char",                                     -- 'c' by its campaign id, 'd' by its deal id, NULL = orphan
    UNIQUE (source, campaign_no, deal_no)
);
CREATE INDEX report_series_line ON report_series (line_no);
CREATE INDEX report_series_campaign ON report_series (campaign_no);
CREATE INDEX report_series_deal ON report_series (deal_no);

CREATE TABLE report_fetch (                                   -- the request, or the upload, that brought rows
    fetch_no integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source text NOT NULL CHECK (source IN ('api', 'csv')),
    day date,                                                 -- local day; NULL for an upload of many days
    upload_id uuid,
    started_at timestamptz NOT NULL, finished_at timestamptz,
    stored_at timestamptz NOT NULL,                           -- when its rows were first seen here
    request text,                                             -- path and parameters without secrets
    requests integer, bytes bigint, rows integer, refused integer,
    run_id text
);
CREATE INDEX report_fetch_day ON report_fetch (source, day);
CREATE INDEX report_fetch_upload ON report_fetch (upload_id) WHERE upload_id IS NOT NULL;

CREATE TABLE purchase_terms (                                 -- the purchase types of a row's two ids, in one byte
    terms "char" PRIMARY KEY,
    campaign_type "char" NOT NULL,                            -- 'g' guaranteed, 'u' unguaranteed, '?' not told
    deal_type "char" NOT NULL
);
INSERT INTO purchase_terms
SELECT (3 * c.no + d.no)::text::"char", c.type, d.type
FROM (VALUES (0, '?'::"char"), (1, 'g'), (2, 'u')) c (no, type), (VALUES (0, '?'::"char"), (1, 'g'), (2, 'u')) d (no, type);

-- One row per identity. Column order and types are chosen for size: 40 bytes of data where impressions stay below 10,000.
CREATE TABLE report_hour (
    hour_utc timestamptz NOT NULL,
    series_no integer NOT NULL,
    site_no integer NOT NULL,
    fetch_no integer NOT NULL,                                -- the fetch that brought the row first; a change: restatement
    bids integer, wins integer, plays integer,                -- NULL where the source has no funnel figures
    impressions numeric(18, 4) NOT NULL,
    terms "char" NOT NULL,                                    -- purchase_terms
    PRIMARY KEY (hour_utc, series_no, site_no)
) PARTITION BY RANGE (hour_utc);                              -- by UTC month: warehouse/partitions.py

-- The key answers for a day's rows and, by skip scan, for a line's hours. Servers before 18 cannot skip. (Led by the
-- series, the key would take 71 bytes a row instead of 33: every day would split its pages in the middle.)
DO $$
BEGIN
    IF current_setting('server_version_num')::integer < 180000 THEN
        CREATE INDEX report_hour_series ON report_hour (series_no, hour_utc);
    END IF;
END $$;

CREATE TABLE report_day (                                     -- roll-up of report_hour by series and local day
    series_no integer NOT NULL,
    day date NOT NULL,
    impressions numeric(22, 4) NOT NULL,
    bids bigint, wins bigint, plays bigint,                   -- NULL where no row of the day has funnel figures
    rows integer NOT NULL,
    first_hour timestamptz NOT NULL, last_hour timestamptz NOT NULL,
    campaign_type "char" NOT NULL,                            -- the latest one told that day, else '?'
    deal_type "char" NOT NULL,
    campaign_type_hour timestamptz, deal_type_hour timestamptz, -- the hour that told it
    PRIMARY KEY (series_no, day)
);
CREATE INDEX report_day_day ON report_day (day);

CREATE TABLE restatement (                                    -- what changed after it was stored: a source, never derived
    restatement_no bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    series_no integer NOT NULL,
    hour_utc timestamptz NOT NULL,
    site_no integer NOT NULL,
    seen_at timestamptz NOT NULL,
    fetch_no integer NOT NULL,                                -- the fetch that brought the change
    first_fetch_no integer NOT NULL,                          -- the fetch that had brought the row first
    before numeric(18, 4),                                    -- NULL: the row came after its day was first complete, or came back
    after numeric(18, 4),                                     -- NULL: the row is gone at the source
    before_bids integer, before_wins integer, before_plays integer, before_terms "char",
    after_bids integer, after_wins integer, after_plays integer, after_terms "char"
);
CREATE INDEX restatement_row ON restatement (series_no, hour_utc, site_no);
CREATE INDEX restatement_seen ON restatement (seen_at);

CREATE TABLE delivery_fetch (
    source text NOT NULL CHECK (source IN ('api', 'csv')),
    day date NOT NULL,
    -- complete stays complete when a later fetch fails; gone: the source no longer has this day, nor those before it
    status text NOT NULL CHECK (status IN ('complete', 'partial', 'failed', 'gone')),
    fetched_at timestamptz NOT NULL,                          -- of the last fetch that was stored, else of the failed one
    rows integer NOT NULL,
    refused integer NOT NULL DEFAULT 0,
    fetch_no integer,
    first_complete_at timestamptz,
    failures integer NOT NULL DEFAULT 0,                      -- failed fetches since the last good one
    failed_at timestamptz,
    detail text,                                              -- what the last failure said, without secrets
    PRIMARY KEY (source, day)
);

CREATE TABLE report_refusal (                                 -- rows of a day's latest fetch, or of an upload, that were refused
    fetch_no integer NOT NULL REFERENCES report_fetch ON DELETE CASCADE,
    refusal_no integer NOT NULL,
    reason text NOT NULL,
    detail jsonb NOT NULL DEFAULT '{}',                       -- the row as found
    PRIMARY KEY (fetch_no, refusal_no)
);

CREATE TABLE report_overview (                                -- totals as the source itself sums them, newest answer only
    source text NOT NULL,
    entity text NOT NULL CHECK (entity IN ('campaign', 'deal')),
    entity_id text NOT NULL,
    reported_name text,
    purchase_type text,
    impressions numeric(22, 4) NOT NULL,
    from_day date NOT NULL, to_day date NOT NULL,             -- local days, both inclusive
    fetched_at timestamptz NOT NULL,
    PRIMARY KEY (source, entity, entity_id)
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
CREATE INDEX line_day_day ON line_day (day);

-- Report rows with the line they count for. Outer joins on unique keys cost nothing where their columns are not asked for.
CREATE VIEW report_fact AS
SELECT h.hour_utc, h.site_no, s.campaign_no, s.deal_no, s.line_no, h.fetch_no, f.stored_at AS first_seen_at,
       h.bids, h.wins, h.plays, h.impressions, s.source,
       CASE s.attributed_as WHEN 'c' THEN t.campaign_type WHEN 'd' THEN t.deal_type ELSE '?' END AS purchase_type,
       h.series_no
FROM report_hour h
JOIN report_series s USING (series_no)
LEFT JOIN report_fetch f USING (fetch_no)
LEFT JOIN purchase_terms t USING (terms);

CREATE VIEW report_row AS
SELECT CASE s.source WHEN 'a' THEN 'api' ELSE 'csv' END AS source, h.hour_utc, x.site,
       c.entity_id AS campaign_id, d.entity_id AS deal_id, l.id AS line_id,
       h.impressions, h.bids, h.wins, h.plays,
       CASE t.campaign_type WHEN 'g' THEN 'guaranteed' WHEN 'u' THEN 'unguaranteed' END AS campaign_purchase_type,
       CASE t.deal_type WHEN 'g' THEN 'guaranteed' WHEN 'u' THEN 'unguaranteed' END AS deal_purchase_type,
       c.reported_name AS campaign_name, d.reported_name AS deal_name,
       f.stored_at AS first_seen_at, h.fetch_no, h.series_no, h.site_no
FROM report_hour h
JOIN report_series s USING (series_no)
LEFT JOIN site x USING (site_no)
LEFT JOIN report_entity c ON c.entity_no = s.campaign_no
LEFT JOIN report_entity d ON d.entity_no = s.deal_no
LEFT JOIN line_register l ON l.line_no = s.line_no
LEFT JOIN report_fetch f USING (fetch_no)
LEFT JOIN purchase_terms t USING (terms);

CREATE VIEW delivery_hourly AS
SELECT l.id AS line_id, h.hour_utc, x.site, CASE h.source WHEN 'a' THEN 'api' ELSE 'csv' END AS source,
       h.impressions, h.bids, h.wins, h.plays,
       CASE h.purchase_type WHEN 'g' THEN 'guaranteed' WHEN 'u' THEN 'unguaranteed' ELSE 'unknown' END AS purchase_type,
       h.line_no
FROM (SELECT line_no, hour_utc, site_no, source, sum(impressions) AS impressions, sum(bids) AS bids, sum(wins) AS wins,
             sum(plays) AS plays, COALESCE(min(purchase_type::text) FILTER (WHERE purchase_type <> '?'), '?') AS purchase_type
      FROM report_fact
      WHERE line_no IS NOT NULL
      GROUP BY line_no, hour_utc, site_no, source) h
JOIN line_register l USING (line_no)
JOIN site x USING (site_no);

CREATE VIEW delivery_daily AS
SELECT l.id AS line_id, d.day, d.impressions, d.bids, d.wins, d.plays,
       CASE d.source WHEN 'a' THEN 'api' ELSE 'csv' END AS source, d.rows, d.first_hour, d.last_hour, d.line_no
FROM line_day d
JOIN line_register l USING (line_no)
WHERE d.counted;

CREATE VIEW delivery_restatement AS
SELECT CASE s.source WHEN 'a' THEN 'api' ELSE 'csv' END AS source, l.id AS line_id, r.hour_utc, x.site, r.before, r.after, r.seen_at,
       c.entity_id AS campaign_id, d.entity_id AS deal_id, f.stored_at AS first_seen_at,
       r.before_bids, r.before_wins, r.before_plays, r.after_bids, r.after_wins, r.after_plays,
       r.restatement_no, r.fetch_no, r.series_no, r.site_no, s.line_no
FROM restatement r
JOIN report_series s USING (series_no)
LEFT JOIN site x USING (site_no)
LEFT JOIN report_entity c ON c.entity_no = s.campaign_no
LEFT JOIN report_entity d ON d.entity_no = s.deal_no
LEFT JOIN line_register l ON l.line_no = s.line_no
LEFT JOIN report_fetch f ON f.fetch_no = r.first_fetch_no;

-- Rows whose campaign id and deal id are both known lines: counted for the campaign, listed here by day.
CREATE VIEW ambiguous_delivery AS
SELECT CASE s.source WHEN 'a' THEN 'api' ELSE 'csv' END AS source, d.day, c.line_no AS campaign_line_no, e.line_no AS deal_line_no,
       c.entity_id AS campaign_id, e.entity_id AS deal_id, d.impressions, d.rows
FROM report_series s
JOIN report_entity c ON c.entity_no = s.campaign_no
JOIN report_entity e ON e.entity_no = s.deal_no
JOIN report_day d USING (series_no)
WHERE c.line_no <> e.line_no;

-- Rows that no line claims, by day.
CREATE VIEW orphan_delivery AS
SELECT CASE s.source WHEN 'a' THEN 'api' ELSE 'csv' END AS source, d.day, c.entity_id AS campaign_id, e.entity_id AS deal_id,
       c.reported_name AS campaign_name, e.reported_name AS deal_name, d.impressions, d.rows
FROM report_series s
LEFT JOIN report_entity c ON c.entity_no = s.campaign_no
LEFT JOIN report_entity e ON e.entity_no = s.deal_no
JOIN report_day d USING (series_no)
WHERE s.line_no IS NULL;

-- Purchase types that changed: from one day to a later one, or restated for an hour already reported.
CREATE VIEW purchase_type_change AS
WITH occurrence AS NOT MATERIALIZED (
    SELECT e.line_no, s.series_no, s.source, 'campaign' AS role FROM report_series s JOIN report_entity e ON e.entity_no = s.campaign_no
    WHERE e.line_no IS NOT NULL
    UNION ALL
    SELECT e.line_no, s.series_no, s.source, 'deal' FROM report_series s JOIN report_entity e ON e.entity_no = s.deal_no
    WHERE e.line_no IS NOT NULL
), told AS (
    SELECT DISTINCT ON (o.line_no, d.day) o.line_no, d.day,
           CASE o.role WHEN 'campaign' THEN d.campaign_type ELSE d.deal_type END AS type
    FROM occurrence o JOIN report_day d USING (series_no)
    WHERE CASE o.role WHEN 'campaign' THEN d.campaign_type ELSE d.deal_type END <> '?'
    ORDER BY o.line_no, d.day, o.source, d.last_hour DESC, o.role, o.series_no
), change AS (
    SELECT line_no, day, lag(type) OVER (PARTITION BY line_no ORDER BY day) AS before, type AS after, NULL::timestamptz AS seen_at
    FROM told
    UNION
    SELECT o.line_no, (r.hour_utc AT TIME ZONE 'UTC')::date,
           CASE o.role WHEN 'campaign' THEN b.campaign_type ELSE b.deal_type END,
           CASE o.role WHEN 'campaign' THEN a.campaign_type ELSE a.deal_type END, r.seen_at
    FROM restatement r
    JOIN occurrence o USING (series_no)
    JOIN purchase_terms b ON b.terms = r.before_terms
    JOIN purchase_terms a ON a.terms = r.after_terms
    WHERE r.before_terms <> r.after_terms
)
SELECT l.id AS line_id, c.line_no, c.day, c.seen_at,
       CASE c.before WHEN 'g' THEN 'guaranteed' ELSE 'unguaranteed' END AS before,
       CASE c.after WHEN 'g' THEN 'guaranteed' ELSE 'unguaranteed' END AS after
FROM change c
JOIN line_register l USING (line_no)
WHERE c.before <> c.after AND c.before <> '?' AND c.after <> '?';
