"""Backups of every night: written, proven, kept by days, weeks and months, with the originals beside them.

In the folder: `campfill-20261127-041000.backup`, beside it the same name with `.json`, written only once the backup was
put back on another server and every table was equal; and `originals/`, which has the archive's files by content. A
backup without its `.json` was never proven, and counts for nothing. Belongs here: the folder. Does not belong here:
the rule of what is kept (`domain/backup_keeping.py`), the proof itself (`proof`).
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from psycopg import IsolationLevel

from campfill_pipeline.domain.backup_keeping import Keeping
from campfill_pipeline.domain.errors import CampfillError
from campfill_pipeline.warehouse import claims, database
from campfill_pipeline.warehouse.postgres import backup as programs
from campfill_pipeline.warehouse.postgres.fingerprints import Fingerprint, fingerprints
from campfill_pipeline.warehouse.postgres.proof import prove
from campfill_pipeline.warehouse.statements import query

NAME = "campfill-%Y%m%d-%H%M%S.backup"
UNFINISHED = ".backup-"
CHUNK = 1 << 20


class KeptBackupError(CampfillError):
    """A backup of the folder could not be made; the older ones stay as they are."""


@dataclass(frozen=True)
class Kept:
    """A proven backup. `made_at`: the moment whose rows it holds; `size` in bytes; `tables`: what each held."""

    file: Path
    made_at: datetime
    size: int
    originals: int
    tables: dict[str, Fingerprint]

    @property
    def rows(self) -> int:
        """Rows of all tables together."""
        return sum(table.rows for table in self.tables.values())


@dataclass(frozen=True)
class Made:
    """What one night did."""

    backup: Kept
    originals_copied: int
    originals_lost: int
    """Originals that the ledger tells of and neither the archive nor the folder has."""
    gone: tuple[str, ...]


def proven(folder: Path) -> list[Kept]:
    """The proven backups of `folder` that are still there in full size, oldest first."""
    found = []
    for facts in sorted(folder.glob("campfill-*.json")) if folder.is_dir() else []:
        try:
            told = json.loads(facts.read_text(encoding="utf-8"))
            one = Kept(
                file=facts.with_suffix(".backup"),
                made_at=datetime.fromisoformat(told["made_at"]),
                size=told["size"],
                originals=told["originals"],
                tables={name: Fingerprint(**table) for name, table in told["tables"].items()},
            )
        except (OSError, ValueError, KeyError, TypeError):
            continue  # not written by this module, or not whole: it proves nothing
        if one.file.is_file() and one.file.stat().st_size == one.size:
            found.append(one)
    return sorted(found, key=lambda one: one.made_at)


def make(url: str, archive: Path, folder: Path, trial: Path, keeping: Keeping, *, now: datetime) -> Made:
    """Write a backup, copy the originals that are missing, prove both, then let go of what need not be kept.

    `trial`: a folder for the throw-away server, below one that the server's user can enter. Cut off at any point,
    the next call does the rest. Raises BackupError or KeptBackupError; then nothing that was kept is gone.
    """
    with _place(folder), _my_turn(url, folder):
        _clear_unproven(folder)
        file = folder / now.astimezone(UTC).strftime(NAME)
        held, originals = _write(url, file)
        copied, lost = _copy_originals(archive, folder / "originals", originals)
        prove(file, held, trial)
        kept = Kept(file, now, file.stat().st_size, len(originals) - lost, held)
        _say_proven(kept)
        return Made(kept, copied, lost, tuple(_let_go(folder, keeping)))


def bring_originals(file: Path, archive: Path) -> int:
    """Copy the originals kept beside a backup that the archive lacks; how many came. None where none are beside it."""
    kept = file.absolute().parent / "originals"
    came = 0
    for original in sorted(kept.glob("??/*")) if kept.is_dir() else []:
        came += _copy(original, archive / original.parent.name / original.name)
    return came


@contextmanager
def _place(folder: Path) -> Iterator[None]:
    """Say what is wrong with the folder in words, whatever step meets it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        yield
    except OSError as error:
        raise KeptBackupError(
            f"The backup could not be written to {folder}: {error.strerror or error}.",
            "Make room there, or give another folder in CAMPFILL_BACKUP_DIR. Older backups are as they were.",
        ) from error


@contextmanager
def _my_turn(url: str, folder: Path) -> Iterator[None]:
    with (
        database.connect(url, autocommit=True) as connection,
        claims.turn(connection, claims.Turn.BACKUP, wait=False) as mine,
    ):
        if not mine:
            raise KeptBackupError(
                f"Another process is making a backup in {folder} already.", "Let it end; it takes minutes."
            )
        yield


def _clear_unproven(folder: Path) -> None:
    good = {one.file.name for one in proven(folder)}
    for file in folder.glob("campfill-*.backup"):
        if file.name not in good:
            file.unlink()
            file.with_suffix(".json").unlink(missing_ok=True)
    for left in (*folder.glob(f"{UNFINISHED}*"), *folder.glob(f"originals/??/{UNFINISHED}*")):
        shutil.rmtree(left)


def _write(url: str, file: Path) -> tuple[dict[str, Fingerprint], list[str]]:
    """The backup, what the tables held at its moment, and the names of the originals that its ledger tells of."""
    with database.connect(url) as connection:
        connection.isolation_level = IsolationLevel.REPEATABLE_READ
        snapshot = _one(connection, b"SELECT pg_export_snapshot()")
        programs.backup(url, file, snapshot=str(snapshot))
        names = connection.execute(query("postgres/kept_backups", "originals")).fetchall()
        return fingerprints(connection), [name for (name,) in names]


def _one(connection: psycopg.Connection, statement: bytes) -> object:
    row = connection.execute(statement).fetchone()
    return row[0] if row else None


def _copy_originals(archive: Path, kept: Path, names: list[str]) -> tuple[int, int]:
    """How many were copied now, and how many are in neither place: those are lost, the rest is kept all the same."""
    copied = lost = 0
    for name in names:
        if (archive / name).is_file():
            copied += _copy(archive / name, kept / name)
        elif not (kept / name).is_file():
            lost += 1
    return copied, lost


def _copy(source: Path, target: Path) -> bool:
    """Copy one original, whose name is the hash of its bytes, unless it is there already in full size."""
    if target.is_file() and target.stat().st_size == source.stat().st_size:
        return False
    target.parent.mkdir(parents=True, exist_ok=True)
    hashed = hashlib.sha256()
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=UNFINISHED) as folder:
        unfinished = Path(folder) / target.name
        with source.open("rb") as content, unfinished.open("wb") as written:
            while chunk := content.read(CHUNK):
                hashed.update(chunk)
                written.write(chunk)
            written.flush()
            os.fsync(written.fileno())
        if hashed.hexdigest() != target.name:
            raise KeptBackupError(
                f"The original {source} is not what it was when it came: its bytes have changed.",
                "The disk may be failing. Put the file back from an older copy, then try again.",
            )
        unfinished.chmod(0o444)
        unfinished.replace(target)
    return True


def _say_proven(kept: Kept) -> None:
    facts = {
        "made_at": kept.made_at.isoformat(),
        "size": kept.size,
        "originals": kept.originals,
        "tables": {name: asdict(table) for name, table in kept.tables.items()},
    }
    unfinished = kept.file.with_suffix(".json.new")
    with unfinished.open("w", encoding="utf-8") as file:
        json.dump(facts, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(kept.file.with_suffix(".json"))


def _let_go(folder: Path, keeping: Keeping) -> Iterator[str]:
    """Remove what the rule no longer keeps: first its proof, so that a half-removed one counts for nothing."""
    all_of_them = proven(folder)
    staying = keeping.kept(one.made_at for one in all_of_them)
    for one in all_of_them:
        if one.made_at not in staying:
            one.file.with_suffix(".json").unlink()
            one.file.unlink()
            yield one.file.name
