"""The queue of runs is looked at as soon as the sensors have looked, and by the clock beside it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from dagster._daemon import controller
from dagster._daemon.daemon import SchedulerDaemon, SensorDaemon, SpanMarker
from dagster._daemon.run_coordinator.queued_run_coordinator_daemon import QueuedRunCoordinatorDaemon
from dagster._time import get_current_timestamp

from campfill_pipeline.defs import daemon


class Instance:
    """As much of Dagster's as is asked here."""

    class run_coordinator:  # noqa: N801
        dequeue_interval_seconds = 3.0

    @staticmethod
    def get_sensor_settings() -> dict[str, Any]:
        return {}


def test_dagster_makes_these_daemons(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[object] = []
    monkeypatch.setattr(
        controller, "create_daemon_of_type", controller.create_daemon_of_type
    )  # put back at the end
    kinds = ["SENSOR", "QUEUED_RUN_COORDINATOR", "SCHEDULER"]
    monkeypatch.setattr(Instance, "get_required_daemon_types", lambda _self: kinds, raising=False)

    def command() -> None:
        made.extend(controller.create_daemons_from_instance(Instance()))  # type: ignore[arg-type]

    monkeypatch.setattr("dagster._daemon.cli.main", command)
    its = controller.DagsterDaemonController
    monkeypatch.setattr(its, "check_workspace_freshness", its.check_workspace_freshness)
    daemon.main()
    assert [type(each) for each in made] == [daemon.Telling, daemon.Told, SchedulerDaemon]
    assert made[1]._pause == 3.0  # type: ignore[attr-defined]
    assert made[0]._looked is made[1]._looked  # type: ignore[attr-defined]


def test_a_look_of_the_sensors_is_told_at_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    looked, told = threading.Event(), []

    def loop(*_given: object) -> Iterator[object]:
        yield SpanMarker.START_SPAN
        yield None
        yield SpanMarker.END_SPAN

    monkeypatch.setattr(SensorDaemon, "core_loop", loop)
    for said in daemon.Telling({}, looked).core_loop(None, threading.Event()):  # type: ignore[arg-type]
        told.append((said, looked.is_set()))
    assert told == [(SpanMarker.START_SPAN, False), (None, False), (SpanMarker.END_SPAN, True)]


@pytest.mark.parametrize(("pause", "rung"), [(600.0, True), (0.01, False)])
def test_the_queue_is_looked_at_when_told_and_by_the_clock(
    monkeypatch: pytest.MonkeyPatch, pause: float, rung: bool
) -> None:
    looks = iter(range(3))

    def look(*_given: object) -> Iterator[None]:
        if next(looks) == 2:
            raise KeyboardInterrupt
        yield

    monkeypatch.setattr(QueuedRunCoordinatorDaemon, "run_iteration", look)
    looked = threading.Event()
    queue = daemon.Told(pause, looked)
    with pytest.raises(KeyboardInterrupt):
        for said in queue.core_loop(None, threading.Event()):  # type: ignore[arg-type]
            if said is SpanMarker.END_SPAN and rung:
                looked.set()  # unrung, the next look would be in ten minutes
    assert next(looks, None) is None


@pytest.mark.parametrize(
    ("error", "seconds", "told"),
    [(None, 61.0, False), (None, 601.0, True), ("it does not answer", 61.0, True), ("", 59.0, False)],
)
def test_the_code_is_told_anew_every_ten_minutes_and_every_minute_where_it_could_not_be(
    monkeypatch: pytest.MonkeyPatch, error: str | None, seconds: float, told: bool
) -> None:
    its = controller.DagsterDaemonController
    asked: list[str] = []
    entry = SimpleNamespace(load_error=error)
    context = SimpleNamespace(
        create_request_context=lambda: SimpleNamespace(get_code_location_entries=lambda: {"campfill": entry}),
        refresh_workspace=lambda: asked.append("anew"),
    )
    looking = SimpleNamespace(_workspace_process_context=context, _grpc_server_registry=None)
    monkeypatch.setattr("dagster._daemon.cli.main", lambda: None)
    monkeypatch.setattr(controller, "create_daemon_of_type", controller.create_daemon_of_type)
    monkeypatch.setattr(its, "check_workspace_freshness", its.check_workspace_freshness)
    daemon.main()
    last = get_current_timestamp() - seconds
    after = its.check_workspace_freshness(looking, last)  # type: ignore[arg-type]
    assert (asked == ["anew"], after > last) == (told, told)
