-- The HTTP door: uploads that were handed in there, and the tokens of those who may.

ALTER TABLE upload DROP CONSTRAINT upload_door_check;
ALTER TABLE upload ADD CONSTRAINT upload_door_check CHECK (door IN ('inbox', 'command', 'http'));

COMMENT ON COLUMN upload.door IS 'inbox (dropped), command (campfill ingest) or http (the HTTP door).';

-- A file handed in at the door lies in the inbox like a dropped one. What was said with it stands here from the first
-- moment, so that its sender can ask for it; when it is taken from the inbox, it becomes the upload of that id.
CREATE TABLE announced_upload (
    upload_id uuid PRIMARY KEY,                              -- chosen by the sender, the same when it is sent again
    file_name text NOT NULL,                                 -- as sent
    inbox_name text NOT NULL,                                -- where it was put: another file may have had the name
    file_bytes bigint NOT NULL,
    sha256 text NOT NULL,
    sent_by text NOT NULL,                                   -- name of the token, or 'browser'
    announced_at timestamptz NOT NULL,
    claim uuid UNIQUE                                        -- by which it was taken from the inbox; NULL until then
);

CREATE INDEX announced_in_inbox ON announced_upload (inbox_name) WHERE claim IS NULL;
COMMENT ON TABLE announced_upload IS 'Internal, a source: files handed in at the HTTP door, by whom, under which id.';

CREATE TABLE door_token (
    token_no bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL,
    may text NOT NULL CHECK (may IN ('read', 'upload')),
    sha256 bytea NOT NULL UNIQUE,                            -- of the token, which is random and stored nowhere
    made_at timestamptz NOT NULL,
    last_used_at timestamptz,
    revoked_at timestamptz
);

CREATE UNIQUE INDEX door_token_name ON door_token (name) WHERE revoked_at IS NULL;
COMMENT ON TABLE door_token IS 'Internal, a source: who may come in at the HTTP door. Holds no token, only what recognises one.';
