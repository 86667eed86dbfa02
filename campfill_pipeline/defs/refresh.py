"""Running the refresh jobs in this process for given local days."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from campfill_pipeline.defs import delivery_steps, jobs, run_names
from campfill_pipeline.defs.local_runs import LocalRuns, RunFailedError
from campfill_pipeline.defs.partitions import FIRST_DAY
from campfill_pipeline.defs.ranges import day_range
from campfill_pipeline.domain.errors import CampfillError
from campfill_pipeline.warehouse.delivery import coverage


class RefreshError(CampfillError):
    """These days cannot be fetched."""


def refresh(runs: LocalRuns, first: date | None, last: date | None) -> dict[str, Any]:
    """Fetch the local days `first` to `last` (default: the restatement window up to today).

    Returns `days` (one object per day of delivery: day, status, rows, fetched_at) and `failures` (sentences).
    """
    campfill = runs.campfill
    if not delivery_steps.is_set_up(campfill):
        raise RefreshError(*delivery_steps.NOT_SET_UP)
    last = last or campfill.today
    first = first or min(last, campfill.today - timedelta(days=campfill.settings.restate_days))
    if last > campfill.today:
        raise RefreshError(
            f"{last} has not come yet.", f"The last day that can be fetched is today, {campfill.today}."
        )
    if first < date.fromisoformat(FIRST_DAY):
        raise RefreshError(
            f"Delivery is kept from {FIRST_DAY} on; {first} lies before it.", "Choose a later first day."
        )
    failures = []
    yesterday = campfill.today - timedelta(days=1)
    if first <= yesterday:
        try:
            # Fulfillment follows with today's run, if there is one: computing it twice serves nobody.
            assets = jobs.DELIVERY if last == campfill.today else None
            runs.run(jobs.REFRESH_JOB, tags=day_range(first, min(last, yesterday)), assets=assets)
        except RunFailedError as error:
            failures.append(str(error))
    if last == campfill.today:
        try:
            runs.run(jobs.TODAY_JOB, tags=run_names.days(last, last))
        except RunFailedError as error:
            failures.append(str(error))
    if failures:
        runs.run(jobs.FULFILLMENT_JOB)  # a failed fetch stops its run, but the days that did come must count
    with campfill.connect() as connection:
        known = coverage.between(connection, first, last)
    days = [{"day": d.day, "status": d.status, "rows": d.rows, "fetched_at": d.fetched_at} for d in known]
    return {"from": first, "to": last, "days": days, "failures": failures}
