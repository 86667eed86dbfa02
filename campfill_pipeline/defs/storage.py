"""Dagster's storage in PostgreSQL, with connections that are kept.

Dagster opens one for every statement, 50 to 60 times per upload: half of the time of a burst (docs/decisions/0007). It
keeps them in its web server only, by the very switch that is thrown here for every process. And it makes its storage
anew for each look of a sensor, tables looked for and connections opened: here a process does that once. What a run
plans to make, five assets for each upload of a burst, it stores piece by piece: here together.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Any

import dagster as dg
from dagster import DagsterEventType, EventLogEntry
from dagster._core.instance.ref import InstanceRef
from dagster._core.storage.event_log.schema import SqlEventLogStorageTable
from dagster._serdes import ConfigurableClassData
from dagster_postgres import DagsterPostgresStorage

_PLANNED = DagsterEventType.ASSET_MATERIALIZATION_PLANNED
_RECYCLE_SECONDS = 3600
_MOST_MORE = 20  # beside the one that is kept: Dagster's daemon works with some threads

_ASKED = (
    "has_run_stats_index_cols", "has_bulk_actions_selector_cols", "has_backfill_id_column",
    "has_bulk_action_job_name_column", "has_backfill_tags_table", "has_instigators_table", "_has_instigators_table",
    "has_secondary_index_table", "has_built_index", "has_table", "_has_asset_key_col_on_connection",
)  # fmt: skip
"""What Dagster asks of its own tables and columns, before each statement that needs them. What is there stays."""


@dataclass
class _Kept:
    """What the instances of one process share: engines for runs, events, schedules, and what is known to be there."""

    engines: list[Any] = field(default_factory=list)
    there: set[tuple[str, ...]] = field(default_factory=set)


_kept: dict[tuple[int, str], _Kept] = {}
"""By process and address: one that was forked must not use its parent's connections."""


class KeptConnections(DagsterPostgresStorage):
    """`storage: postgres` of dagster.yaml, one connection kept for runs, events and schedules each."""

    def __init__(self, postgres_url: str, inst_data: ConfigurableClassData | None = None) -> None:
        kept = _kept.setdefault((os.getpid(), postgres_url), _Kept())
        known = list(kept.engines)
        super().__init__(postgres_url, should_autocreate_tables=not known, inst_data=inst_data)
        storages: list[Any] = [self.run_storage, self.event_log_storage, self.schedule_storage]
        events: Any = self.event_log_storage
        events.store_event_batch = partial(_store_plans_together, events, events.store_event_batch)
        for storage in storages:
            for name in filter(partial(hasattr, storage), _ASKED):
                setattr(storage, name, _once_there(name, getattr(storage, name), kept.there))
        if known:
            for storage, engine in zip(storages, known, strict=True):
                _leave_what_is_broken(engine)
                storage._engine = engine
            return
        for storage in storages:
            storage.optimize_for_webserver(
                statement_timeout=0, pool_recycle=_RECYCLE_SECONDS, max_overflow=_MOST_MORE
            )
        kept.engines = [storage._engine for storage in storages]

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]
    ) -> KeptConnections:
        """What Dagster calls with the values of dagster.yaml."""
        return cls(config_value["postgres_url"], inst_data)


def _once_there(name: str, ask: Callable[..., bool], there: set[tuple[str, ...]]) -> Callable[..., bool]:
    """`ask`, which is not asked again what it has affirmed."""

    def asked(*given: Any) -> bool:
        what = (name, *(one for one in given if isinstance(one, str)))  # the other is a connection
        if what not in there and ask(*given):
            there.add(what)
        return what in there

    return asked


def _store_plans_together(
    storage: Any, store: Callable[[Sequence[EventLogEntry]], None], events: Sequence[EventLogEntry]
) -> None:
    """`store` these events, of which each comes by itself but planned materializations: these by one statement."""
    planned = [event for event in events if event.dagster_event_type is _PLANNED]
    if len(planned) < 2:
        store(events)
        return
    with storage._connect() as connection:
        inserted = storage.prepare_insert_event_batch(planned).returning(SqlEventLogStorageTable.c.id)
        numbers = [number for (number,) in connection.execute(inserted)]
    # Of an asset only the latest event is kept beside it. They come in the order of the keys, so that two runs that
    # are stored at once do not wait for each other.
    latest = {
        event.get_dagster_event().asset_key: (event, number)
        for event, number in zip(planned, numbers, strict=True)
    }
    with storage.index_transaction() as connection:
        for event, number in latest.values():
            storage._store_asset_event(connection, event, number)
    for event in events:
        if event.dagster_event_type is not _PLANNED:
            storage.store_event(event)


def _leave_what_is_broken(engine: Any) -> None:
    """A server that was started again has ended the connections that are kept; whoever asks next opens new ones."""
    with suppress(Exception), engine.connect() as connection:
        connection.exec_driver_sql("SELECT 1")


def keep_instance() -> None:
    """Let this process make Dagster's instance once, for all looks of its sensors, in place of anew for each.

    For a process that looks again and again, and never again at another dagster.yaml: the code server.
    """
    make = dg.DagsterInstance.from_ref
    kept: list[tuple[InstanceRef, Any]] = []
    lock = threading.Lock()

    def from_ref(ref: InstanceRef) -> dg.DagsterInstance:
        with lock:
            if not kept or kept[0][0] != ref:
                kept[:] = [(ref, make(ref))]
                kept[0][1].dispose = lambda: None  # a look ends; what it used stays for the next
            instance: dg.DagsterInstance = kept[0][1]
        storages: list[Any] = [instance.run_storage, instance.event_log_storage, instance.schedule_storage]
        for storage in storages:
            _leave_what_is_broken(storage._engine)
        return instance

    dg.DagsterInstance.from_ref = staticmethod(from_ref)  # type: ignore[assignment]


@contextmanager
def partitions_as_they_are(instance: dg.DagsterInstance) -> Iterator[None]:
    """Within the block, this process looks the partitions up once, not twice for each piece of an upload's metadata.

    For steps that name many partitions of a run, which has had its partitions since it began.
    """
    storage: Any = instance.event_log_storage
    asked = {"get_dynamic_partitions": cache(storage.get_dynamic_partitions),
             "has_dynamic_partition": cache(storage.has_dynamic_partition)}  # fmt: skip
    for name, once in asked.items():
        setattr(storage, name, once)
    try:
        yield
    finally:
        for name in asked:
            vars(storage).pop(name, None)  # gone already where a step that failed let go of it late
