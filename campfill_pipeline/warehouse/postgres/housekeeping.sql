-- The statements of housekeeping.py, by the function that runs them.

-- name: tables
SELECT relname FROM pg_stat_user_tables WHERE schemaname = 'public' ORDER BY relname

-- name: dead tables
SELECT relname FROM pg_stat_user_tables
WHERE schemaname = %(schema)s AND n_dead_tup > 1000 AND n_dead_tup > %(share)s * (n_live_tup + n_dead_tup)
ORDER BY relname

-- name: count left checks
SELECT count(*) FROM public.asset_check_executions c
WHERE c.create_timestamp < %(before)s::timestamptz AT TIME ZONE 'UTC'
  AND NOT EXISTS (SELECT FROM public.runs r WHERE r.run_id = c.run_id)
  AND c.id NOT IN (SELECT max(id) FROM public.asset_check_executions GROUP BY asset_key, check_name)

-- name: delete left checks
WITH gone AS (
    DELETE FROM public.asset_check_executions c
    WHERE c.create_timestamp < %(before)s::timestamptz AT TIME ZONE 'UTC'
      AND NOT EXISTS (SELECT FROM public.runs r WHERE r.run_id = c.run_id)
      AND c.id NOT IN (SELECT max(id) FROM public.asset_check_executions GROUP BY asset_key, check_name)
    RETURNING 1)
SELECT count(*) FROM gone

-- name: count steps
SELECT count(*) FROM public.event_logs e JOIN public.runs r USING (run_id)
WHERE r.status = 'SUCCESS' AND r.create_timestamp < %(before)s::timestamptz AT TIME ZONE 'UTC'
  AND e.dagster_event_type = ANY (%(types)s) AND r.run_id <> ALL (%(going)s)

-- name: delete steps
WITH gone AS (
    DELETE FROM public.event_logs e USING public.runs r
    WHERE r.run_id = e.run_id
      AND r.status = 'SUCCESS' AND r.create_timestamp < %(before)s::timestamptz AT TIME ZONE 'UTC'
      AND e.dagster_event_type = ANY (%(types)s) AND r.run_id <> ALL (%(going)s)
    RETURNING 1)
SELECT count(*) FROM gone

-- name: ticks ahead
SELECT EXISTS (SELECT FROM public.job_ticks
               WHERE timestamp > %(now)s::timestamptz AT TIME ZONE 'UTC' + interval '30 seconds')

-- name: forget ticks ahead
DELETE FROM public.job_ticks WHERE timestamp > %(now)s::timestamptz AT TIME ZONE 'UTC'

-- name: collation changed
SELECT datcollversion IS DISTINCT FROM pg_database_collation_actual_version(oid)
FROM pg_database
WHERE datname = current_database() AND datcollversion IS NOT NULL
