"""Several processes and the register: at the same moment, and killed in the middle."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.context import SpawnProcess
from pathlib import Path
from uuid import UUID

import psycopg
import pytest

from campfill_pipeline.warehouse import claims, database
from campfill_pipeline.warehouse.locks import REGISTER_LOCK
from campfill_pipeline.warehouse.register import ledger
from campfill_pipeline_tests.warehouse.lists import apply, arrive, listed
from campfill_pipeline_tests.warehouse.register_dump import dump

IDS = [UUID(int=number) for number in range(1, 51)]


def apply_in_a_process(url: str, folder: Path, upload_id: UUID, goal: int, count: int) -> None:
    """What a run does: say that it lives, and apply the list."""
    with (
        database.connect(url, autocommit=True) as alive,
        database.connect(url, autocommit=True) as connection,
    ):
        claims.claim_run(alive, f"run-{goal}")
        rows = [listed(line_id, impression_goal=goal) for line_id in IDS[:count]]
        apply(connection, folder, rows, upload=ledger.get(connection, upload_id))


def start(url: str, folder: Path, upload: ledger.Upload, goal: int, count: int = 50) -> SpawnProcess:
    process = multiprocessing.get_context("spawn").Process(
        target=apply_in_a_process, args=(url, folder, upload.upload_id, goal, count)
    )
    process.start()
    return process


@contextmanager
def held_up(url: str, statement: str) -> Iterator[None]:
    """Let nobody pass a lock until the block ends."""
    with database.connect(url) as connection:
        connection.execute(statement.encode())
        yield


def wait_for_waiting(connection: psycopg.Connection, count: int) -> None:
    waiting = "SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted"
    while connection.execute(waiting).fetchone() != (count,):
        time.sleep(0.05)


def wait_until_dead(connection: psycopg.Connection) -> None:
    """PostgreSQL lets go of a dead session's locks in a moment, not at once."""
    until = time.monotonic() + 20
    while claims.live_runs(connection):
        assert time.monotonic() < until
        time.sleep(0.01)


def test_two_lists_at_the_same_moment_give_one_of_the_two_orders(
    connection: psycopg.Connection, database_url: str, tmp_path: Path
) -> None:
    connection.autocommit = True
    uploads = [arrive(connection, goal) for goal in (1, 2)]
    with held_up(database_url, f"SELECT pg_advisory_lock({REGISTER_LOCK})"):
        processes = [
            start(database_url, tmp_path, upload, goal) for goal, upload in enumerate(uploads, start=1)
        ]
        wait_for_waiting(connection, 2)
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0, 0]
    assert {upload.status for upload in ledger.recent(connection, 2)} == {"loaded"}
    # Whichever was applied first: what arrived last is what counts, and every chain is whole.
    assert connection.execute("SELECT DISTINCT impression_goal FROM line").fetchall() == [(2,)]
    last = ledger.get(connection, uploads[1].upload_id)
    revisions = 2 if last.rows_updated else 1
    chains = connection.execute(
        "SELECT DISTINCT array_agg(revision ORDER BY revision) FROM line_revision GROUP BY id"
    )
    assert chains.fetchall() == [([1, 2][:revisions],)]


def test_a_run_killed_in_the_middle_leaves_nothing_behind_and_is_known_dead(
    connection: psycopg.Connection, database_url: str, tmp_path: Path
) -> None:
    connection.autocommit = True
    apply(connection, tmp_path, [listed(line_id) for line_id in IDS[:10]])
    upload = arrive(connection, "killed")
    before = b"".join(dump(connection))
    with held_up(database_url, "LOCK TABLE line_dirty"):
        process = start(database_url, tmp_path, upload, goal=5)
        wait_for_waiting(connection, 1)  # its lines are written, but not committed
        assert claims.live_runs(connection) == {"run-5"}
        os.kill(process.pid or 0, signal.SIGKILL)
        process.join()
    wait_until_dead(connection)
    assert b"".join(dump(connection)) == before
    assert [waiting.upload_id for waiting in ledger.waiting(connection)] == [upload.upload_id]
    _, result = apply(connection, tmp_path, [listed(line_id) for line_id in IDS], upload=upload)
    assert (result.new, result.unchanged) == (40, 10)


def test_a_run_is_claimed_once_and_for_as_long_as_its_session_lives(database_url: str) -> None:
    with database.connect(database_url, autocommit=True) as watch:
        with database.connect(database_url, autocommit=True) as one:
            assert claims.claim_run(one, "a run")
            assert not claims.claim_run(watch, "a run")
            assert claims.live_runs(watch) == {"a run"}
        wait_until_dead(watch)


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_runs_killed_at_any_moment_apply_wholly_or_not_at_all(
    connection: psycopg.Connection, database_url: str, tmp_path: Path
) -> None:
    connection.autocommit = True
    dice = random.Random(1)
    for goal in range(1, 31):
        upload = arrive(connection, goal)
        process = start(database_url, tmp_path, upload, goal)
        while process.is_alive() and f"run-{goal}" not in claims.live_runs(connection):
            time.sleep(0.001)
        time.sleep(dice.random() * dice.choice([0.05, 0.5, 2]))
        os.kill(process.pid or 0, signal.SIGKILL)
        process.join()
        wait_until_dead(connection)
        goals = connection.execute("SELECT impression_goal, count(*) FROM line GROUP BY 1").fetchall()
        if ledger.get(connection, upload.upload_id).status == "loaded":
            assert goals == [(goal, 50)]
        else:
            assert goals in ([], [(goal - 1, 50)])
            start(database_url, tmp_path, upload, goal).join()
            assert ledger.get(connection, upload.upload_id).status == "loaded"
    assert connection.execute("SELECT DISTINCT count(*) FROM line_revision GROUP BY id").fetchall() == [(30,)]
