"""Dagster's storage in PostgreSQL, with connections that are kept.

Dagster opens one for every statement, 50 to 60 times per upload: half of the time of a burst (docs/decisions/0007). It
keeps them in its web server only, by the very switch that is thrown here for every process.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dagster._serdes import ConfigurableClassData
from dagster_postgres import DagsterPostgresStorage

_RECYCLE_SECONDS = 3600
_MOST_MORE = 20  # beside the one that is kept: Dagster's daemon works with some threads


class KeptConnections(DagsterPostgresStorage):
    """`storage: postgres` of dagster.yaml, one connection kept for runs, events and schedules each."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Its tables are made, and brought up to date, before anything runs. Dagster looks whether that of partitions
        # exists whenever it asks for one: for each upload that is half of what a step asks.
        self.event_log_storage._check_partitions_table = lambda: None  # type: ignore[attr-defined]
        for storage in (self.run_storage, self.event_log_storage, self.schedule_storage):
            storage.optimize_for_webserver(
                statement_timeout=0, pool_recycle=_RECYCLE_SECONDS, max_overflow=_MOST_MORE
            )

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]
    ) -> KeptConnections:
        """What Dagster calls with the values of dagster.yaml."""
        return cls(config_value["postgres_url"], inst_data=inst_data)
