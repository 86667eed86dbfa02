-- The statements of kept_backups.py.

-- name: originals
SELECT DISTINCT archived_as
FROM upload
WHERE archived_as IS NOT NULL
ORDER BY archived_as
