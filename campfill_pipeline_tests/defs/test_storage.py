"""A process opens Dagster's storage, and looks at it, once; what breaks meanwhile is noticed all the same."""

from __future__ import annotations

import time
from pathlib import Path

import dagster as dg
import psycopg
import pytest
from sqlalchemy.engine.reflection import Inspector

from campfill_pipeline.defs.resources import campfill_resource, open_campfill
from campfill_pipeline.defs.storage import partitions_as_they_are
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
