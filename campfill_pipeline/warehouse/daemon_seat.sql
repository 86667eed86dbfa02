-- The statements of daemon_seat.py.

-- name: holder
SELECT substr(a.application_name, length(%s) + 1) FROM pg_locks l JOIN pg_stat_activity a USING (pid)
WHERE l.locktype = 'advisory' AND l.granted AND l.classid = 0 AND l.objid = %s AND l.objsubid = 1
  AND a.datname = current_database()
