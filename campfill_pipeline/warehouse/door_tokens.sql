-- Tokens of the HTTP door (warehouse/door_tokens.py).

-- name: new
INSERT INTO door_token (name, may, sha256, made_at) VALUES (%(name)s, %(may)s, %(sha256)s, %(now)s)
ON CONFLICT (name) WHERE revoked_at IS NULL DO NOTHING RETURNING token_no

-- name: used
UPDATE door_token SET last_used_at = %(now)s
WHERE token_no = %(token_no)s AND (last_used_at IS NULL OR last_used_at < %(now)s - %(noted_every)s)
