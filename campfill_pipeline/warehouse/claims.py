"""Which runs are alive, and whose turn it is, told by the database itself.

A run process that is killed cannot say so. It holds a session lock for as long as it lives, and PostgreSQL lets go of
the lock when the process is gone, by whatever death. A run that lives on without its lock (its connection was cut) is
fenced: its other sessions bear the claim, and what they would commit is refused once the lock is gone.
Belongs here: taking, reading and checking these locks. Does not belong here: what is done about a dead run, or in a
turn.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import IntEnum

import psycopg

from campfill_pipeline.domain.errors import CampfillError
from campfill_pipeline.warehouse.locks import CLAIM_CLASS, FENCE_CLASS, TURN_CLASS
from campfill_pipeline.warehouse.statements import query

NAME_PREFIX = "campfill run "


@dataclass(frozen=True)
class Claim:
    """That a run lives, as one session says it. `token` names run and session: no later session has the same."""

    run_id: str
    token: str


class LostRunError(CampfillError):
    """A run that no longer holds its lock wanted to commit. Carries the run's id."""

    def __init__(self, run_id: str) -> None:
        self.run_id = run_id
        super().__init__(
            f"This run ({run_id}) has lost its lock in the database, as its connection was cut: by now another may be"
            " at its work. Nothing of this step was stored.",
            "Nothing to mend: what is left is asked for again by itself. If it happens often, look at the network"
            " between this machine and the database.",
        )


class RunElsewhereError(CampfillError):
    """A run was started that lives already in another process. Carries the run's id."""

    def __init__(self, run_id: str) -> None:
        self.run_id = run_id
        super().__init__(
            f"This run ({run_id}) is at work already, in another process.",
            "Nothing to mend: that one goes on.",
        )


def _key(run_id: str) -> int:
    return int.from_bytes(hashlib.sha256(run_id.encode()).digest()[:4], "big", signed=True)


def claim_run(conn: psycopg.Connection, run_id: str) -> Claim | None:
    """Say on this session, until it ends, that run `run_id` lives. None: another session says so already.

    Keep the connection open and to itself for the whole run. `run_id`: at most 50 ASCII characters.
    """
    row = conn.execute("SELECT pg_try_advisory_lock(%s, %s)", [CLAIM_CLASS, _key(run_id)]).fetchone()
    claim = None
    if row is not None and row[0] is True:
        conn.execute("SELECT set_config('application_name', %s, false)", [NAME_PREFIX + run_id])
        [(token,)] = conn.execute(query("claims", "token"), {"key": _key(run_id), "run": run_id}).fetchall()
        claim = Claim(run_id, token)
    if not conn.autocommit:
        conn.commit()
    return claim


def check_claim(conn: psycopg.Connection) -> None:
    """Let this transaction commit only while the run that it is of holds its lock. Raises LostRunError.

    The run is that of the claim which the session bears (`database.connect`); without one, nothing is asked. Until the
    transaction ends nobody can find the run dead (`is_dead`): call it last, when all else is written.
    """
    for run_id, held in conn.execute(query("claims", "check"), {"claim": CLAIM_CLASS, "fence": FENCE_CLASS}):
        if not held:
            raise LostRunError(run_id)


def is_dead(conn: psycopg.Connection, run_id: str) -> bool:
    """Whether no session holds the lock of this run, and nothing of it can be committed any more.

    False too where a transaction of the run is just ending: ask again later. `conn` commits by itself.
    """
    row = conn.execute(
        query("claims", "is dead"), {"claim": CLAIM_CLASS, "fence": FENCE_CLASS, "key": _key(run_id)}
    ).fetchone()
    return row is not None and row[0] is True


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
