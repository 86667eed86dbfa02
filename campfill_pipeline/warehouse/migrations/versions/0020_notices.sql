-- Facts people are told: each begins once and is over once. The outbox is written in the transaction of the fact, so that
-- neither can be without the other; messages are made from it, and kept until they are sent.
CREATE TABLE notice (
    notice_no bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind text NOT NULL,
    subject text NOT NULL,
    thread text NOT NULL,
    line_id uuid,
    weight numeric NOT NULL DEFAULT 0,
    begun_at timestamptz NOT NULL,
    begun text NOT NULL,
    over_at timestamptz,
    over text,
    CHECK (over_at IS NULL OR over IS NOT NULL)
);
CREATE UNIQUE INDEX notice_open ON notice (kind, subject) WHERE over_at IS NULL;
CREATE INDEX notice_open_line ON notice (line_id) WHERE over_at IS NULL;

CREATE TABLE notice_outbox (
    item_no bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    notice_no bigint NOT NULL REFERENCES notice ON DELETE CASCADE,
    is_over boolean NOT NULL,
    at timestamptz NOT NULL,
    UNIQUE (notice_no, is_over)
);

CREATE TABLE notice_recipient (
    recipient text PRIMARY KEY,
    first_seen_at timestamptz NOT NULL
);

CREATE TABLE notice_message (
    message_no bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    recipient text NOT NULL,
    key text NOT NULL UNIQUE,
    mail_id uuid NOT NULL DEFAULT gen_random_uuid(),
    made_at timestamptz NOT NULL,
    title text NOT NULL,
    body_text text NOT NULL,
    body_html text NOT NULL,
    workbook boolean NOT NULL DEFAULT false,
    taken_by text[] NOT NULL DEFAULT '{}',
    attempts integer NOT NULL DEFAULT 0,
    next_try_at timestamptz NOT NULL,
    fault text,
    sent_at timestamptz
);
CREATE INDEX notice_message_waiting ON notice_message (next_try_at) WHERE sent_at IS NULL;

-- Which recipient an item was told, or left out for (message_no is NULL then): item by item, as items become visible in
-- the order of their commits, not of their numbers.
CREATE TABLE notice_told (
    recipient text NOT NULL,
    item_no bigint NOT NULL REFERENCES notice_outbox ON DELETE CASCADE,
    message_no bigint REFERENCES notice_message ON DELETE SET NULL,
    PRIMARY KEY (recipient, item_no)
);
CREATE INDEX notice_told_message ON notice_told (message_no);

-- The first look at a home that was there before finds a past that nobody needs to be told.
CREATE TABLE notice_state (
    one_row boolean PRIMARY KEY DEFAULT true CHECK (one_row),
    figures_seen_at timestamptz NOT NULL
);
INSERT INTO notice_state (figures_seen_at) SELECT now() WHERE NOT EXISTS (SELECT FROM fulfillment);

CREATE TABLE line_quiet (
    quiet_no bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    line_id uuid NOT NULL,
    act text NOT NULL CHECK (act IN ('mute', 'acknowledge', 'lift')),
    until date,
    text text NOT NULL DEFAULT '',
    at timestamptz NOT NULL,
    CHECK ((act = 'lift') = (until IS NULL))
);
CREATE INDEX line_quiet_line ON line_quiet (line_id, quiet_no DESC);

COMMENT ON TABLE notice IS 'What people are told: a row for each fact that began, with the moment it was over.';
COMMENT ON COLUMN notice.notice_no IS 'Its number.';
COMMENT ON COLUMN notice.kind IS 'What kind of fact: line_behind, line_unlikely, line_short, incident, list_rejected, list_partly, delivery_overdue, rows_refused, check_failed, run_failed, disk_low, backup_old.';
COMMENT ON COLUMN notice.subject IS 'Whose fact: a line, a site and its first hour, an upload, a check, a job.';
COMMENT ON COLUMN notice.thread IS 'What ends it: the same as the subject, or for uploads the file''s name.';
COMMENT ON COLUMN notice.line_id IS 'The line, where it is about one.';
COMMENT ON COLUMN notice.weight IS 'What orders a long message, dearest first: euros at stake.';
COMMENT ON COLUMN notice.begun_at IS 'When it was found.';
COMMENT ON COLUMN notice.begun IS 'It in a sentence.';
COMMENT ON COLUMN notice.over_at IS 'When it was found to be over; NULL while it stands.';
COMMENT ON COLUMN notice.over IS 'How it ended, in a sentence.';
COMMENT ON TABLE notice_outbox IS 'Internal: what is to be told, written with the fact.';
COMMENT ON TABLE notice_recipient IS 'Internal: who is told, by name or fingerprint; never an address.';
COMMENT ON TABLE notice_message IS 'Internal: messages made, waiting and sent.';
COMMENT ON TABLE notice_told IS 'Internal: which items went to whom.';
COMMENT ON TABLE notice_state IS 'Internal: since when figures are watched.';
COMMENT ON TABLE line_quiet IS 'Which lines were muted or acknowledged until when, and when that was lifted; the newest row of a line counts.';
COMMENT ON COLUMN line_quiet.quiet_no IS 'Its number.';
COMMENT ON COLUMN line_quiet.line_id IS 'The line.';
COMMENT ON COLUMN line_quiet.act IS 'mute (nothing is told), acknowledge (somebody takes care: told when over) or lift.';
COMMENT ON COLUMN line_quiet.until IS 'The last local day on which it counts.';
COMMENT ON COLUMN line_quiet.text IS 'A remark.';
COMMENT ON COLUMN line_quiet.at IS 'When it was said.';
