"""Which runs live, and which only seem to.

After a `kill -9` a run stays STARTED for ever in Dagster's storage and holds a slot: its launcher has no health check.
Every run of ours holds a lock in the database while it lives; a started run without its lock is dead and is reported.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

import dagster as dg
from dagster import DagsterRunStatus

from campfill_pipeline.defs.ranges import RANGE_END, RANGE_START
from campfill_pipeline.defs.resources import Campfill
from campfill_pipeline.domain.clock import is_lately
from campfill_pipeline.warehouse import claims, database

UNFINISHED = [
    DagsterRunStatus.QUEUED,
    DagsterRunStatus.NOT_STARTED,
    DagsterRunStatus.STARTING,
    DagsterRunStatus.STARTED,
    DagsterRunStatus.CANCELING,
]
BIRTH = timedelta(seconds=60)  # a started run takes its lock within this time


def _unfinished(instance: dg.DagsterInstance) -> list[dg.RunRecord]:
    return list(instance.get_run_records(dg.RunsFilter(statuses=UNFINISHED)))


def report_dead(instance: dg.DagsterInstance, campfill: Campfill) -> int:
    """Report every started run whose process is gone as failed. Returns how many."""
    started = [
        record
        for record in _unfinished(instance)
        if record.dagster_run.status in (DagsterRunStatus.STARTED, DagsterRunStatus.CANCELING)
        and record.start_time is not None
        and not is_lately(datetime.fromtimestamp(record.start_time, UTC), campfill.clock(), BIRTH)
    ]
    if not started:
        return 0
    with campfill.connect() as connection:
        alive = claims.live_runs(connection)
    silent = [record.dagster_run for record in started if record.dagster_run.run_id not in alive]
    if not silent:  # as at nearly every look: no second connection then
        return 0
    with database.connect(campfill.url, autocommit=True) as asking:
        dead = [run for run in silent if claims.is_dead(asking, run.run_id)]
    for run in dead:
        instance.report_run_failed(
            run, "The run's process is gone (killed, or the machine stopped). It is done again."
        )
    return len(dead)


def covered(instance: dg.DagsterInstance, partition_keys: Iterable[str]) -> set[str]:
    """Those of the partitions on which an unfinished run works, or is about to. Upload keys sort in ledger order."""
    spans = []
    for record in _unfinished(instance):
        tags = record.dagster_run.tags
        single = tags.get("dagster/partition")
        if single is not None:
            spans.append((single, single))
        elif RANGE_START in tags:
            spans.append((tags[RANGE_START], tags[RANGE_END]))
    return {key for key in partition_keys if any(first <= key <= last for first, last in spans)}


def begun_lately(instance: dg.DagsterInstance, job: str, now: datetime, within: timedelta) -> bool:
    """Whether a run of this job was asked for within this time before `now`, whatever became of it."""
    around = dg.RunsFilter(job_name=job, created_after=now - within, created_before=now + within)
    return bool(instance.get_run_records(around, limit=1))


def any_unfinished(
    instance: dg.DagsterInstance, job: str | None = None, tags: Mapping[str, str] | None = None
) -> bool:
    """Whether an unfinished run exists, of this job or of any, with these tags."""
    found = dg.RunsFilter(statuses=UNFINISHED, job_name=job, tags=dict(tags or {}))
    return bool(instance.get_run_records(found, limit=1))
