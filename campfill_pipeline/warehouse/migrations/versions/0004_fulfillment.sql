-- Fulfillment and what is derived from it. Every table here can be made again from the tables before it.

CREATE TABLE fulfillment (
    line_id uuid PRIMARY KEY,
    line_no integer NOT NULL UNIQUE,
    as_of date NOT NULL,
    kind text NOT NULL CHECK (kind IN ('campaign', 'deal')),
    purchase_type text NOT NULL,
    impression_goal bigint NOT NULL,
    cpm_eur numeric(10, 4) NOT NULL,
    effective_start date NOT NULL,
    end_date date NOT NULL,
    flight_days integer NOT NULL,
    elapsed_days integer NOT NULL,
    days_fetched integer NOT NULL,
    covered boolean NOT NULL,
    lifecycle text NOT NULL CHECK (lifecycle IN ('scheduled', 'live', 'ended_provisional', 'ended_final')),
    band text NOT NULL
        CHECK (band IN ('goal_met', 'near_goal', 'moderate_shortfall', 'critical_shortfall', 'no_data')),
    pace text CHECK (pace IN ('unmeasured', 'behind', 'on_track', 'ahead')),
    delivered numeric NOT NULL,
    delivered_before numeric NOT NULL,
    delivered_outside_flight numeric NOT NULL,
    fulfillment_pct numeric NOT NULL,
    shortfall numeric NOT NULL,
    surplus numeric NOT NULL,
    expected numeric NOT NULL,
    pacing_index numeric,
    required_daily numeric,
    projected numeric,
    value_at_risk_eur numeric,
    delivered_value_eur numeric NOT NULL,
    billable_eur numeric NOT NULL,
    best_week_daily numeric,
    reachable boolean,
    first_day date,
    last_day date,
    refreshed_at timestamptz NOT NULL
);
CREATE INDEX fulfillment_covered_end ON fulfillment (end_date) WHERE covered;
CREATE INDEX fulfillment_outside ON fulfillment (last_day) WHERE covered AND delivered_outside_flight > 0;
CREATE INDEX fulfillment_worst_first ON fulfillment (shortfall DESC, line_id);

-- What the stored figures were made with; a difference decides what must be computed again.
CREATE TABLE fulfillment_state (
    one_row boolean PRIMARY KEY DEFAULT true CHECK (one_row),
    as_of date NOT NULL,
    rules text NOT NULL,
    refreshed_at timestamptz NOT NULL
);
CREATE TABLE fulfillment_fetch (                              -- delivery_fetch as it was then
    source text NOT NULL,
    day date NOT NULL,
    status text NOT NULL,
    fetched_at timestamptz NOT NULL,
    fetch_no integer,
    rows integer NOT NULL,
    PRIMARY KEY (source, day)
);

CREATE TABLE fulfillment_window (
    as_of date NOT NULL,
    period text NOT NULL CHECK (period IN ('7d', '30d', 'this_year')),
    kind text NOT NULL,                                       -- 'all' in totals
    purchase_type text NOT NULL,                              -- 'all' in totals
    lines integer NOT NULL,
    fulfilled integer NOT NULL,
    fulfilled_pct numeric,
    delivered_pct numeric,
    capped_pct numeric,
    goal bigint NOT NULL,
    delivered numeric NOT NULL,
    delivered_capped numeric NOT NULL,
    PRIMARY KEY (as_of, period, kind, purchase_type)
);

CREATE TABLE fulfillment_trend (
    day date NOT NULL,
    kind text NOT NULL,
    purchase_type text NOT NULL,
    fulfilled_pct numeric,
    change numeric,
    trend text CHECK (trend IN ('improving', 'stable', 'declining')),
    PRIMARY KEY (day, kind, purchase_type)
);

CREATE TABLE shortfall_cause (
    line_id uuid PRIMARY KEY,
    line_no integer NOT NULL UNIQUE,
    cause text NOT NULL,
    side text NOT NULL CHECK (side IN ('system', 'resource', 'unknown')),
    share_bids double precision,
    share_wins double precision,
    share_plays double precision,
    share_audience double precision,
    target numeric NOT NULL,                                  -- what should have been delivered by now
    missing numeric,                                          -- target minus delivered; NULL where not all days are known
    missing_eur numeric,
    evidence jsonb NOT NULL
);

-- The references of causes. Healthy lines give the measure: what they got by site and hour, summed by purchase type.
CREATE TABLE reference_series (                               -- report rows summed up below, by their series
    series_no integer PRIMARY KEY,
    line_no integer NOT NULL,
    purchase_type text NOT NULL
);
CREATE INDEX reference_series_line ON reference_series (line_no);

CREATE TABLE reference_hour (                                 -- days before as_of; rows = 0 where nothing is left
    purchase_type text NOT NULL,
    site_no integer NOT NULL,
    hour_utc timestamptz NOT NULL,
    rows bigint NOT NULL,
    bids bigint NOT NULL,
    wins bigint NOT NULL,
    plays bigint NOT NULL,
    impressions numeric NOT NULL,
    PRIMARY KEY (purchase_type, site_no, hour_utc)
) WITH (fillfactor = 90);
-- Written in the order of time, by full computation and by days, so that a day's cells lie together.
CREATE INDEX reference_hour_time ON reference_hour USING brin (hour_utc) WITH (pages_per_range = 16);

CREATE TABLE reference_day (                                  -- the same, by local day
    purchase_type text NOT NULL,
    day date NOT NULL,
    rows bigint NOT NULL,
    bids bigint NOT NULL,
    wins bigint NOT NULL,
    plays bigint NOT NULL,
    impressions numeric NOT NULL,
    PRIMARY KEY (purchase_type, day)
);

CREATE TABLE line_reference (                                 -- what a line that fell short was measured by
    line_no integer PRIMARY KEY,
    basis text NOT NULL CHECK (basis IN ('history', 'flight', 'none')),
    purchase_type text NOT NULL,                              -- 'all' where its own type had nothing to compare
    first_day date, last_day date,                            -- local days of the reference, both inclusive
    days integer NOT NULL,                                    -- of them with deliveries
    depends_from date NOT NULL, depends_to date NOT NULL,     -- a change of these days changes the reference
    depends_type text,                                        -- only of this purchase type; NULL = of any
    win_rate numeric, play_rate numeric, audience numeric     -- weighed by the line's own mix
);

CREATE TABLE reconciliation (
    issue_no integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind_of_issue text NOT NULL,
    line_id uuid,
    report_id text,
    detail jsonb NOT NULL
);
CREATE INDEX reconciliation_kind ON reconciliation (kind_of_issue);
CREATE INDEX reconciliation_line ON reconciliation (line_id);
