-- The statements of descriptions.py, by the function that runs them.

-- name: version of
-- One at a time, so that two runs cannot give one number to two texts.
WITH locked AS MATERIALIZED (
    SELECT pg_advisory_xact_lock(hashtext('list_description'))
), newest AS (
    SELECT d.version, d.text FROM locked LEFT JOIN list_description d ON d.name = %(name)s
    ORDER BY d.version DESC NULLS LAST LIMIT 1
), added AS (
    INSERT INTO list_description (name, version, text, first_used_at)
    SELECT %(name)s, COALESCE(version, 0) + 1, %(text)s, %(at)s FROM newest WHERE text IS DISTINCT FROM %(text)s
    RETURNING version
)
SELECT version FROM added UNION ALL SELECT version FROM newest WHERE text = %(text)s

-- name: text of
SELECT text FROM list_description WHERE name = %(name)s AND version = %(version)s

-- name: newest
SELECT name, max(version) FROM list_description GROUP BY name
