-- The statements of claims.py, by the function that runs them.

-- name: live runs
SELECT substr(a.application_name, length(%(prefix)s) + 1) FROM pg_locks l JOIN pg_stat_activity a USING (pid)
WHERE l.locktype = 'advisory' AND l.classid = %(class)s AND l.granted AND a.datname = current_database()
  AND starts_with(a.application_name, %(prefix)s)
