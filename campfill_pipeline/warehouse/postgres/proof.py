"""The proof that a backup is one: it is put back on a server of its own, and every table is compared.

Belongs here: the throw-away server. Does not belong here: which backups are kept (`kept_backups`).
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psycopg

from campfill_pipeline.warehouse import database
from campfill_pipeline.warehouse.postgres import backup, cluster
from campfill_pipeline.warehouse.postgres.backup import BackupError
from campfill_pipeline.warehouse.postgres.fingerprints import Fingerprint, fingerprints
from campfill_pipeline.warehouse.statements import sections


def prove(file: Path, held: Mapping[str, Fingerprint], folder: Path) -> None:
    """Restore `file` on a server in `folder`, which is made and gone again. Raises BackupError where a table differs.

    `held`: what the tables held at the moment of the backup.
    """
    with _throw_away(folder) as url:
        backup.restore(url, file)
        with database.connect(url) as connection:
            came = fingerprints(connection)
    differing = sorted(name for name in {*held, *came} if held.get(name) != came.get(name))
    if differing:
        raise BackupError(
            file,
            f"The backup {file} is not what the database held: {_told(differing[0], held, came)}"
            + (f", and {len(differing) - 1} more tables" if len(differing) > 1 else "")
            + ".",
            "It counts for nothing, and older ones stay. Look at the disk it was written to, then make another: "
            "campfill db backup --auto",
            "",
        )


def _told(table: str, held: Mapping[str, Fingerprint], came: Mapping[str, Fingerprint]) -> str:
    had, has = held.get(table), came.get(table)
    if had is None or has is None:
        return f"table {table} is in only one of them"
    if had.rows != has.rows:
        return f"table {table} held {had.rows:,} rows and came back with {has.rows:,}"
    return f"rows of table {table} came back with other values"


@contextmanager
def _throw_away(folder: Path) -> Iterator[str]:
    """The address of an empty database on a server of its own; what a killed proof left goes first."""
    _away(folder)
    started = cluster.start(folder)
    try:
        with psycopg.connect(started.url("postgres"), autocommit=True) as connection:
            for statement in sections("postgres/proof")["a server that need not last"].split(";"):
                connection.execute(statement.encode())
        yield started.url()
    finally:
        _away(folder)


def _away(folder: Path) -> None:
    if folder.exists():
        cluster.stop(folder)
        shutil.rmtree(folder)
