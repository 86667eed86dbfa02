"""What is done by the clock: delivery of today every hour; restatements, a backup and housekeeping every night.

Days that are missing (a new list came, the system slept) are no matter of the clock: see the sensor `missing_days`.
"""

from collections.abc import Mapping
from datetime import timedelta

import dagster as dg

from campfill_pipeline.defs import asked_apis, jobs, maintenance_job, nightly_backup, run_names
from campfill_pipeline.defs.ranges import day_range
from campfill_pipeline.defs.resources import Campfill

Requested = list[dg.RunRequest] | dg.SkipReason


def _of_each(
    context: dg.ScheduleEvaluationContext, campfill: Campfill, tags: Mapping[str, str]
) -> list[dg.RunRequest]:
    """One run for each reporting API, so that none waits for another. Of several, Dagster wants a key each."""
    at = context.scheduled_execution_time.isoformat()
    return [
        dg.RunRequest(run_key=name and f"{at} {name}", tags={**tags, **run_names.of_connector(name)})
        for name in asked_apis.each(campfill)
    ]


def schedules(timezone: str) -> list[dg.ScheduleDefinition]:
    """All schedules, in local time of `timezone`, running by default."""

    @dg.schedule(
        job=jobs.TODAY, cron_schedule="5 * * * *", execution_timezone=timezone,
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="Every hour: the hours of today, five minutes after the hour.",
    )  # fmt: skip
    def refresh_today_hourly(
        context: dg.ScheduleEvaluationContext, campfill: dg.ResourceParam[Campfill]
    ) -> Requested:
        if missing := asked_apis.why_none(campfill):
            return dg.SkipReason(" ".join(missing))
        if full := campfill.no_room():
            return dg.SkipReason(full)
        return _of_each(context, campfill, run_names.days(campfill.today, campfill.today))

    @dg.schedule(
        job=jobs.REFRESH, cron_schedule="20 3 * * *", execution_timezone=timezone,
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="Every night: the last days again, because the source still corrects them.",
    )  # fmt: skip
    def refresh_restatement_nightly(
        context: dg.ScheduleEvaluationContext, campfill: dg.ResourceParam[Campfill]
    ) -> Requested:
        if missing := asked_apis.why_none(campfill):
            return dg.SkipReason(" ".join(missing))
        if campfill.settings.restate_days == 0:
            return dg.SkipReason("CAMPFILL_RESTATE_DAYS is 0: finished days are not fetched again.")
        if full := campfill.no_room():
            return dg.SkipReason(full)
        first = campfill.today - timedelta(days=campfill.settings.restate_days)
        return _of_each(context, campfill, day_range(first, campfill.today - timedelta(days=1)))

    @dg.schedule(
        job=maintenance_job.maintenance_job, cron_schedule="40 4 * * *", execution_timezone=timezone,
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="Every night: what is old is pruned, room is given back, the next months are made.",
    )  # fmt: skip
    def maintenance_nightly() -> dg.RunRequest:
        return dg.RunRequest(run_key=None, tags={"housekeeping": "nightly"})

    @dg.schedule(
        job=nightly_backup.backup_job, cron_schedule="10 4 * * *", execution_timezone=timezone,
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="Every night: a backup, restored elsewhere and compared; older ones go by the rule.",
    )  # fmt: skip
    def backup_nightly(campfill: dg.ResourceParam[Campfill]) -> dg.RunRequest | dg.SkipReason:
        if campfill.settings.backup_dir is None:
            return dg.SkipReason("CAMPFILL_BACKUP_DIR is not set: no backup is made.")
        if full := campfill.no_room():
            return dg.SkipReason(full)
        return dg.RunRequest(run_key=None, tags={"housekeeping": "backup"})

    return [refresh_today_hourly, refresh_restatement_nightly, backup_nightly, maintenance_nightly]
