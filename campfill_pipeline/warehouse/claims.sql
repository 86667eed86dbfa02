-- The statements of claims.py, by the function that runs them.

-- name: live runs
SELECT substr(a.application_name, length(%(prefix)s) + 1) FROM pg_locks l JOIN pg_stat_activity a USING (pid)
WHERE l.locktype = 'advisory' AND l.classid = %(class)s AND l.granted AND a.datname = current_database()
  AND starts_with(a.application_name, %(prefix)s)

-- name: token
-- The session that holds a run's lock, with the run's key and id: a process number comes again, its start does not.
SELECT concat_ws('|', %(key)s::int, pid, extract(epoch FROM backend_start), %(run)s::text)
FROM pg_stat_activity WHERE pid = pg_backend_pid()

-- name: check
-- No row for a session that bears no claim. The fence is taken first (CASE keeps the order), then the lock is looked for.
SELECT claim[4], CASE WHEN pg_try_advisory_xact_lock_shared(%(fence)s, claim[1]::int) THEN EXISTS (
    SELECT FROM pg_locks l, pg_stat_get_activity(claim[2]::int) a -- that one session: the view would list all of them
    WHERE l.locktype = 'advisory' AND l.granted AND l.classid = %(claim)s AND l.objid::bigint::bit(32)::int = claim[1]::int
      AND l.objsubid = 2 AND l.database = a.datid AND l.pid = a.pid
      AND a.datid = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND extract(epoch FROM a.backend_start) = claim[3]::numeric
) ELSE false END
FROM (SELECT string_to_array(nullif(current_setting('campfill.claim', true), ''), '|')) AS borne (claim)
WHERE claim IS NOT NULL

-- name: is dead
SELECT CASE WHEN pg_try_advisory_xact_lock(%(fence)s, %(key)s) THEN NOT EXISTS (
    SELECT FROM pg_locks l
    WHERE l.locktype = 'advisory' AND l.granted AND l.classid = %(claim)s AND l.objid::bigint::bit(32)::int = %(key)s
      AND l.objsubid = 2 AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
) ELSE false END
