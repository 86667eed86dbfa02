"""A process opens Dagster's storage, and looks at it, once; what breaks meanwhile is noticed all the same."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import dagster as dg
import psycopg
import pytest
from dagster_postgres import PostgresEventLogStorage
from sqlalchemy.engine.reflection import Inspector

from campfill_pipeline.defs.ranges import key_range
from campfill_pipeline.defs.resources import campfill_resource, open_campfill
from campfill_pipeline.defs.storage import keep_instance, partitions_as_they_are
from campfill_pipeline.warehouse import database, kept_connections
from campfill_pipeline.warehouse.postgres import server
from campfill_pipeline_tests.defs.dagster_past import dagster_on, end_sessions, new_database


def sessions(connection: psycopg.Connection, name: str) -> set[int]:
    found = connection.execute("SELECT pid FROM pg_stat_activity WHERE datname = %s", [name])
    return {pid for (pid,) in found}


def used(instance: dg.DagsterInstance) -> list[str]:
    """What the web UI and sensors ask again and again, of all three storages."""
    instance.get_run_records(limit=1)
    instance.all_instigator_state()
    instance.get_asset_keys()
    return list(instance.get_dynamic_partitions("uploads"))


def test_a_second_instance_opens_nothing_and_asks_for_no_table(
    postgres_server: server.Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (
        new_database(postgres_server) as name,
        psycopg.connect(postgres_server.url("postgres"), autocommit=True) as outside,
    ):
        with dagster_on(postgres_server, name, tmp_path / "first") as first:
            first.add_dynamic_partitions("uploads", ["000001-a.xlsx"])
            used(first)
            opened = sessions(outside, name)
        asked: list[str] = []

        def note(*_given: object, **_named: object) -> list[str]:
            asked.append("tables or columns")
            return []

        monkeypatch.setattr(Inspector, "get_table_names", note)
        monkeypatch.setattr(Inspector, "get_columns", note)
        with dagster_on(postgres_server, name, tmp_path / "second") as second:
            assert used(second) == ["000001-a.xlsx"]
        assert (asked, sessions(outside, name)) == ([], opened)

        end_sessions(outside, name)
        with dagster_on(postgres_server, name, tmp_path / "third") as third:
            assert used(third) == ["000001-a.xlsx"]  # although the server has ended all sessions
        assert not opened & sessions(outside, name)


def test_a_code_server_makes_its_instance_once_and_notices_a_server_that_was_started_again(
    postgres_server: server.Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dg.DagsterInstance, "from_ref", dg.DagsterInstance.from_ref)  # put back at the end
    keep_instance()
    with (
        new_database(postgres_server) as name,
        psycopg.connect(postgres_server.url("postgres"), autocommit=True) as outside,
        dagster_on(postgres_server, name, tmp_path / "home") as home,
        dagster_on(postgres_server, name, tmp_path / "other") as other,
    ):
        url = postgres_server.url(name).replace("postgresql://", "postgresql+psycopg2://", 1)
        monkeypatch.setenv("CAMPFILL_DAGSTER_URL", url)
        with dg.DagsterInstance.from_ref(home.get_ref()) as first:
            first.add_dynamic_partitions("uploads", ["000001-a.xlsx"])
        with dg.DagsterInstance.from_ref(home.get_ref()) as second:
            assert second is first
            assert used(second) == ["000001-a.xlsx"]  # although the first look has ended
        end_sessions(outside, name)
        with dg.DagsterInstance.from_ref(home.get_ref()) as third:
            assert used(third) == ["000001-a.xlsx"]
        with dg.DagsterInstance.from_ref(other.get_ref()) as of_another_home:
            assert of_another_home is not first
            assert of_another_home.root_directory == str(tmp_path / "other")


def test_partitions_are_looked_up_once_within_a_step_and_anew_after_it(
    postgres_server: server.Server, tmp_path: Path
) -> None:
    with (
        new_database(postgres_server) as name,
        dagster_on(postgres_server, name, tmp_path / "run") as run,
        dagster_on(postgres_server, name, tmp_path / "daemon") as daemon,
    ):
        daemon.add_dynamic_partitions("uploads", ["a"])
        with partitions_as_they_are(run):
            assert run.get_dynamic_partitions("uploads") == ["a"]
            daemon.add_dynamic_partitions("uploads", ["b"])
            assert run.get_dynamic_partitions("uploads") == ["a"]
            assert daemon.get_dynamic_partitions("uploads") == ["a", "b"]
        assert run.get_dynamic_partitions("uploads") == ["a", "b"]
        assert run.has_dynamic_partition("uploads", "b")


def planned(
    postgres_server: server.Server, name: str, folder: Path
) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    """A run of two assets and a check is made for three of four partitions; what Dagster's tables hold of it."""
    parts = dg.DynamicPartitionsDefinition(name="uploads")

    @dg.asset(partitions_def=parts, backfill_policy=dg.BackfillPolicy.single_run())
    def sheets() -> None:
        pass

    @dg.asset(partitions_def=parts, backfill_policy=dg.BackfillPolicy.single_run(), deps=[sheets])
    def lines() -> None:
        pass

    @dg.asset_check(asset=lines)
    def fine() -> dg.AssetCheckResult:
        return dg.AssetCheckResult(passed=True)

    job = dg.Definitions(
        [lines, sheets], asset_checks=[fine], jobs=[dg.define_asset_job("upload")]
    ).resolve_job_def("upload")
    with dagster_on(postgres_server, name, folder) as instance:
        instance.add_dynamic_partitions("uploads", ["a", "b", "c", "d"])
        run = instance.create_run_for_job(job, tags=key_range("b", "d"))
        told = [
            [instance.get_latest_planned_materialization_info(dg.AssetKey(asset), partition) is not None
             for partition in "abcd"]
            for asset in ("sheets", "lines")
        ]  # fmt: skip
        assert told == [[False, True, True, True]] * 2
        assert {record.asset_entry.last_run_id for record in instance.get_asset_records()} == {run.run_id}
    with psycopg.connect(postgres_server.url(name)) as outside:
        events = outside.execute(
            "SELECT dagster_event_type, step_key, asset_key, partition FROM event_logs ORDER BY 1, 3, 4"
        ).fetchall()
        keys = outside.execute("SELECT asset_key, last_materialization FROM asset_keys ORDER BY 1").fetchall()
    return events, keys


def test_what_a_run_plans_is_stored_together_and_like_piece_by_piece(
    postgres_server: server.Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone: list[str] = []
    store = PostgresEventLogStorage.store_event

    def counted(self: PostgresEventLogStorage, event: dg.EventLogEntry) -> None:
        alone.append(str(event.dagster_event_type))
        store(self, event)

    monkeypatch.setattr(PostgresEventLogStorage, "store_event", counted)
    with new_database(postgres_server) as name:
        by_piece = planned(postgres_server, name, tmp_path / "by piece")
    assert len(alone) == 7
    alone.clear()
    monkeypatch.setenv("DAGSTER_EVENT_BATCH_SIZE", "1000")
    with new_database(postgres_server) as name:
        assert planned(postgres_server, name, tmp_path / "together") == by_piece
    assert alone == [str(dg.DagsterEventType.ASSET_CHECK_EVALUATION_PLANNED)]


def test_what_agreed_a_moment_ago_is_not_asked_again_and_other_settings_are(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CAMPFILL_HOME", str(tmp_path))
    monkeypatch.setenv("CAMPFILL_DATABASE_URL", database_url)
    opened: list[str] = []
    connect = database.connect

    def counted(url: str, **named: object) -> psycopg.Connection:
        opened.append(url)
        return connect(url, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(database, "connect", counted)
    moment = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: moment[0])

    def asks() -> int:
        opened.clear()
        open_campfill().close()
        return len(opened)

    first = asks()
    assert first > 0
    assert asks() == 0
    monkeypatch.setenv("CAMPFILL_TIMEZONE", "Asia/Tokyo")
    assert asks() == first
    moment[0] += 31
    assert asks() == first


def test_the_next_look_of_a_sensor_works_on_the_same_connection_unless_that_was_ended(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CAMPFILL_HOME", str(tmp_path))
    monkeypatch.setenv("CAMPFILL_DATABASE_URL", database_url)
    monkeypatch.setattr(kept_connections, "_TRUSTED_SECONDS", 0.0)

    def look() -> int:
        with (
            dg.build_resources({"campfill": campfill_resource()}) as found,
            found.campfill.connect() as connection,
        ):
            pid: int = connection.info.backend_pid
            return pid

    first = look()
    assert look() == first
    with psycopg.connect(database_url, autocommit=True) as outside:
        outside.execute("SELECT pg_terminate_backend(%s, 5000)", [first])
    assert look() != first
