"""Which runs are alive, and whose turn it is, told by the database itself.

A run process that is killed cannot say so. It holds a session lock for as long as it lives, and PostgreSQL lets go of
the lock when the process is gone, by whatever death. Belongs here: taking and reading these locks. Does not belong
here: what is done about a dead run, or in a turn.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum

import psycopg

from campfill_pipeline.warehouse.locks import CLAIM_CLASS, TURN_CLASS
from campfill_pipeline.warehouse.statements import query

NAME_PREFIX = "campfill run "


def _key(run_id: str) -> int:
    return int.from_bytes(hashlib.sha256(run_id.encode()).digest()[:4], "big", signed=True)


def claim_run(conn: psycopg.Connection, run_id: str) -> bool:
    """Say on this session, until it ends, that run `run_id` lives. False: another session says so already.

    Keep the connection open and to itself for the whole run. `run_id`: at most 50 ASCII characters.
    """
    row = conn.execute("SELECT pg_try_advisory_lock(%s, %s)", [CLAIM_CLASS, _key(run_id)]).fetchone()
    claimed = row is not None and row[0] is True
    if claimed:
        conn.execute("SELECT set_config('application_name', %s, false)", [NAME_PREFIX + run_id])
    if not conn.autocommit:
        conn.commit()
    return claimed


def live_runs(conn: psycopg.Connection) -> set[str]:
    """The runs that are claimed by a living session of this database."""
    rows = conn.execute(
        query("claims", "live runs"),
        {"prefix": NAME_PREFIX, "class": CLAIM_CLASS},
    ).fetchall()
    return {run_id for (run_id,) in rows}


class Turn(IntEnum):
    """What only one process does at a time."""

    FIGURES = 1
    REPORT = 2
    HOUSEKEEPING = 3
    BACKUP = 4


@contextmanager
def turn(conn: psycopg.Connection, what: Turn, *, wait: bool) -> Iterator[bool]:
    """Whether it is this session's turn to do `what`, until the end of the block; `wait` for it, or not.

    `conn` commits by itself, so that the lock outlives every transaction.
    """
    if wait:
        conn.execute("SELECT pg_advisory_lock(%s, %s)", [TURN_CLASS, what])
        mine = True
    else:
        row = conn.execute("SELECT pg_try_advisory_lock(%s, %s)", [TURN_CLASS, what]).fetchone()
        mine = row is not None and row[0] is True
    try:
        yield mine
    finally:
        if mine:
            conn.execute("SELECT pg_advisory_unlock(%s, %s)", [TURN_CLASS, what])
