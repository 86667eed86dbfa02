-- Files handed in at the HTTP door, until they are uploads (warehouse/register/announced.py).

-- name: announce
INSERT INTO announced_upload (upload_id, file_name, inbox_name, file_bytes, sha256, sent_by, announced_at)
VALUES (%(upload_id)s, %(file_name)s, %(inbox_name)s, %(file_bytes)s, %(sha256)s, %(sent_by)s, %(announced_at)s)
ON CONFLICT (upload_id) DO UPDATE SET inbox_name = EXCLUDED.inbox_name WHERE announced_upload.claim IS NULL

-- name: claimed
SELECT upload_id, file_name, inbox_name, file_bytes, sha256, sent_by, announced_at, claim
FROM announced_upload WHERE claim = %(claim)s FOR UPDATE

-- name: claim
UPDATE announced_upload SET claim = %(claim)s
WHERE upload_id = (SELECT upload_id FROM announced_upload
                   WHERE inbox_name = %(inbox_name)s AND sha256 = %(sha256)s AND claim IS NULL
                   ORDER BY announced_at, upload_id LIMIT 1 FOR UPDATE)
RETURNING upload_id, file_name, inbox_name, file_bytes, sha256, sent_by, announced_at, claim

-- name: find
SELECT upload_id, file_name, inbox_name, file_bytes, sha256, sent_by, announced_at, claim
FROM announced_upload WHERE upload_id = %(upload_id)s

-- name: waiting
SELECT upload_id, file_name, inbox_name, file_bytes, sha256, sent_by, announced_at, claim
FROM announced_upload WHERE claim IS NULL ORDER BY announced_at DESC, upload_id
