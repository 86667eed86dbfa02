"""Originals as objects: put there before the ledger knows an upload, brought back to a machine that needs one.

Belongs here: the objects below `archive/`, named by their content. Does not belong here: the archive folder of a home
(`intake/inbox/folder`), which has what this machine has read.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from campfill_pipeline.settings import Settings
from campfill_pipeline.storage.errors import StorageError
from campfill_pipeline.storage.objects import Objects, open_objects

ARCHIVE = "archive"


def keep(store: Objects, original: Path, archived_as: str) -> None:
    """Put an original into the store, unless it is there in full size. Its name is the checksum of its content."""
    key = f"{ARCHIVE}/{archived_as}"
    found = store.find(key)
    if found is None or found.size != original.stat().st_size:
        store.put(key, original)


def local(settings: Settings, archived_as: str) -> Path:
    """An original on this machine's own disk; streamed there from the store where it is not yet.

    Without a store: where it has to be, there or not. Raises StorageError.
    """
    path = settings.archive / archived_as
    if path.exists() or settings.storage_url is None:
        return path
    store = open_objects(settings)
    assert store is not None
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"{path.name}.{os.getpid()}.fetching")
    try:
        store.save(f"{ARCHIVE}/{archived_as}", beside)
        with beside.open("rb") as content:
            if hashlib.file_digest(content, "sha256").hexdigest() != path.name:
                raise StorageError(
                    f"The original “{ARCHIVE}/{archived_as}” in {store.shown} is not what it was when it came.",
                    "Put it back from a copy: a backup has the originals beside it.",
                )
        beside.chmod(0o444)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
    return path


def missing(settings: Settings, names: list[str]) -> list[str]:
    """Those of these originals that neither this machine nor the store has. Raises StorageError."""
    lacking = [name for name in names if not (settings.archive / name).is_file()]
    store = open_objects(settings) if lacking else None
    if store is None:
        return lacking
    kept = {found.key for found in store.listed(ARCHIVE)}
    return [name for name in lacking if f"{ARCHIVE}/{name}" not in kept]


def keep_all(settings: Settings) -> int:
    """Put the originals that this machine has and the store lacks into it; how many; without one, 0."""
    store = open_objects(settings)
    if store is None:
        return 0
    kept, came = {found.key for found in store.listed(ARCHIVE)}, 0
    for path in sorted(settings.archive.glob("??/*")):
        name = f"{path.parent.name}/{path.name}"
        if len(path.name) == 64 and f"{ARCHIVE}/{name}" not in kept:
            keep(store, path, name)
            came += 1
    return came


def bring_all(settings: Settings, names: list[str]) -> None:
    """Bring these originals to this machine's archive, as far as the store has them; without one, nothing."""
    if settings.storage_url is None:
        return
    lost = set(missing(settings, names))
    for name in names:
        if name not in lost:
            local(settings, name)
