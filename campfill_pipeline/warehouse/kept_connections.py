"""Connections that are kept between questions, for a process that answers many: the HTTP door.

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
_MOST_KEPT = 8


class AwayError(CampfillError):
    """The database cannot be reached now. Carries what the driver said."""

    def __init__(self, said: str) -> None:
        self.said = said
        super().__init__(f"The database does not answer: {said}.", "Try again; if it stays: campfill doctor")


class KeptConnections:
    """Transactions on campfill's schema, each on a connection that is kept for the next. Safe for threads.

    `url`: asked whenever a connection is opened, as a server that was started again may listen elsewhere.
    """

    def __init__(self, url: Callable[[], str]) -> None:
        self._url = url
        self._kept: deque[tuple[database.Connection, float]] = deque()

    @contextmanager
    def connect(self) -> Iterator[database.Connection]:
        """A transaction: committed at the end, rolled back on any error. Raises AwayError."""
        connection = self._open()
        try:
            yield connection
            connection.commit()
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
        connection.execute("SELECT 1")
        connection.rollback()
    except psycopg.OperationalError:
        connection.close()
        return False
    return True
