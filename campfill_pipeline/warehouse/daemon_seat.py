"""Whose daemon works on a database: one at a time, on whatever machine, told by the database itself.

Two daemons would both look into the inbox and ask for the same runs. The lock is held by a session of its `campfill up`
and goes with it, by whatever death; of a machine that is cut off, the server lets go within half a minute.
Belongs here: taking the seat, and seeing whether it is still had. Does not belong here: starting and stopping daemons.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable

import psycopg

from campfill_pipeline.domain.errors import CampfillError
from campfill_pipeline.warehouse import database
from campfill_pipeline.warehouse.kept_connections import AwayError
from campfill_pipeline.warehouse.locks import DAEMON_LOCK
from campfill_pipeline.warehouse.statements import query

NAME_PREFIX = "campfill daemon of "


class SeatTakenError(CampfillError):
    """Another daemon works on this database. Carries who, where that is known."""

    def __init__(self, who: str) -> None:
        self.who = who
        super().__init__(
            f"A campfill daemon works on this database already: {who or 'on another machine'}."
            " Two would ask for the same work twice, so this one does not start.",
            "Stop that one, or let this machine do something else: campfill up --role worker, or --role web.",
        )


class DaemonAtWorkError(CampfillError):
    """The database cannot be exchanged while a daemon works on it. Carries whose."""

    def __init__(self, who: str) -> None:
        self.who = who
        super().__init__(
            f"A campfill daemon works on this database: {who}. Nothing was changed.",
            "Stop campfill up on every machine first.",
        )


class DaemonSeat:
    """The one place for a daemon at a database. `url`: asked whenever a connection is opened; `machine`: who asks."""

    def __init__(self, url: Callable[[], str], machine: str) -> None:
        self._url, self._name = url, f"{NAME_PREFIX}{machine}"[:63]
        self._session: psycopg.Connection | None = None

    def take(self) -> bool:
        """Whether this session has the seat now. Raises CampfillError where the server is out of reach."""
        self.leave()
        try:
            self._session = database.connect(self._url(), autocommit=True)
            self._session.execute("SELECT set_config('application_name', %s, false)", [self._name])
            row = self._session.execute("SELECT pg_try_advisory_lock(%s)", [DAEMON_LOCK]).fetchone()
        except psycopg.OperationalError as error:
            self.leave()
            raise AwayError(str(error).strip()) from error
        if row is not None and row[0] is True:
            return True
        self.leave()
        return False

    def is_held(self) -> bool:
        """Whether the session that has the seat still lives; a server that does not answer says no."""
        if self._session is None:
            return False
        try:
            self._session.execute("SELECT 1")
        except psycopg.OperationalError:
            self.leave()
            return False
        return True

    def taken(self) -> SeatTakenError:
        """What to say where another has the seat: who."""
        with database.connect(self._url(), autocommit=True) as asking:
            return SeatTakenError(holder(asking) or "")

    def leave(self) -> None:
        """Let go of the seat."""
        if self._session is not None:
            with contextlib.suppress(psycopg.Error):
                self._session.close()
            self._session = None


def holder(conn: psycopg.Connection) -> str | None:
    """Who has the seat at this database: the machine's name; None where nobody has."""
    rows = conn.execute(query("daemon_seat", "holder"), [NAME_PREFIX, DAEMON_LOCK]).fetchall()
    return ", ".join(name for (name,) in rows) or None
