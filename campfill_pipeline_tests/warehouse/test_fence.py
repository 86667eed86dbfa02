"""A run that lost its lock cannot commit: what two machines do at the same time is stored once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import psycopg
import pytest

from campfill_pipeline.warehouse import claims, database
from campfill_pipeline.warehouse.register import ledger
from campfill_pipeline_tests.warehouse.delivery_rows import Row, all_of, at, store
from campfill_pipeline_tests.warehouse.lists import apply, arrive, listed
from campfill_pipeline_tests.warehouse.register_dump import dump

DAY = date(2025, 8, 4)
NOON = at("2025-08-04T12:00")


@contextmanager
def run_of(url: str, run_id: str) -> Iterator[tuple[psycopg.Connection, psycopg.Connection]]:
    """A run as a process has it: the session that says that it lives, and one that works."""
    with database.connect(url, autocommit=True) as alive:
        claim = claims.claim_run(alive, run_id)
        assert claim is not None
        with database.connect(url, claim=claim.token) as working:
            yield alive, working


def cut(connection: psycopg.Connection, alive: psycopg.Connection) -> None:
    """What a network cut does to the session that holds the lock, seen from the server."""
    connection.autocommit = True
    connection.execute("SELECT pg_terminate_backend(%s, 5000)", [alive.info.backend_pid])


def test_a_run_whose_lock_was_taken_by_another_stores_no_list(
    connection: psycopg.Connection, database_url: str, tmp_path: Path
) -> None:
    rows = [listed(UUID(int=number)) for number in range(1, 9)]
    connection.autocommit = True
    upload = arrive(connection, "list")
    with run_of(database_url, "run") as (alive, first):
        cut(connection, alive)
        empty = b"".join(dump(connection))
        with run_of(database_url, "run") as (_, second):
            with pytest.raises(claims.LostRunError, match=r"run \(run\) has lost its lock.*was stored"):
                apply(first, tmp_path, rows, upload=upload)
            first.rollback()
            assert b"".join(dump(connection)) == empty
            apply(second, tmp_path, rows, upload=upload)
            second.commit()
            once = b"".join(dump(connection))
            with pytest.raises(ledger.LedgerError):  # and were the lock still there, the ledger would refuse
                apply(second, tmp_path, rows, upload=upload)
            second.rollback()
            assert b"".join(dump(connection)) == once


def test_a_run_whose_lock_was_taken_by_another_stores_no_day(
    connection: psycopg.Connection, database_url: str
) -> None:
    row = Row(NOON, impressions=Decimal("5.5"))
    with run_of(database_url, "run") as (alive, first):
        cut(connection, alive)
        with run_of(database_url, "run") as (_, second):
            store(second, DAY, [row])
            with pytest.raises(claims.LostRunError):
                store(first, DAY, [Row(NOON, impressions=Decimal(1)), Row(NOON, site="Twice")])
            first.rollback()
    assert all_of(connection, "SELECT site, impressions FROM report_row") == [("Hbf", Decimal("5.5"))]
    assert all_of(connection, "SELECT count(*) FROM delivery_restatement") == [(0,)]


def test_a_run_that_holds_its_lock_stores_and_so_does_a_session_of_no_run(
    connection: psycopg.Connection, database_url: str
) -> None:
    with run_of(database_url, "run") as (_, working):
        store(working, DAY, [Row(NOON)])
    store(connection, DAY, [Row(NOON), Row(NOON, site="Other")])
    assert all_of(connection, "SELECT count(*) FROM report_row") == [(2,)]


def test_nobody_finds_a_run_dead_between_its_last_look_at_the_lock_and_its_commit(
    connection: psycopg.Connection, database_url: str
) -> None:
    connection.autocommit = True
    with run_of(database_url, "run") as (alive, working):
        assert not claims.is_dead(connection, "run")
        claims.check_claim(working)
        cut(connection, alive)
        assert claims.live_runs(connection) == set()
        assert not claims.is_dead(connection, "run")  # its transaction may still commit
        working.commit()
        assert claims.is_dead(connection, "run")
        with pytest.raises(claims.LostRunError):
            claims.check_claim(working)
