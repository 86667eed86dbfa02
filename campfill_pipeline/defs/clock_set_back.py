"""After the clock was set back: what Dagster noted ahead of now is forgotten.

Dagster looks at a sensor again some seconds after its last tick, and at a schedule after its last one, by the clock.
Set back by a day, both would stand still for a day. Belongs here: making Dagster forget. Does not belong here:
noticing that the clock was set back (`commands/up.py`), which must not load Dagster.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import dagster as dg
from dagster._core.scheduler.instigation import ScheduleInstigatorData, SensorInstigatorData

from campfill_pipeline.defs.instance import database_of
from campfill_pipeline.warehouse.postgres import housekeeping


def forget_the_future(instance: dg.DagsterInstance, dagster_url: str, now: datetime) -> None:
    """Delete ticks that lie ahead of `now`, and let each sensor and schedule go on from now. No daemon may run."""
    housekeeping.forget_ticks_ahead(dagster_url, now)
    for state in instance.all_instigator_state():
        data = state.instigator_data
        if isinstance(data, SensorInstigatorData):
            noted: dict[str, Any] = {
                name: _no_later(getattr(data, name), now)
                for name in (
                    "last_tick_timestamp", "last_tick_start_timestamp", "last_sensor_start_timestamp",
                    "last_tick_success_timestamp",
                )
            }  # fmt: skip
        elif isinstance(data, ScheduleInstigatorData):
            noted = {
                name: _no_later(getattr(data, name), now)
                for name in ("start_timestamp", "last_iteration_timestamp")
            }
        else:
            continue
        instance.update_instigator_state(state.with_data(data._replace(**noted)))


def _no_later(noted: float | None, now: datetime) -> float | None:
    return None if noted is None else min(noted, now.timestamp())


def main() -> None:
    """For this home, as `campfill up` starts it in a process of its own."""
    with dg.DagsterInstance.get() as instance:
        if (url := database_of(instance)) is not None:
            forget_the_future(instance, url, datetime.now(UTC))


if __name__ == "__main__":
    main()
