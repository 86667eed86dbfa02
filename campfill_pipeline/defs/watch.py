"""What nobody's transaction notices: delivery that does not come, refused rows, failed checks and runs, disk, backup.

Belongs here: gathering these facts each minute. Does not belong here: telling them (`defs/telling.py`).
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import timedelta

import dagster as dg
from dagster import DagsterRunStatus
from dagster._core.storage.asset_check_execution_record import AssetCheckExecutionRecordStatus

from campfill_pipeline.defs import asked_apis, checks, jobs
from campfill_pipeline.defs.maintenance_job import MAINTENANCE_JOB
from campfill_pipeline.defs.nightly_backup import BACKUP_JOB
from campfill_pipeline.defs.resources import Campfill
from campfill_pipeline.domain.backup_keeping import FRESH_FOR
from campfill_pipeline.domain.clock import is_lately
from campfill_pipeline.domain.disk_room import LITTLE_BYTES
from campfill_pipeline.domain.notices import Kind
from campfill_pipeline.language import notation
from campfill_pipeline.language.speaking import say, say_many
from campfill_pipeline.warehouse.counts import watching
from campfill_pipeline.warehouse.delivery import completeness, coverage, sources
from campfill_pipeline.warehouse.notices import facts, of_counts
from campfill_pipeline.warehouse.notices.facts import Fact
from campfill_pipeline.warehouse.postgres import kept_backups
from campfill_pipeline.warehouse.readers import status

FAILURES_COUNT_FOR = timedelta(days=3)
WATCHED_JOBS = (
    jobs.REFRESH_JOB,
    jobs.TODAY_JOB,
    jobs.FULFILLMENT_JOB,
    BACKUP_JOB,
    MAINTENANCE_JOB,
)
"""Not `upload`: its run is red for every rejected file, and each of these is told as such."""

TOLD_OTHERWISE = {"readable", "rows_valid", "no_incident", "not_silent", "report_rows_valid"}
"""Checks whose facts are told by a kind of their own."""

OVER = {
    Kind.DELIVERY_OVERDUE: say("Delivery comes again."),
    Kind.ROWS_REFUSED: say("No row of {subject} is refused any more."),
    Kind.CHECK_FAILED: say("The check {subject} passes again."),
    Kind.RUN_FAILED: say("The job {subject} ran well again."),
    Kind.DISK_LOW: say("There is room again on the disk of CAMPFILL_HOME."),
    Kind.BACKUP_OLD: say("A proven backup was made."),
}


def look(campfill: Campfill, instance: dg.DagsterInstance) -> None:
    """Note what began and what is over since the last look."""
    found = [
        *_delivery(campfill),
        *_refused(campfill),
        *_checks(instance),
        *_runs(campfill, instance),
        *_disk(campfill),
        *_backup(campfill),
    ]
    with campfill.connect() as connection:
        facts.settle(connection, tuple(OVER), found, now=campfill.clock(), over=OVER)
    _counts(campfill)


def _counts(campfill: Campfill) -> None:
    """Second counts are compared where something changed; what began and what is over is noted with it."""
    settings, now = campfill.settings, campfill.clock()
    with campfill.connect() as connection:
        looked = watching.look(
            connection, settings.timezone, today=campfill.today, tolerance=settings.count_tolerance, now=now
        )
        if looked is not None:
            of_counts.tell(connection, looked.found, settings.count_tolerance, now=now, told=looked.told)


def _delivery(campfill: Campfill) -> Iterator[Fact]:
    if asked_apis.why_none(campfill):
        return
    now = campfill.clock()
    with campfill.connect() as connection:
        sources.agree(connection, campfill.settings.asked)
        silences = [
            (api, completeness.silence(connection, now, source=api.stored_as))
            for api in asked_apis.of(campfill)
        ]
        live = status.facts(connection, now=now)["fulfillment"]["live"]
    for api, silence in silences:
        if live and silence.since_hour is not None and silence.since_hour > checks.SILENT_AFTER:
            late = say_many(
                "The newest hour delivered is {moment}, although {lines} line is live. Is the reporting behind? Ask "
                "its team.",
                "The newest hour delivered is {moment}, although {lines} lines are live. Is the reporting behind? Ask "
                "its team.",
                live,
                moment=f"{silence.last_hour:%d %b %Y %H:%M} UTC",
                lines=notation.number(live),
            )
            yield Fact(Kind.DELIVERY_OVERDUE, silence.source, api.source.told(late))


def _refused(campfill: Campfill) -> Iterator[Fact]:
    with campfill.connect() as connection:
        days = coverage.between(connection, campfill.today - timedelta(days=30), campfill.today)
    for day in days:
        if day.refused:
            yield Fact(
                Kind.ROWS_REFUSED,
                f"{day.source} {day.day}",
                say_many(
                    "{rows} row of {day} was refused. It is listed in reconciliation: ask the reporting team.",
                    "{rows} rows of {day} were refused. They are listed in reconciliation: ask the reporting team.",
                    day.refused,
                    rows=notation.number(day.refused),
                    day=day.day,
                ),
            )


_DECIDED = {AssetCheckExecutionRecordStatus.FAILED, AssetCheckExecutionRecordStatus.SUCCEEDED}


def _checks(instance: dg.DagsterInstance) -> Iterator[Fact]:
    keys = [key for check in checks.ALL for key in check.check_keys if key.name not in TOLD_OTHERWISE]
    latest = instance.event_log_storage.get_latest_asset_check_execution_by_key(keys)
    for key, record in latest.items():
        found = [record]
        if record.status not in _DECIDED:
            # A run has only planned it: what it found last stands.
            found = [*instance.event_log_storage.get_asset_check_execution_history(key, 1, status=_DECIDED)]
        if not found or found[0].status != AssetCheckExecutionRecordStatus.FAILED:
            continue
        evaluation = found[0].evaluation
        said = evaluation.description if evaluation else None
        yield Fact(
            Kind.CHECK_FAILED,
            f"{key.asset_key.to_user_string()}:{key.name}",
            say("The check {id} says: {told}", id=f"{key.asset_key.to_user_string()}, {key.name}", told=said)
            if said
            else say(
                "The check {id} fails; the web UI says why.",
                id=f"{key.asset_key.to_user_string()}, {key.name}",
            ),
        )


def _runs(campfill: Campfill, instance: dg.DagsterInstance) -> Iterator[Fact]:
    for job in WATCHED_JOBS:
        finished = dg.RunsFilter(job_name=job, statuses=[DagsterRunStatus.SUCCESS, DagsterRunStatus.FAILURE])
        for record in instance.get_run_records(finished, limit=1):
            lately = campfill.clock() - record.create_timestamp < FAILURES_COUNT_FOR
            if record.dagster_run.status == DagsterRunStatus.FAILURE and lately:
                yield Fact(
                    Kind.RUN_FAILED,
                    job,
                    say(
                        "The last run of the job {name} failed ({id}): the web UI says why.",
                        name=job,
                        id=record.dagster_run.run_id[:8],
                    ),
                )


def _disk(campfill: Campfill) -> Iterator[Fact]:
    home = campfill.settings.home
    free = shutil.disk_usage(home).free
    if free < LITTLE_BYTES:
        yield Fact(
            Kind.DISK_LOW,
            "home",
            say(
                "Little room is left where CAMPFILL_HOME lies ({path}). Make room: campfill doctor says how much.",
                path=home,
            ),
        )


def _backup(campfill: Campfill) -> Iterator[Fact]:
    folder = campfill.settings.backup_dir
    if folder is None:
        return
    made = [backup.made_at for backup in kept_backups.proven(folder)]
    # One that was made ahead of now, before the clock was set back, says nothing of how old it is.
    if made and not any(is_lately(at, campfill.clock(), FRESH_FOR) for at in made):
        yield Fact(
            Kind.BACKUP_OLD,
            "backup",
            say(
                "The newest proven backup is of {moment}. Make one: campfill db backup --auto",
                moment=f"{max(made):%d %b %Y %H:%M} UTC",
            ),
        )
