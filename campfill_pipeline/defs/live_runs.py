"""Which runs live, and which only seem to.

After a `kill -9` a run stays STARTED for ever in Dagster's storage and holds a slot: its launcher has no health check.
Every run of ours holds a lock in the database while it lives; a started run without its lock is dead and is reported.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from datetime import UTC, datetime, timedelta

import dagster as dg
from dagster import DagsterRunStatus

from campfill_pipeline.defs.instance import UP_BEGAN
from campfill_pipeline.defs.ranges import RANGE_END, RANGE_START
from campfill_pipeline.defs.resources import Campfill
from campfill_pipeline.domain.clock import is_lately
from campfill_pipeline.settings import Settings
from campfill_pipeline.warehouse import claims, database
from campfill_pipeline.warehouse.register import ledger

UNFINISHED = [
    DagsterRunStatus.QUEUED,
    DagsterRunStatus.NOT_STARTED,
    DagsterRunStatus.STARTING,
    DagsterRunStatus.STARTED,
    DagsterRunStatus.CANCELING,
]
BIRTH = timedelta(seconds=60)  # a started run takes its lock within this time
CUT_OFF_BIRTH = timedelta(seconds=10)  # of one that began before this `campfill up` did


def up_began(settings: Settings, environ: Mapping[str, str]) -> datetime | None:
    """Since when the `campfill up` runs that all runs are of; None among several machines, where others go on."""
    told = environ.get(UP_BEGAN)
    return datetime.fromtimestamp(float(told), UTC) if told and settings.broker_url is None else None


def _unfinished(instance: dg.DagsterInstance) -> list[dg.RunRecord]:
    return list(instance.get_run_records(dg.RunsFilter(statuses=UNFINISHED)))


def _spans(tags: Mapping[str, str]) -> list[tuple[str, str]]:
    """The first and the last partition on which a run with these tags works; nothing where it has none."""
    single = tags.get("dagster/partition")
    if single is not None:
        return [(single, single)]
    return [(tags[RANGE_START], tags[RANGE_END])] if RANGE_START in tags else []


def report_dead(instance: dg.DagsterInstance, campfill: Campfill, *, up_began: datetime | None = None) -> int:
    """Report every started run whose process is gone as failed. Returns how many.

    One from before `up_began` ended with the `campfill up` of then, as in a power cut: no fault of what it read, and no
    attempt at it.
    """
    began = {
        record.dagster_run.run_id: datetime.fromtimestamp(record.start_time, UTC)
        for record in _unfinished(instance)
        if record.dagster_run.status in (DagsterRunStatus.STARTED, DagsterRunStatus.CANCELING)
        and record.start_time is not None
    }
    cut_off = {run_id for run_id, at in began.items() if up_began is not None and at < up_began}
    now = campfill.clock()
    started = [
        run_id
        for run_id, at in began.items()
        if not is_lately(at, now, CUT_OFF_BIRTH if run_id in cut_off else BIRTH)
    ]
    if not started:
        return 0
    with campfill.connect() as connection:
        alive = claims.live_runs(connection)
    silent = [run_id for run_id in started if run_id not in alive]
    if not silent:  # as at nearly every look: no second connection then
        return 0
    with database.connect(campfill.url, autocommit=True) as asking:
        dead = [run_id for run_id in silent if claims.is_dead(asking, run_id)]
        for run_id in cut_off.intersection(dead):
            ledger.take_back_attempt(asking, run_id, at=now)
    for run in instance.get_runs(dg.RunsFilter(run_ids=dead)) if dead else ():
        instance.report_run_failed(
            run, "The run's process is gone (killed, or the machine stopped). It is done again."
        )
    return len(dead)


def covered(
    instance: dg.DagsterInstance, partition_keys: Iterable[str], by: Container[str] | None = None
) -> set[str]:
    """Those of the partitions on which an unfinished run works, or is about to; of all such runs, or of those of `by`.

    Upload keys sort in ledger order.
    """
    spans = [
        span
        for record in _unfinished(instance)
        if by is None or record.dagster_run.run_id in by
        for span in _spans(record.dagster_run.tags)
    ]
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
