"""Connections to campfill's schema, and its migrations.

Belongs here: opening connections, applying Alembic migrations. Does not belong here: what the statements say.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
from psycopg import errors, sql

from campfill_pipeline.domain.errors import CampfillError
from campfill_pipeline.warehouse import analysis
from campfill_pipeline.warehouse.locks import MIGRATION_LOCK

SCHEMA = "campfill"
Connection = psycopg.Connection[tuple[Any, ...]]
"""What rooms outside the warehouse hand through, without knowing the driver."""

MIGRATIONS = Path(__file__).with_name("migrations")


class MigrationError(CampfillError):
    """The schema cannot be brought to the revision that this version of campfill needs."""


def connect(
    url: str, *, schema: str = SCHEMA, autocommit: bool = False, claim: str = ""
) -> psycopg.Connection:
    """Open a connection in which unqualified names mean `schema`; `url` as from `server.database_url`.

    `claim`: the token of the run that it works for, which `claims.check_claim` asks for.
    """
    # Never compiled: servers with JIT spend half a second and more on a statement, each time anew (decision 0209).
    options = f"-c search_path={schema} -c timezone=UTC -c jit=off"
    if claim:
        options += f" -c campfill.claim={claim}"
    if far(url):
        return psycopg.connect(
            url, autocommit=autocommit, options=options + WATCHED_BY_SERVER, **WATCHED, connect_timeout=10
        )
    return psycopg.connect(url, autocommit=autocommit, options=options)


WATCHED: dict[str, Any] = {
    "keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3, "tcp_user_timeout": 25_000,
}  # fmt: skip
"""What this side asks of a connection to another machine: that it breaks within half a minute when that is gone."""

WATCHED_BY_SERVER = "".join(
    f" -c {name if name[0] == 't' else 'tcp_' + name}={value}" for name, value in WATCHED.items()
)
"""The same, asked of the server: a machine that is cut off shall not hold its locks for hours."""


def far(url: str) -> bool:
    """Whether the server stands on another machine, whose end nobody tells us of."""
    return urlsplit(url).hostname not in (None, "localhost", "127.0.0.1", "::1")


@contextmanager
def transaction(url: str, *, schema: str = SCHEMA) -> Iterator[psycopg.Connection]:
    """One connection, one transaction: committed at the end, rolled back on any error."""
    with connect(url, schema=schema) as connection:
        yield connection


def newest_revision() -> str:
    """The number of the newest migration in this version of campfill, such as `0004`."""
    return max(path.name[:4] for path in (MIGRATIONS / "versions").glob("[0-9]*.sql"))


def is_current(url: str, *, schema: str = SCHEMA) -> bool:
    """Whether `schema` is at the newest revision: one short query, so that every command can ask.

    The views for analysis tools belong to campfill's own schema, and are asked for with it.
    """
    with connect(url, schema=schema) as connection:
        try:
            row = connection.execute(
                sql.SQL("SELECT version_num, views.* FROM {}.alembic_version, ({}) AS views").format(
                    sql.Identifier(schema), sql.SQL(analysis.found_by())
                )
            ).fetchone()
        except (errors.UndefinedTable, errors.InvalidSchemaName):
            return False
    if row is None:
        return False
    revision, *views = row
    if revision > newest_revision():
        raise MigrationError("The database belongs to a newer version of campfill.", "Install that version.")
    return bool(revision == newest_revision() and (schema != SCHEMA or analysis.Found(*views).current))


def migrate(url: str, *, schema: str = SCHEMA) -> None:
    """Bring `schema` to the newest revision. Safe when several processes start at once: the second waits."""
    # Imported here: Alembic and SQLAlchemy take a third of a second, most commands have nothing to migrate.
    from alembic import command
    from alembic.config import Config
    from sqlalchemy import create_engine, exc, pool, text

    engine = create_engine(
        "postgresql+psycopg://", poolclass=pool.NullPool, creator=lambda: connect(url, schema=schema)
    )
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    try:
        with engine.connect() as connection, connection.begin():
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": MIGRATION_LOCK})
            connection.execute(text(f'CREATE SCHEMA IF NOT EXISTS "{schema}"'))
            config.attributes["connection"] = connection
            config.attributes["schema"] = schema
            views = analysis.Found(*connection.exec_driver_sql(analysis.found_by()).one())
            ours = schema == SCHEMA and not views.foreign

            def run(statement: str) -> None:
                driver: Any = connection.connection.driver_connection
                driver.execute(statement.encode())  # a percent sign is one

            if ours:  # what stands on a table would keep a migration from changing it
                analysis.take_away(run)
            command.upgrade(config, "head")
            if ours:
                analysis.make(run)
    except exc.DBAPIError as error:
        raise MigrationError(
            f"The database could not be brought up to date: {str(error.orig).strip()}.",
            "Its user must be allowed to create schemas; PostgreSQL 15 or newer is needed.",
        ) from error
