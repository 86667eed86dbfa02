"""The one PostgreSQL server that all labs below a folder share: started when a command needs it, stopped after it.

Belongs here: starting, stopping, and one database per lab. Does not belong here: what a lab keeps in it.
"""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

from campfill_pipeline.warehouse.postgres import cluster

FOLDER = "server"


@contextmanager
def running(root: Path) -> Iterator[cluster.Server]:
    """The server below `root`, running; stopped at the end, unless another command still uses it."""
    folder = root / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    with (root / "in-use").open("a") as in_use:
        fcntl.flock(in_use, fcntl.LOCK_SH)
        try:
            yield cluster.start(folder)
        finally:
            try:
                fcntl.flock(in_use, fcntl.LOCK_EX | fcntl.LOCK_NB)  # nobody else: the last one stops it
            except BlockingIOError:
                pass
            else:
                cluster.stop(folder)


def database_of(server: cluster.Server, number: int) -> str:
    """Address of lab `number`'s database, made where it is missing."""
    name = f"lab_{number:02d}"
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
            # What is lost when the machine dies is an exercise; 5,000 single commits shall not take a minute.
            connection.execute(
                sql.SQL("ALTER DATABASE {} SET synchronous_commit = off").format(sql.Identifier(name))
            )
            # The role is named like the product's schema, which would come first and hide the lab's own tables.
            connection.execute(
                sql.SQL("ALTER DATABASE {} SET search_path = public").format(sql.Identifier(name))
            )
    return server.url(name)


def drop_database(server: cluster.Server, number: int) -> None:
    """Remove lab `number`'s database and whoever is connected to it."""
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        for name in (f"lab_{number:02d}", f"lab_{number:02d}_dagster"):
            connection.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
            )


def remove(root: Path) -> None:
    """Stop the server and remove it, and the folder itself where nothing else is in it."""
    if not (root / FOLDER).is_dir():
        return
    cluster.stop(root / FOLDER)
    shutil.rmtree(root / FOLDER)
    (root / "in-use").unlink(missing_ok=True)
    if not any(root.iterdir()):
        root.rmdir()
