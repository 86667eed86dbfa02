"""A backup counts once it was put back elsewhere and found equal; older ones go only then."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from campfill_pipeline.domain.backup_keeping import Keeping
from campfill_pipeline.warehouse import claims, database
from campfill_pipeline.warehouse.postgres import backup, kept_backups
from campfill_pipeline.warehouse.postgres.fingerprints import fingerprints
from campfill_pipeline_tests.environment import let_enter
from campfill_pipeline_tests.warehouse.lists import apply, listed
from campfill_pipeline_tests.warehouse.register_dump import dump

NIGHT = datetime(2026, 11, 27, 4, 10, tzinfo=UTC)


@pytest.fixture
def places(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Path, Path]]:
    """Archive, backup folder, and a place for the throw-away server that its user can enter."""
    archive, folder = tmp_path / "archive", tmp_path / "backups"
    archive.mkdir()
    trial = let_enter(tmp_path_factory.mktemp("trial"))
    yield archive, folder, trial / "server"


def _original(connection: psycopg.Connection, archive: Path, content: bytes) -> Path:
    """An original of the newest upload, as the archive keeps it."""
    name = hashlib.sha256(content).hexdigest()
    file = archive / name[:2] / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    connection.execute("UPDATE upload SET archived_as = %s", [f"{name[:2]}/{name}"])
    return file


def test_nights_are_proven_and_thinned_and_the_last_one_brings_all_back(
    connection: psycopg.Connection, database_url: str, tmp_path: Path, places: tuple[Path, Path, Path]
) -> None:
    archive, folder, trial = places
    connection.autocommit = True
    apply(connection, tmp_path, [listed(uuid4(), name="Grüße; '\"$$")])
    original = _original(connection, archive, b"a list")

    first = kept_backups.make(
        database_url, archive, folder, trial, Keeping(1, 0, 0), now=NIGHT - timedelta(days=1)
    )
    assert (first.originals_copied, first.originals_lost, first.gone) == (1, 0, ())
    assert first.backup.tables["line_register"].rows == 1
    assert first.backup.tables == fingerprints(connection)
    assert not trial.exists()

    (folder / "campfill-20261126-235959.backup").write_bytes(b"a night that was cut off")
    (folder / ".backup-left").mkdir()
    apply(connection, tmp_path, [listed(uuid4())])
    before = b"".join(dump(connection))
    second = kept_backups.make(database_url, archive, folder, trial, Keeping(1, 0, 0), now=NIGHT)
    assert second.originals_copied == 0
    assert second.gone == (first.backup.file.name,)
    assert [one.file for one in kept_backups.proven(folder)] == [second.backup.file]
    assert sorted(path.name for path in folder.iterdir()) == [
        "campfill-20261127-041000.backup",
        "campfill-20261127-041000.json",
        "originals",
    ]

    apply(connection, tmp_path, [listed(uuid4())])
    original.unlink()
    backup.restore(database_url, second.backup.file)
    assert b"".join(dump(connection)) == before
    assert kept_backups.bring_originals(second.backup.file, archive) == 1
    assert original.read_bytes() == b"a list"
    assert kept_backups.bring_originals(second.backup.file, archive) == 0


def test_a_backup_that_differs_counts_for_nothing_and_older_ones_stay(
    connection: psycopg.Connection,
    database_url: str,
    tmp_path: Path,
    places: tuple[Path, Path, Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    archive, folder, trial = places
    connection.autocommit = True
    apply(connection, tmp_path, [listed(uuid4())])
    good = kept_backups.make(
        database_url, archive, folder, trial, Keeping(1, 0, 0), now=NIGHT - timedelta(days=1)
    )

    def lossy(url: str, file: Path) -> None:
        real(url, file)
        with database.connect(url) as copy:
            copy.execute("UPDATE upload SET rows_read = 77")

    real = backup.restore
    monkeypatch.setattr(backup, "restore", lossy)
    with pytest.raises(backup.BackupError, match="rows of table upload came back with other values"):
        kept_backups.make(database_url, archive, folder, trial, Keeping(1, 0, 0), now=NIGHT)
    assert [one.file for one in kept_backups.proven(folder)] == [good.backup.file]
    assert not trial.exists()


def test_an_original_whose_bytes_changed_is_no_original(
    connection: psycopg.Connection, database_url: str, tmp_path: Path, places: tuple[Path, Path, Path]
) -> None:
    archive, folder, trial = places
    connection.autocommit = True
    apply(connection, tmp_path, [listed(uuid4())])
    _original(connection, archive, b"a list").write_bytes(b"A list")
    with pytest.raises(kept_backups.KeptBackupError, match="not what it was when it came"):
        kept_backups.make(database_url, archive, folder, trial, Keeping(), now=NIGHT)
    assert kept_backups.proven(folder) == []


def test_one_at_a_time_and_a_folder_that_cannot_be_is_said(
    database_url: str, tmp_path: Path, places: tuple[Path, Path, Path]
) -> None:
    archive, folder, trial = places
    with (
        database.connect(database_url, autocommit=True) as other,
        claims.turn(other, claims.Turn.BACKUP, wait=False),
        pytest.raises(kept_backups.KeptBackupError, match="Another process"),
    ):
        kept_backups.make(database_url, archive, folder, trial, Keeping(), now=NIGHT)
    (tmp_path / "file").write_text("")
    with pytest.raises(kept_backups.KeptBackupError, match="CAMPFILL_BACKUP_DIR"):
        kept_backups.make(database_url, archive, tmp_path / "file" / "below", trial, Keeping(), now=NIGHT)


def test_what_was_not_proven_is_no_backup(tmp_path: Path) -> None:
    (tmp_path / "campfill-20261127-041000.backup").write_bytes(b"1234")
    assert kept_backups.proven(tmp_path) == []
    facts = tmp_path / "campfill-20261127-041000.json"
    facts.write_text("{")
    assert kept_backups.proven(tmp_path) == []
    facts.write_text(json.dumps({"made_at": NIGHT.isoformat(), "size": 5, "originals": 0, "tables": {}}))
    assert kept_backups.proven(tmp_path) == []  # cut off after its proof
    facts.write_text(json.dumps({"made_at": NIGHT.isoformat(), "size": 4, "originals": 0, "tables": {}}))
    assert [one.made_at for one in kept_backups.proven(tmp_path)] == [NIGHT]
    assert kept_backups.proven(tmp_path / "nowhere") == []
