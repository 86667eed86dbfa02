"""A past in Dagster's own database, on the real PostgreSQL: runs with events as many as real ones have, and ticks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

import dagster as dg
import psycopg
import pytest
from dagster import DagsterEvent, DagsterEventType, DagsterRunStatus
from dagster._core.events import StepMaterializationData
from dagster._core.storage.dagster_run import DagsterRun
from psycopg import sql

from campfill_pipeline.warehouse.postgres import server

CHECKOUT = Path(__file__).parents[2]


def end_sessions(connection: psycopg.Connection, database: str) -> None:
    """Have the server end all connections to this database, as it does when it is started again."""
    connection.execute(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s", [database]
    )


@contextmanager
def new_database(running: server.Server, template: str = "template1") -> Iterator[str]:
    """The name of a database, made like `template`, that is gone afterwards."""
    name = f"dagster_{uuid4().hex[:12]}"
    with psycopg.connect(running.url("postgres"), autocommit=True) as connection:
        # Dagster keeps its connections beyond the end of its instance; a template must have none.
        end_sessions(connection, template)
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )
        try:
            yield name
        finally:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@contextmanager
def dagster_on(running: server.Server, database: str, folder: Path) -> Iterator[dg.DagsterInstance]:
    """An instance with the product's dagster.yaml, keeping its things in `database`."""
    folder.mkdir()
    (folder / "dagster.yaml").write_bytes((CHECKOUT / "dagster.yaml").read_bytes())
    url = running.url(database).replace("postgresql://", "postgresql+psycopg2://", 1)
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("CAMPFILL_DAGSTER_URL", url)
        instance = dg.DagsterInstance.from_config(str(folder))
    with instance:
        yield instance


def add_run(
    instance: dg.DagsterInstance,
    made: Iterable[tuple[str, str | None]],
    *,
    job: str = "refresh",
    status: DagsterRunStatus = DagsterRunStatus.SUCCESS,
) -> str:
    """A run of this status that materialized these (asset, partition). Returns its id."""
    run = instance.add_run(DagsterRun(job_name=job, run_id=str(uuid4()), status=status))
    for asset, partition in made:
        data = StepMaterializationData(dg.AssetMaterialization(asset, partition=partition))
        event = DagsterEvent(DagsterEventType.ASSET_MATERIALIZATION.value, job, event_specific_data=data)
        instance.report_dagster_event(event, run.run_id)
    return run.run_id


def date_back(url: str, days: dict[str, int], now: datetime) -> None:
    """Let runs have begun so many days before `now`."""
    with psycopg.connect(url) as connection:
        for run_id, back in days.items():
            connection.execute(
                "UPDATE runs SET create_timestamp = %s::timestamptz AT TIME ZONE 'UTC' WHERE run_id = %s",
                [now - timedelta(days=back), run_id],
            )


def add_events(url: str, run_id: str, count: int) -> None:
    """So many more events of a run, each about as long as real ones are."""
    with psycopg.connect(url) as connection:
        connection.execute(
            "INSERT INTO event_logs (run_id, event, timestamp)"
            " SELECT %s, n || repeat('x', 900), now() FROM generate_series(1, %s) n",
            [run_id, count],
        )
