"""The inbox sensor: the ledger decides what needs a run, whatever happened to cursors, daemons and runs."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest

from campfill_pipeline.defs import live_runs, sensors
from campfill_pipeline.defs.ranges import RANGE_END, RANGE_START, day_blocks, key_blocks
from campfill_pipeline.defs.resources import Campfill
from campfill_pipeline.domain import disk_room
from campfill_pipeline.warehouse import claims, database
from campfill_pipeline.warehouse.register import ledger, uploads
from campfill_pipeline_tests.lists import row, write_list

Tick = Callable[[], dg.SensorResult | dg.SkipReason]


@pytest.fixture
def tick(campfill: Campfill, instance: dg.DagsterInstance) -> Tick:
    def evaluate() -> dg.SensorResult | dg.SkipReason:
        context = dg.build_sensor_context(instance=instance, resources={"campfill": campfill})
        result = sensors.inbox(context)
        assert isinstance(result, dg.SensorResult | dg.SkipReason)
        if isinstance(result, dg.SensorResult):
            for request in result.dynamic_partitions_requests or []:
                instance.add_dynamic_partitions("uploads", list(request.partition_keys))
        return result

    return evaluate


def ranges(result: dg.SensorResult | dg.SkipReason) -> list[tuple[str, str]]:
    if isinstance(result, dg.SkipReason):
        return []
    return [(request.tags[RANGE_START], request.tags[RANGE_END]) for request in result.run_requests or []]


def drop(campfill: Campfill, name: str, number: int) -> Path:
    return write_list(campfill.settings.inbox / name, [row(number)])


def settle(tick: Tick) -> dg.SensorResult | dg.SkipReason:
    """Tick until the dropped files are taken: a file must be seen standing still."""
    for _ in range(20):
        result = tick()
        if ranges(result):
            return result
        time.sleep(0.05)
    raise AssertionError("nothing was taken in")


def request(instance: dg.DagsterInstance, first: str, last: str) -> dg.DagsterRun:
    from dagster._core.test_utils import create_run_for_test

    run: dg.DagsterRun = create_run_for_test(
        instance,
        job_name="upload",
        status=dg.DagsterRunStatus.NOT_STARTED,
        tags={RANGE_START: first, RANGE_END: last},
    )
    return run


def test_a_burst_becomes_one_run_and_the_inbox_is_empty(campfill: Campfill, tick: Tick) -> None:
    for number in range(5):
        drop(campfill, f"{number}.xlsx", number + 1)
    time.sleep(0.05)
    (found,) = ranges(settle(tick))
    assert (found[0][:6], found[1][:6]) == ("000001", "000005")
    assert list(campfill.settings.inbox.iterdir()) == []


def test_what_a_requested_run_covers_is_not_asked_for_again_but_a_lost_run_is(
    campfill: Campfill, tick: Tick, instance: dg.DagsterInstance
) -> None:
    drop(campfill, "a.xlsx", 1)
    (asked,) = ranges(settle(tick))
    assert ranges(tick()) == [asked]  # the run was never made: the next tick asks again
    run = request(instance, *asked)
    assert ranges(tick()) == []
    instance.report_run_failed(run)
    assert ranges(tick()) == [asked]


def test_one_that_failed_before_runs_alone(
    campfill: Campfill, tick: Tick, instance: dg.DagsterInstance
) -> None:
    for name in ("a.xlsx", "b.xlsx", "c.xlsx"):
        drop(campfill, name, ord(name[0]))
    time.sleep(0.05)
    settle(tick)
    with campfill.connect() as connection:
        second = uploads.waiting(connection)[1]
        ledger.begin_attempt(connection, second.upload_id, "some-run", at=campfill.clock())
    found = ranges(tick())
    assert (second.partition_key, second.partition_key) in found
    assert len(found) == 3  # the first and the third are no longer neighbours


def test_after_three_failed_attempts_the_upload_is_rejected_with_the_reason(
    campfill: Campfill, tick: Tick
) -> None:
    drop(campfill, "a.xlsx", 1)
    settle(tick)
    with campfill.connect() as connection:
        (upload,) = uploads.waiting(connection)
        for _ in range(3):
            ledger.begin_attempt(connection, upload.upload_id, "some-run", at=campfill.clock())
    tick()
    with campfill.connect() as connection:
        rejected = uploads.get(connection, upload.upload_id)
        assert (rejected.status, rejected.reason) == ("rejected", "internal_error")
        ledger.ask_again(connection, upload.upload_id, at=campfill.clock())
    assert ranges(tick()) == [(upload.partition_key, upload.partition_key)]


def test_a_started_run_whose_process_is_gone_is_reported_and_a_living_one_is_not(
    campfill: Campfill, instance: dg.DagsterInstance
) -> None:
    runs = [request(instance, "000001-a", "000001-a"), request(instance, "000002-b", "000002-b")]
    for run in runs:
        instance.report_dagster_event(
            dg.DagsterEvent(event_type_value="PIPELINE_START", job_name="upload"), run_id=run.run_id
        )
    later = replace(campfill, clock=lambda: datetime.now(UTC) + timedelta(minutes=5))
    with database.connect(campfill.url, autocommit=True) as alive:
        claims.claim_run(alive, runs[0].run_id)
        assert live_runs.report_dead(instance, campfill) == 0  # too young to be judged
        assert live_runs.report_dead(instance, later) == 1
    states = [instance.get_run_by_id(run.run_id) for run in runs]
    assert [run.status.value for run in states if run] == ["STARTED", "FAILURE"]


def test_a_file_that_was_being_read_when_the_power_went_is_read_again_at_once_and_however_often(
    campfill: Campfill, instance: dg.DagsterInstance, tick: Tick
) -> None:
    drop(campfill, "a.xlsx", 1)
    ((key, _),) = ranges(settle(tick))
    for turn in range(sensors.MAX_ATTEMPTS + 1):
        run = request(instance, key, key)
        started = dg.DagsterEvent(event_type_value="PIPELINE_START", job_name="upload")
        instance.report_dagster_event(started, run_id=run.run_id)
        with campfill.connect() as connection:
            (upload,) = uploads.waiting(connection)
            ledger.begin_attempt(connection, upload.upload_id, run.run_id, at=campfill.clock())
        soon = replace(campfill, clock=lambda: datetime.now(UTC) + timedelta(seconds=15))
        assert live_runs.report_dead(instance, soon) == 0, "too young to be judged, while its `up` lives"
        assert live_runs.report_dead(instance, soon, up_began=datetime.now(UTC)) == 1
        with campfill.connect() as connection:
            (upload,) = uploads.waiting(connection)
        assert (upload.attempts, upload.run_id) == (0, None), turn
        assert ranges(tick()) == [(key, key)]
    began = datetime.now(UTC)
    for _ in range(sensors.MAX_ATTEMPTS):  # now it ends its reader itself, each time
        run = request(instance, key, key)
        instance.report_dagster_event(
            dg.DagsterEvent(event_type_value="PIPELINE_START", job_name="upload"), run_id=run.run_id
        )
        with campfill.connect() as connection:
            ledger.begin_attempt(connection, upload.upload_id, run.run_id, at=campfill.clock())
        later = replace(campfill, clock=lambda: datetime.now(UTC) + timedelta(minutes=5))
        assert live_runs.report_dead(instance, later, up_began=began) == 1
    tick()
    with campfill.connect() as connection:
        assert uploads.get(connection, upload.upload_id).reason == "internal_error"
        assert connection.execute(
            "SELECT event, count(*) FROM ledger_event WHERE event IN ('attempted', 'interrupted') GROUP BY 1 ORDER BY 1"
        ).fetchall() == [("attempted", 7), ("interrupted", 4)]


def test_runs_of_other_machines_do_not_end_with_this_campfill_up(campfill: Campfill) -> None:
    told = {"CAMPFILL_UP_BEGAN": "1000.5"}
    assert live_runs.up_began(campfill.settings, told) == datetime(1970, 1, 1, 0, 16, 40, 500_000, tzinfo=UTC)
    assert live_runs.up_began(campfill.settings, {}) is None
    apart = replace(campfill.settings, broker_url="redis://127.0.0.1:1/0")
    assert live_runs.up_began(apart, told) is None


def test_blocks_are_contiguous() -> None:
    day = datetime(2026, 3, 1).date()
    wanted = [day, day + timedelta(days=1), day + timedelta(days=3)]
    assert list(day_blocks(reversed(wanted))) == [(wanted[0], wanted[1]), (wanted[2], wanted[2])]
    assert list(key_blocks({"a", "b", "d"}, ["a", "b", "c", "d"])) == [["a", "b"], ["d"]]


def test_with_no_room_on_the_disk_files_wait_and_are_read_once_there_is(
    campfill: Campfill, tick: Tick, monkeypatch: pytest.MonkeyPatch
) -> None:
    dropped = drop(campfill, "a.xlsx", 1)
    with monkeypatch.context() as full:
        full.setattr(disk_room, "LEAST_BYTES", 10**18)
        for _ in range(3):
            skipped = tick()
            assert isinstance(skipped, dg.SkipReason)
            assert "the disk" in (skipped.skip_message or "")
    assert dropped.exists()
    assert len(ranges(settle(tick))) == 1


def test_among_several_machines_a_burst_is_parted_and_a_very_large_file_has_a_queue_of_its_own(
    campfill: Campfill, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = replace(campfill, settings=replace(campfill.settings, broker_url="redis://broker/0", runs=2))
    for number in range(30):
        drop(shared, f"{number:02}.xlsx", number + 1)
    large = write_list(campfill.settings.inbox / "z.xlsx", [row(100 + number) for number in range(200)])
    monkeypatch.setattr(sensors, "GIANT_BYTES", large.stat().st_size)
    time.sleep(0.05)
    context = dg.build_sensor_context(instance=instance, resources={"campfill": shared})
    for _ in range(20):
        found = sensors.inbox(context)
        assert isinstance(found, dg.SensorResult | dg.SkipReason)
        if len(ranges(found)) == 3:
            break
        time.sleep(0.05)
    assert isinstance(found, dg.SensorResult) and found.run_requests
    sizes = [int(last[:6]) - int(first[:6]) + 1 for first, last in ranges(found)]
    assert sizes == [12, 18, 1]
    queues_of = [request.tags.get("dagster-celery/queue") for request in found.run_requests]
    assert queues_of.count("campfill-giants") == 1
    assert {request.tags["dagster/max_retries"] for request in found.run_requests} == {"0"}
