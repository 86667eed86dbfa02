"""Running the refresh jobs in this process for given local days."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from campfill_pipeline.defs import asked_apis, jobs, run_names
from campfill_pipeline.defs.local_runs import LocalRuns, RunFailedError
from campfill_pipeline.defs.partitions import FIRST_DAY
from campfill_pipeline.defs.ranges import day_range
from campfill_pipeline.domain.errors import CampfillError
from campfill_pipeline.warehouse.delivery import coverage


class RefreshError(CampfillError):
    """These days cannot be fetched."""


def refresh(
    runs: LocalRuns, first: date | None, last: date | None, *, accept: bool = False, only: str | None = None
) -> dict[str, Any]:
    """Fetch the local days `first` to `last` (default: the restatement window up to today).

    Returns `days` (one object per day of delivery: day, source, status, rows, refused, fetched_at) and `failures`
    (sentences). `accept` takes days even where most of what they held is missing. `only` asks the API of this name.
    """
    campfill = runs.campfill
    if missing := asked_apis.why_none(campfill):
        raise RefreshError(*missing)
    if only is not None and only not in campfill.settings.asked:
        known = ", ".join(campfill.settings.asked)
        raise RefreshError(f"No reporting API here is called {only}.", f"There are: {known}.")
    with campfill.one_day() as today, campfill.accepting_all(accept):
        return _refresh(runs, first, last, today, run_names.of_connector(only))


def _refresh(
    runs: LocalRuns, first: date | None, last: date | None, today: date, tags: dict[str, str]
) -> dict[str, Any]:
    campfill = runs.campfill
    last = last or today
    first = first or min(last, today - timedelta(days=campfill.settings.restate_days))
    if last > today:
        raise RefreshError(
            f"{last} has not come yet.", f"The last day that can be fetched is today, {today}."
        )
    if first < date.fromisoformat(FIRST_DAY):
        raise RefreshError(
            f"Delivery is kept from {FIRST_DAY} on; {first} lies before it.", "Choose a later first day."
        )
    failures = []
    yesterday = today - timedelta(days=1)
    if first <= yesterday:
        try:
            # Fulfillment follows with today's run, if there is one: computing it twice serves nobody.
            assets = jobs.DELIVERY if last == today else None
            runs.run(jobs.REFRESH_JOB, tags={**day_range(first, min(last, yesterday)), **tags}, assets=assets)
        except RunFailedError as error:
            failures.append(str(error))
    if last == today:
        try:
            runs.run(jobs.TODAY_JOB, tags={**run_names.days(last, last), **tags})
        except RunFailedError as error:
            failures.append(str(error))
    if failures:
        runs.run(jobs.FULFILLMENT_JOB)  # a failed fetch stops its run, but the days that did come must count
    with campfill.connect() as connection:
        known = coverage.between(connection, first, last)
    days = [
        {
            "day": d.day, "source": d.source, "status": d.status, "rows": d.rows, "refused": d.refused,
            "fetched_at": d.fetched_at,
        }
        for d in known
    ]  # fmt: skip
    return {"from": first, "to": last, "days": days, "failures": failures}
