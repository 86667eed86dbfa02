"""Connections to campfill's schema, and its migrations.

Belongs here: opening connections, applying Alembic migrations. Does not belong here: what the statements say.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, pool, text

SCHEMA = "campfill"
MIGRATION_LOCK = 0x63616D70  # 'camp': one migration at a time, whoever starts first


def connect(url: str, *, schema: str = SCHEMA, autocommit: bool = False) -> psycopg.Connection:
    """Open a connection whose unqualified names mean `schema`. `url` is `postgresql://user:password@host:port/name`."""
    return psycopg.connect(url, autocommit=autocommit, options=f"-c search_path={schema} -c timezone=UTC")


@contextmanager
def transaction(url: str, *, schema: str = SCHEMA) -> Iterator[psycopg.Connection]:
    """One connection, one transaction: committed at the end, rolled back on any error."""
    with connect(url, schema=schema) as connection:
        yield connection


def migrate(url: str, *, schema: str = SCHEMA) -> None:
    """Bring `schema` to the newest revision. Safe when several processes start at once: the second one waits."""
    engine = create_engine(
        url.replace("postgresql://", "postgresql+psycopg://", 1),
        poolclass=pool.NullPool,
        connect_args={"options": f"-c search_path={schema} -c timezone=UTC"},
    )
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
    with engine.connect() as connection, connection.begin():
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": MIGRATION_LOCK})
        connection.execute(text(f'CREATE SCHEMA IF NOT EXISTS "{schema}"'))
        config.attributes["connection"] = connection
        config.attributes["schema"] = schema
        command.upgrade(config, "head")
