-- The statements of housekeeping.py, by the function that runs them.

-- name: tables
SELECT relname FROM pg_stat_user_tables WHERE schemaname = 'public' ORDER BY relname

-- name: dead tables
SELECT relname FROM pg_stat_user_tables
WHERE schemaname = %(schema)s AND n_dead_tup > 1000 AND n_dead_tup > %(share)s * (n_live_tup + n_dead_tup)
ORDER BY relname

-- name: old checks
CREATE TEMP TABLE old ON COMMIT DROP AS
SELECT c.id FROM public.asset_check_executions c
WHERE c.create_timestamp < %(before)s::timestamptz AT TIME ZONE 'UTC'
  AND NOT EXISTS (SELECT FROM public.runs r WHERE r.run_id = c.run_id AND r.status <> ALL (%(finished)s))
  AND c.id NOT IN (SELECT max(id) FROM public.asset_check_executions
                   GROUP BY asset_key, check_name, execution_status = 'PLANNED')

-- name: delete old checks
DELETE FROM public.asset_check_executions c USING old o WHERE c.id = o.id

-- name: old events
-- A run's steps once it is some days old and went well; of a run that stays although it is older than runs are kept, also
-- what its checks said, and what it made that was made anew since.
CREATE TEMP TABLE old ON COMMIT DROP AS
WITH aged AS MATERIALIZED (
    SELECT run_id, create_timestamp < %(runs_before)s::timestamptz AT TIME ZONE 'UTC' AS is_kept_longer
    FROM public.runs
    WHERE run_id <> ALL (%(going)s)
      AND (status = 'SUCCESS' AND create_timestamp < %(steps_before)s::timestamptz AT TIME ZONE 'UTC'
           OR status = ANY (%(finished)s) AND create_timestamp < %(runs_before)s::timestamptz AT TIME ZONE 'UTC'))
SELECT e.id FROM public.event_logs e JOIN aged a USING (run_id)
WHERE e.dagster_event_type = ANY (%(steps)s)
   OR a.is_kept_longer AND (
       e.dagster_event_type = 'ASSET_CHECK_EVALUATION'
       OR e.dagster_event_type = 'ASSET_MATERIALIZATION'
          AND e.id NOT IN (SELECT max(id) FROM public.event_logs WHERE dagster_event_type = 'ASSET_MATERIALIZATION'
                           GROUP BY asset_key, partition))

-- name: delete old events
WITH tags AS (DELETE FROM public.asset_event_tags t USING old o WHERE t.event_id = o.id)
DELETE FROM public.event_logs e USING old o WHERE e.id = o.id

-- name: ticks ahead
SELECT EXISTS (SELECT FROM public.job_ticks
               WHERE timestamp > %(now)s::timestamptz AT TIME ZONE 'UTC' + interval '30 seconds')

-- name: forget ticks ahead
DELETE FROM public.job_ticks WHERE timestamp > %(now)s::timestamptz AT TIME ZONE 'UTC'

-- name: collation changed
SELECT datcollversion IS DISTINCT FROM pg_database_collation_actual_version(oid)
FROM pg_database
WHERE datname = current_database() AND datcollversion IS NOT NULL
