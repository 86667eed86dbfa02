-- Uploads: the ledger that decides what was received, what became of it, and what is still to do.
-- Names are unqualified: the migration runs with search_path set to the schema (campfill, or a rebuild's).

CREATE TABLE upload (
    upload_id uuid PRIMARY KEY,
    seq bigint GENERATED ALWAYS AS IDENTITY UNIQUE,          -- order of arrival
    partition_key text NOT NULL UNIQUE,                      -- '000008-campaigns.xlsx', Dagster's partition
    sha256 text NOT NULL,
    file_name text NOT NULL,                                 -- as dropped
    file_bytes bigint NOT NULL,
    archived_as text NOT NULL,                               -- path below CAMPFILL_HOME/archive
    door text NOT NULL CHECK (door IN ('inbox', 'command')),
    kind text NOT NULL DEFAULT 'unknown' CHECK (kind IN ('campaign_list', 'report_csv', 'unknown')),
    status text NOT NULL DEFAULT 'received'
        CHECK (status IN ('received', 'loaded', 'partly_loaded', 'rejected', 'duplicate')),
    reason text,                                             -- code of the contract, NULL unless rejected
    received_at timestamptz NOT NULL,
    decided_at timestamptz,
    reverted_at timestamptz,                                 -- NULL while its changes stand
    attempts integer NOT NULL DEFAULT 0,
    run_id text,                                             -- the Dagster run that works or worked on it
    content_date timestamptz,                                -- the file's own date, where it tells one
    applied_no bigint,                                       -- order of application to the register
    rows_read integer, rows_accepted integer, rows_rejected integer, rows_skipped integer,
    rows_new integer, rows_updated integer, rows_unchanged integer,
    receipt text                                             -- path below CAMPFILL_HOME, e.g. outbox/…
);

CREATE TABLE upload_issue (
    upload_id uuid NOT NULL REFERENCES upload ON DELETE CASCADE,
    issue_no integer NOT NULL,
    sheet text, cell text, row_no integer, column_name text, value text,
    code text NOT NULL,
    severity text NOT NULL CHECK (severity IN ('error', 'warning', 'info')),
    message text NOT NULL,
    hint text NOT NULL,
    PRIMARY KEY (upload_id, issue_no)
);

-- What happened, in order: a source, never derived (arrivals, applications, reverts, retries, giving up).
CREATE TABLE ledger_event (
    event_no bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL,
    event text NOT NULL CHECK (event IN ('arrived', 'attempted', 'decided', 'reverted', 'retry_requested')),
    upload_id uuid NOT NULL,
    detail jsonb NOT NULL DEFAULT '{}'
);
