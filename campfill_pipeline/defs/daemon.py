"""Dagster's daemon, whose queue is looked at as soon as a sensor may have put a run into it, and which rests more.

Dagster's daemon looks at the queue by the clock, every second. So a run that was asked for waits half a second, often a
whole one, for nobody, while somebody waits for the figures of the list they dropped. Here each look of the sensors is
followed by one at the queue; by the clock it is looked at as before, for what others put into it.

Every minute it has the code server tell all jobs, schedules and sensors anew, a tenth of what a system does that waits,
although another thread is told as soon as that server is another. Here it does so every ten minutes where all is well.
All else is Dagster's.

Belongs here: only that. Does not belong here: what the sensors look for (`sensors`), how a run begins (`code_server`).
`python -m campfill_pipeline.defs.daemon run …` takes what `dagster-daemon` takes.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from dagster._daemon import controller
from dagster._daemon.daemon import DaemonIterator, SensorDaemon, SpanMarker, get_default_daemon_logger
from dagster._daemon.run_coordinator.queued_run_coordinator_daemon import QueuedRunCoordinatorDaemon
from dagster._time import get_current_timestamp

if TYPE_CHECKING:
    from dagster import DagsterInstance
    from dagster._core.workspace.context import IWorkspaceProcessContext
    from dagster._daemon.daemon import DagsterDaemon


TOLD_ANEW_SECONDS = 600.0


class Telling(SensorDaemon):
    """Dagster's sensors; after each look `looked` is set."""

    def __init__(self, settings: Mapping[str, Any], looked: threading.Event) -> None:
        super().__init__(settings)
        self._logger = get_default_daemon_logger(SensorDaemon.__name__)  # the log names it as Dagster's
        self._looked = looked

    def core_loop(
        self, workspace_process_context: IWorkspaceProcessContext[Any], shutdown_event: threading.Event
    ) -> DaemonIterator:
        """As it is, and what is at its end."""
        for said in super().core_loop(workspace_process_context, shutdown_event):
            if said is SpanMarker.END_SPAN:
                self._looked.set()
            yield said


class Told(QueuedRunCoordinatorDaemon):
    """Dagster's queue; it is looked at `pause` seconds after the last look, or once `looked` is set."""

    def __init__(self, pause: float, looked: threading.Event) -> None:
        super().__init__(interval_seconds=0)  # the pause is made here
        self._logger = get_default_daemon_logger(QueuedRunCoordinatorDaemon.__name__)
        self._pause, self._looked = pause, looked

    def core_loop(
        self, workspace_process_context: IWorkspaceProcessContext[Any], shutdown_event: threading.Event
    ) -> DaemonIterator:
        """As it is, and the pause between two looks."""
        for said in super().core_loop(workspace_process_context, shutdown_event):
            yield said
            if said is SpanMarker.END_SPAN:
                self._looked.wait(self._pause)
                self._looked.clear()


def _told_seldom(fresh: Callable[[Any, float], float]) -> Callable[[Any, float], float]:
    """Dagster's look whether it knows the code as it is, put off while it knows all of it."""

    def check_workspace_freshness(self: Any, last: float) -> float:
        known = self._workspace_process_context.create_request_context().get_code_location_entries()
        well = known and not any(entry.load_error for entry in known.values())
        if well and get_current_timestamp() - last < TOLD_ANEW_SECONDS:
            return last
        return fresh(self, last)

    return check_workspace_freshness


def main() -> None:
    """Dagster's own command, with these two of its daemons, and its look at the code put off."""
    from dagster._daemon.cli import main as daemon_command

    looked, others = threading.Event(), controller.create_daemon_of_type

    def of_type(daemon_type: str, instance: DagsterInstance) -> DagsterDaemon[Any]:
        if daemon_type == Telling.daemon_type():
            return Telling(instance.get_sensor_settings(), looked)
        if daemon_type == Told.daemon_type():
            pause = instance.run_coordinator.dequeue_interval_seconds  # type: ignore[attr-defined]
            return Told(pause, looked)
        return others(daemon_type, instance)

    controller.create_daemon_of_type = of_type
    its = controller.DagsterDaemonController
    its.check_workspace_freshness = _told_seldom(its.check_workspace_freshness)  # type: ignore[assignment]
    daemon_command()


if __name__ == "__main__":
    main()
