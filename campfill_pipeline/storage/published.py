"""Receipts and reports as objects: put there once they are written, brought to whoever shows them.

Belongs here: the objects below `outbox/` and `reports/`. Does not belong here: making the files.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from campfill_pipeline.settings import Settings
from campfill_pipeline.storage.errors import ChangedObjectError, NoSuchObjectError
from campfill_pipeline.storage.objects import Objects, StoredObject, open_objects

_LATE = "not-in-the-store-yet"


def publish(settings: Settings, files: Sequence[Path]) -> None:
    """Put finished files of the home into the store, in this order, under their paths there; without one, nothing.

    A receipt that it does not take is remembered, for `catch_up`. Raises StorageError then.
    """
    store = open_objects(settings)
    if store is None:
        return
    late = settings.work / _LATE
    for file in files:
        mark = late / file.name
        if file.parent == settings.outbox:  # page and workbook are made again, with what is known by then
            late.mkdir(parents=True, exist_ok=True)
            mark.touch()
        store.put(_key(settings, file), file)
        mark.unlink(missing_ok=True)


def catch_up(settings: Settings) -> None:
    """Put receipts into the store that it did not take when they were written on this machine. Raises StorageError."""
    late = settings.work / _LATE
    if settings.storage_url is None or not late.is_dir():
        return
    for mark in sorted(late.iterdir()):
        file = settings.outbox / mark.name
        if file.is_file():
            publish(settings, [file])
        mark.unlink(missing_ok=True)


def standing(settings: Settings, files: Sequence[Path]) -> dict[Path, int]:
    """Those of these receipts that are in the store, with their sizes in bytes; without one, none."""
    store = open_objects(settings)
    if store is None or not files:
        return {}
    sizes = {each.key: each.size for each in store.listed("outbox")}
    return {file: sizes[key] for file in files if (key := _key(settings, file)) in sizes}


def withdraw(settings: Settings, files: Sequence[Path]) -> None:
    """Delete files of the home from the store, too; without one, nothing."""
    store = open_objects(settings)
    if store is None:
        return
    for file in files:
        store.delete(_key(settings, file))


def shown(settings: Settings, file: Path) -> Path:
    """The file to show for one of the home: itself, or without a shared home what the store has of it now.

    It may not exist. Raises StorageError.
    """
    store = open_objects(settings)
    if store is None:
        return file
    key = _key(settings, file)
    for _ in range(3):
        found = store.find(key)
        if found is None:
            return file
        with suppress(ChangedObjectError, NoSuchObjectError):  # put anew between the two questions
            return _as_found(settings, store, found, file)
    return file


def _as_found(settings: Settings, store: Objects, found: StoredObject, file: Path) -> Path:
    key = found.key
    state = hashlib.sha256(f"{found.etag} {found.put_at}".encode()).hexdigest()[:16]
    folder = settings.work / "shown" / hashlib.sha256(key.encode()).hexdigest()[:16]
    target = folder / state / file.name
    if not target.exists():
        _bring(store, key, found.etag, target)
        for old in folder.iterdir():
            if old.name != state:
                shutil.rmtree(old, ignore_errors=True)
    return target


def bring(settings: Settings, file: Path) -> None:
    """Put what the store has of a file of the home in its place, where it is another; without a store, nothing."""
    newest = shown(settings, file)
    if newest != file and not (file.exists() and file.read_bytes() == newest.read_bytes()):
        file.parent.mkdir(parents=True, exist_ok=True)
        beside = file.with_name(f".{file.name}.{os.getpid()}.part")
        beside.write_bytes(newest.read_bytes())
        beside.replace(file)


def _bring(store: Objects, key: str, etag: str, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        store.save(key, beside, etag)
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)


def _key(settings: Settings, file: Path) -> str:
    return file.relative_to(settings.home).as_posix()
