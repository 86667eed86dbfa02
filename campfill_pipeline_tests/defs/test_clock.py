"""The clock set back, the clock set ahead, the machine asleep over the hour and the night: nothing waits for a moment
that lies ahead, and what was slept through is asked for at once."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.definitions.run_request import InstigatorType
from dagster._core.remote_origin import (
    RegisteredCodeLocationOrigin,
    RemoteInstigatorOrigin,
    RemoteRepositoryOrigin,
)
from dagster._core.scheduler.instigation import (
    InstigatorState,
    InstigatorStatus,
    ScheduleInstigatorData,
    SensorInstigatorData,
    TickData,
    TickStatus,
)
from dagster._daemon.sensor import get_elapsed

from campfill_pipeline.defs import arrivals, clock_set_back, jobs, live_runs, sensors
from campfill_pipeline.defs.ranges import RANGE_END, RANGE_START
from campfill_pipeline.defs.resources import Campfill
from campfill_pipeline.domain.clock import is_lately
from campfill_pipeline.intake.inbox import folder
from campfill_pipeline.settings import load_settings
from campfill_pipeline.warehouse.delivery import coverage
from campfill_pipeline.warehouse.postgres import housekeeping, server
from campfill_pipeline.warehouse.register import uploads
from campfill_pipeline_tests.defs.dagster_past import dagster_on, new_database
from campfill_pipeline_tests.lists import row, write_list
from campfill_pipeline_tests.warehouse.delivery_rows import CAMPAIGN, add_line

NOW = datetime(2026, 9, 1, 8, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def dagster(postgres_server: server.Server, tmp_path: Path) -> Iterator[tuple[dg.DagsterInstance, str]]:
    """Dagster as the product sets it up, and the address of its database."""
    with (
        new_database(postgres_server) as name,
        dagster_on(postgres_server, name, tmp_path / "dagster") as instance,
    ):
        yield instance, postgres_server.url(name)


def test_what_lies_far_ahead_was_not_lately() -> None:
    hour = timedelta(hours=1)
    assert is_lately(NOW - hour / 2, NOW, hour)
    assert is_lately(NOW + hour / 2, NOW, hour)
    assert not is_lately(NOW - hour, NOW, hour)
    assert not is_lately(NOW + DAY, NOW, hour)


def test_sensors_and_schedules_look_again_at_once_after_the_clock_was_set_back(
    dagster: tuple[dg.DagsterInstance, str],
) -> None:
    instance, url = dagster
    now = datetime.now(UTC)
    ahead = (now + DAY).timestamp()
    repository = RemoteRepositoryOrigin(RegisteredCodeLocationOrigin("campfill"), "campfill")
    for name, kind, data in (
        ("inbox", InstigatorType.SENSOR, SensorInstigatorData(ahead, None, 2, "cursor", ahead, ahead)),
        ("refresh_today_hourly", InstigatorType.SCHEDULE, ScheduleInstigatorData("5 * * * *", ahead, ahead)),
    ):
        origin = RemoteInstigatorOrigin(repository, name)
        state = InstigatorState(origin, kind, InstigatorStatus.DECLARED_IN_CODE, data)
        instance.add_instigator_state(state)
        for moment in (now.timestamp() - 60, ahead):
            told = TickData(state.instigator_origin_id, name, kind, TickStatus.SUCCESS, moment, [], [],
                            selector_id=state.selector_id)  # fmt: skip
            instance.create_tick(told)
    assert housekeeping.ticks_ahead(url, now)
    assert not housekeeping.ticks_ahead(url, now + DAY)

    clock_set_back.forget_the_future(instance, url, now)

    assert not housekeeping.ticks_ahead(url, now)
    for state in instance.all_instigator_state():
        (tick,) = instance.get_ticks(state.instigator_origin_id, state.selector_id)
        assert tick.timestamp < now.timestamp()
        if isinstance(state.instigator_data, SensorInstigatorData):
            assert state.instigator_data.cursor == "cursor"
            assert (get_elapsed(state) or 0) >= 0, "Dagster counts from here until it looks again"
        else:
            assert isinstance(state.instigator_data, ScheduleInstigatorData)
            assert (state.instigator_data.last_iteration_timestamp or 0) <= now.timestamp()


def test_a_dead_run_that_began_ahead_of_now_is_found_and_a_try_ahead_of_now_holds_up_none(
    campfill: Campfill, instance: dg.DagsterInstance
) -> None:
    run = instance.create_run_for_job(build(), run_id=None)
    instance.report_dagster_event(
        dg.DagsterEvent(event_type_value="PIPELINE_START", job_name=run.job_name), run_id=run.run_id
    )
    set_back = replace(campfill, clock=lambda: datetime.now(UTC) - DAY)
    assert live_runs.begun_lately(instance, run.job_name, datetime.now(UTC), sensors.REST)
    assert not live_runs.begun_lately(instance, run.job_name, set_back.clock(), sensors.REST)
    assert live_runs.report_dead(instance, set_back) == 1


def build() -> dg.JobDefinition:
    @dg.op
    def nothing() -> None:
        """Nothing."""

    @dg.job
    def of_nothing() -> None:
        nothing()

    return of_nothing


def test_files_that_were_taken_ahead_of_now_are_entered_and_read(campfill: Campfill) -> None:
    file = write_list(campfill.settings.inbox / "claimed.xlsx", [row(1)])
    found = file.stat()
    claimed = folder.claim(folder.Settled(file, found.st_size, found.st_mtime_ns), campfill.settings)
    assert isinstance(claimed, folder.Claimed)
    ahead = time.time() + DAY.total_seconds()
    os.utime(claimed.path.parent, (ahead, ahead))
    assert arrivals.take_from_inbox(campfill) == []
    ahead_of_now = replace(campfill, clock=lambda: datetime.now(UTC) + DAY)
    arrivals.take_copy(ahead_of_now, write_list(campfill.settings.home / "typed.xlsx", [row(2)]))
    with campfill.connect() as connection:
        waiting = uploads.waiting(connection)
    assert [upload.file_name for upload in waiting] == ["claimed.xlsx", "typed.xlsx"]
    assert not any(arrivals.in_other_hands(campfill, upload) for upload in waiting)


def test_a_day_whose_fetch_broke_ahead_of_now_is_not_left_to_rest(campfill: Campfill) -> None:
    day = NOW.date() - DAY
    with campfill.connect() as connection:
        coverage.record_failure(connection, "api", day, now=NOW, detail="it broke")
        assert coverage.resting(connection, "api", NOW) == {day}
        assert coverage.resting(connection, "api", NOW - DAY) == set()


def test_days_that_the_machine_slept_through_are_asked_for_and_so_are_their_figures(
    campfill: Campfill, instance: dg.DagsterInstance
) -> None:
    told = {"CAMPFILL_HOME": str(campfill.settings.home), "CAMPFILL_REPORTING_URL": "http://127.0.0.1:1"}
    settings = load_settings(told | {"CAMPFILL_REPORTING_TOKEN": "x"}, cwd=campfill.settings.home)
    evening = replace(campfill, settings=settings, clock=lambda: NOW)
    with campfill.connect() as connection:
        add_line(connection, CAMPAIGN, start=date(2026, 8, 30), end=date(2026, 9, 30))
        for day in (date(2026, 8, 29), date(2026, 8, 30), date(2026, 8, 31)):
            coverage.record_gone(connection, "api", day, now=NOW, detail="known")

    def asked(at: datetime) -> list[tuple[str, str]]:
        awake = replace(evening, clock=lambda: at)
        result = sensors.missing_days(dg.build_sensor_context(instance, resources={"campfill": awake}))
        requests = result.run_requests if isinstance(result, dg.SensorResult) else None
        return [(request.tags[RANGE_START], request.tags[RANGE_END]) for request in requests or []]

    assert asked(NOW) == []
    assert asked(NOW + timedelta(hours=20)) == [("2026-09-01", "2026-09-01")], "over the night"
    assert asked(NOW + 3 * DAY) == [("2026-09-01", "2026-09-03")], "over a weekend"
    morning = replace(evening, clock=lambda: NOW + DAY)
    figures = sensors.left_figures(dg.build_sensor_context(instance, resources={"campfill": morning}))
    assert isinstance(figures, dg.RunRequest)
    assert sensors.left_figures.job_name == jobs.FULFILLMENT_JOB
