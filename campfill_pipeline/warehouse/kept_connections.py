"""Connections that are kept between questions, for a process that asks many: the HTTP door, and sensors.

Belongs here: opening, keeping, and noticing that the server was away. Does not belong here: what is asked.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg

from campfill_pipeline.domain.errors import CampfillError
from campfill_pipeline.warehouse import database

_TRUSTED_SECONDS = 5.0
_MOST_KEPT = 32  # as many as threads ask at once: to open one takes longer than to ask
_IDLE_SECONDS = 60.0  # each is a process of the server: after a burst they go


class AwayError(CampfillError):
    """The database cannot be reached now. Carries what the driver said."""

    def __init__(self, said: str) -> None:
        self.said = said
        super().__init__(f"The database does not answer: {said}.", "Try again; if it stays: campfill doctor")


class KeptConnections:
    """Questions and transactions on campfill's schema, each on a connection kept for the next. Safe for threads.

    `url`: asked whenever a connection is opened, as a server that was started again may listen elsewhere.
    """

    def __init__(self, url: Callable[[], str]) -> None:
        self._url = url
        self._kept: deque[tuple[database.Connection, float]] = deque()

    @contextmanager
    def ask(self) -> Iterator[database.Connection]:
        """Statements that each stand for themselves: one way to the server instead of three. Raises AwayError."""
        with self._borrowed(autocommit=True) as connection:
            yield connection

    @contextmanager
    def connect(self) -> Iterator[database.Connection]:
        """A transaction: committed at the end, rolled back on any error. Raises AwayError."""
        with self._borrowed(autocommit=False) as connection:
            yield connection
            connection.commit()

    @contextmanager
    def _borrowed(self, *, autocommit: bool) -> Iterator[database.Connection]:
        connection = self._open()
        try:
            connection.autocommit = autocommit
            yield connection
        except psycopg.OperationalError as error:
            connection.close()
            raise AwayError(str(error).strip()) from error
        except BaseException:
            connection.close()
            raise
        if len(self._kept) < _MOST_KEPT:
            self._kept.append((connection, time.monotonic()))
        else:
            connection.close()
        self._let_go()

    def _let_go(self) -> None:
        """Close the one that nobody needed for longest, where that is long: the newest is taken first."""
        try:
            longest, last = self._kept.popleft()
        except IndexError:  # another thread took the last one
            return
        if time.monotonic() - last > _IDLE_SECONDS:
            longest.close()
        else:
            self._kept.appendleft((longest, last))

    def close(self) -> None:
        """Close what is kept."""
        while self._kept:
            self._kept.pop()[0].close()

    def _open(self) -> database.Connection:
        while True:
            try:
                connection, last = self._kept.pop()
            except IndexError:
                break
            if time.monotonic() - last < _TRUSTED_SECONDS or _answers(connection):
                return connection
        try:
            return database.connect(self._url())
        except psycopg.OperationalError as error:
            raise AwayError(str(error).strip()) from error


def _answers(connection: database.Connection) -> bool:
    try:
        connection.autocommit = True
        connection.execute("SELECT 1")
    except psycopg.OperationalError:
        connection.close()
        return False
    return True
