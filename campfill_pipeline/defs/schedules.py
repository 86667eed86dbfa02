"""What is done by the clock: delivery of today every hour; restatements, a backup and housekeeping every night.

Days that are missing (a new list came, the system slept) are no matter of the clock: see the sensor `missing_days`.
"""

from datetime import timedelta

import dagster as dg

from campfill_pipeline.defs import delivery_steps, jobs, maintenance_job, nightly_backup, run_names
from campfill_pipeline.defs.ranges import day_range
from campfill_pipeline.defs.resources import Campfill


def schedules(timezone: str) -> list[dg.ScheduleDefinition]:
    """All schedules, in local time of `timezone`, running by default."""

    @dg.schedule(
        job=jobs.TODAY, cron_schedule="5 * * * *", execution_timezone=timezone,
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="Every hour: the hours of today, five minutes after the hour.",
    )  # fmt: skip
    def refresh_today_hourly(campfill: dg.ResourceParam[Campfill]) -> dg.RunRequest | dg.SkipReason:
        if missing := delivery_steps.why_not(campfill):
            return dg.SkipReason(" ".join(missing))
        return dg.RunRequest(run_key=None, tags=run_names.days(campfill.today, campfill.today))

    @dg.schedule(
        job=jobs.REFRESH, cron_schedule="20 3 * * *", execution_timezone=timezone,
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="Every night: the last days again, because the source still corrects them.",
    )  # fmt: skip
    def refresh_restatement_nightly(campfill: dg.ResourceParam[Campfill]) -> dg.RunRequest | dg.SkipReason:
        if missing := delivery_steps.why_not(campfill):
            return dg.SkipReason(" ".join(missing))
        if campfill.settings.restate_days == 0:
            return dg.SkipReason("CAMPFILL_RESTATE_DAYS is 0: finished days are not fetched again.")
        first = campfill.today - timedelta(days=campfill.settings.restate_days)
        return dg.RunRequest(run_key=None, tags=day_range(first, campfill.today - timedelta(days=1)))

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
        return dg.RunRequest(run_key=None, tags={"housekeeping": "backup"})

    return [refresh_today_hourly, refresh_restatement_nightly, backup_nightly, maintenance_nightly]
