"""The login for analysis tools: it reads the views of schema `reporting`, and nothing else.

Belongs here: making it, giving it a new password, taking it away. Does not belong here: what the views say
(`analysis`).
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

import psycopg
from psycopg import errors, sql

from campfill_pipeline.domain.errors import CampfillError
from campfill_pipeline.warehouse import analysis, database
from campfill_pipeline.warehouse.statements import query, sections

_NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}")
DAGSTER = "_dagster"


class ReaderError(CampfillError):
    """The login could not be made or taken away; nothing was changed."""


@dataclass(frozen=True)
class Login:
    """Where and how an analysis tool connects. `renewed`: it was there before, and has a new password now."""

    host: str
    port: int
    database: str
    user: str
    password: str = field(repr=False)
    renewed: bool

    @property
    def url(self) -> str:
        """The same in one line."""
        return f"postgresql://{self.user}:{quote(self.password)}@{self.host}:{self.port}/{self.database}"


def default_name(url: str) -> str:
    """The login's name where none is asked for: that of the database, with _analysis after it."""
    with database.connect(url) as connection:
        named = re.sub(r"[^a-z0-9_]", "_", connection.info.dbname.lower())
    return f"{named}_analysis"[:63]


def make(url: str, name: str, *, timezone: str, timeout_seconds: int, embedded: bool) -> Login:
    """Make the login `name`, or give it a new password; it reads the views of `reporting`, those made later too.

    `embedded`: the server is campfill's own, and what everybody may do there is taken back. Raises ReaderError.
    """
    if not _NAME.fullmatch(name):
        raise ReaderError(
            f"{name!r} is no name for a login.", "Use small letters, digits and _, like analysis."
        )
    with database.connect(url) as connection:
        info = connection.info
        _refuse_foreign_schema(connection)
        there = _is_ours(connection, name)
        password = secrets.token_hex(16)
        verifier = connection.pgconn.encrypt_password(password.encode(), name.encode(), b"scram-sha-256")
        values = {
            "name": sql.Identifier(name),
            "mark": sql.Literal(_mark(info.dbname)),
            "verifier": sql.Literal(verifier.decode()),  # the server's log never holds the password
            "timeout": sql.Literal(f"{timeout_seconds}s"),
            "timezone": sql.Literal(timezone),
            "database": sql.Identifier(info.dbname),
        }
        try:
            if not there:
                _run(connection, "make", values)
            _run(connection, "equip", values)
            if embedded:
                _run(connection, "close", values)
                other = connection.execute(
                    query("postgres/reader", "other databases"), [info.dbname + DAGSTER]
                ).fetchone()
                if other:
                    _run(connection, "close to others", {"database": sql.Identifier(other[0])})
        except errors.InsufficientPrivilege as error:
            raise ReaderError(
                f"The user of CAMPFILL_DATABASE_URL may not make logins: {str(error).strip()}.",
                f'Have the right given on that server: ALTER ROLE "{info.user}" CREATEROLE',
            ) from error
        return Login(info.host, info.port, info.dbname, name, password, there)


def remove(url: str, name: str) -> None:
    """Take the login away and end its sessions. Raises ReaderError where it is none of ours."""
    with database.connect(url) as connection:
        if not _is_ours(connection, name):
            raise ReaderError(f"There is no login {name}.", "`campfill db reader` makes one.")
        role = {"name": sql.Identifier(name)}
        _run(connection, "lock out", role)
        connection.commit()  # nobody comes in any more while those who are in are sent out
        connection.execute(query("postgres/reader", "sessions"), [name])
        _run(connection, "remove", role)


def _mark(database_name: str) -> str:
    return f"Reads the views for analysis tools of campfill in {database_name}, and nothing else."


def _is_ours(connection: psycopg.Connection, name: str) -> bool:
    """Whether the login is there. Raises ReaderError where a role of this name is somebody else's."""
    row = connection.execute(query("postgres/reader", "known"), [name]).fetchone()
    if row is not None and row[0] != _mark(connection.info.dbname):
        raise ReaderError(
            f"There is a role {name} on that server that campfill did not make; it stays as it is.",
            "Choose another name: campfill db reader --name NAME",
        )
    return row is not None


def _refuse_foreign_schema(connection: psycopg.Connection) -> None:
    row = connection.execute(analysis.found_by().encode()).fetchone()
    if row is not None and analysis.Found(*row).foreign:
        raise ReaderError(
            f"The schema {analysis.SCHEMA} in that database is somebody else's, and campfill's views are not there.",
            "Give campfill a database of its own in CAMPFILL_DATABASE_URL, or have that schema renamed.",
        )


def _run(connection: psycopg.Connection, section: str, values: Mapping[str, sql.Composable]) -> None:
    connection.execute(sql.SQL(sections("postgres/reader")[section]).format(**values))
