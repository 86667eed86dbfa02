-- The line register: what was promised, and every state it ever had.

CREATE TABLE line_register (
    line_no integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, -- short key for the delivery tables
    id uuid NOT NULL UNIQUE,
    revision integer NOT NULL,
    withdrawn_at timestamptz,                                 -- hidden from figures, kept in history
    first_seen_at timestamptz NOT NULL,                       -- arrival of the upload that brought it first
    absent_since timestamptz,                                 -- arrival of the newest full list that lacks it
    -- the present contract, equal to the newest revision
    name text NOT NULL,
    kind_listed text NOT NULL CHECK (kind_listed IN ('campaign', 'deal')),
    buyer text NOT NULL, agency text, platform text, seat text,
    runtime text NOT NULL, start_date date, end_date date NOT NULL,
    impression_goal bigint NOT NULL,
    budget_eur numeric(15, 2),
    cpm_eur numeric(10, 4) NOT NULL,
    placement text, advertiser text,
    -- from reporting; neither writes a revision
    kind_reported text CHECK (kind_reported IN ('campaign', 'deal')),
    purchase_type text NOT NULL DEFAULT 'unknown'
        CHECK (purchase_type IN ('guaranteed', 'unguaranteed', 'unknown'))
);

CREATE VIEW line AS
SELECT line_no, id, name, COALESCE(kind_reported, kind_listed) AS kind, buyer, agency, platform, seat,
       runtime, start_date, end_date, impression_goal, budget_eur, cpm_eur, purchase_type, placement, advertiser,
       kind_listed, kind_reported, first_seen_at, absent_since, revision
FROM line_register
WHERE withdrawn_at IS NULL;

CREATE TABLE revision (
    line_no integer NOT NULL REFERENCES line_register,
    revision integer NOT NULL,                                -- 1, 2, 3 … without gaps
    valid_from timestamptz NOT NULL,
    upload_id uuid NOT NULL,                                  -- the upload that brought or restored this state
    action text NOT NULL CHECK (action IN ('created', 'updated', 'reverted', 'withdrawn', 'restored')),
    sheet text, row_no integer,                               -- where in the upload's file
    name text NOT NULL, kind_listed text NOT NULL, buyer text NOT NULL, agency text, platform text, seat text,
    runtime text NOT NULL, start_date date, end_date date NOT NULL, impression_goal bigint NOT NULL,
    budget_eur numeric(15, 2), cpm_eur numeric(10, 4) NOT NULL, placement text, advertiser text,
    changes jsonb NOT NULL DEFAULT '{}',                      -- field -> {"before", "after"}, as text
    notable boolean NOT NULL DEFAULT false,
    PRIMARY KEY (line_no, revision)
);

CREATE VIEW line_revision AS
SELECT l.id, r.revision, r.name, r.kind_listed AS kind, r.buyer, r.agency, r.platform, r.seat, r.runtime, r.start_date,
       r.end_date, r.impression_goal, r.budget_eur, r.cpm_eur, l.purchase_type, r.placement, r.advertiser,
       r.valid_from, r.upload_id, r.action, r.sheet, r.row_no, r.changes, r.notable, r.line_no
FROM revision r JOIN line_register l USING (line_no);

-- Lines whose fulfillment must be computed again; written in the transaction that changed them, emptied by the refresh.
CREATE TABLE line_dirty (
    line_no integer PRIMARY KEY,
    since timestamptz NOT NULL DEFAULT now()
);
