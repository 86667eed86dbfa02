"""All definitions put together: the seam for tests, for commands that run jobs, and for `definitions.py`."""

from __future__ import annotations

import dagster as dg

from campfill_pipeline.defs import (
    assets,
    checks,
    course,
    jobs,
    maintenance_job,
    nightly_backup,
    resources,
    revert_job,
    schedules,
    sensors,
    telling,
)
from campfill_pipeline.settings import load_settings


def build_defs(opened: resources.Campfill | None = None) -> dg.Definitions:
    """Every asset, check, job, sensor and schedule, working on `opened` or else on this environment's home."""
    settings = opened.settings if opened else load_settings()
    timezone = settings.timezone.key
    return dg.Definitions(
        assets=course.link_assets(assets.everything(timezone), resources.pages_url(settings)),
        asset_checks=checks.ALL,
        jobs=[
            *jobs.ALL,
            revert_job.revert_job,
            maintenance_job.maintenance_job,
            nightly_backup.backup_job,
            telling.tell_job,
        ],
        sensors=[*sensors.ALL, telling.notices],
        schedules=schedules.schedules(timezone),
        resources={"campfill": resources.campfill_resource(opened)},
        executor=dg.in_process_executor,
    )
