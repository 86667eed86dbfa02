"""The inbox in an object store: what lies there, claiming it, bringing it to this machine's disk, taking it away.

A put is whole or not there, so nothing needs to settle. One put is known by its name, its ETag and its moment, and from
these comes the id of its claim: whoever takes it up again after a crash enters the same upload, which the ledger
knows or not. The claim object only keeps two machines from reading the same file at once; it decides nothing.
The steps: claim, stream to this disk, archive, ledger, delete what was read, release; a crash after any of
them leaves the object in the inbox, and the next look does what is missing. Belongs here: these objects. Does not
belong here: the ledger (the caller asks it), the folder inbox (`folder.py`).
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import PurePosixPath
from uuid import UUID, uuid5

from campfill_pipeline.intake.inbox import folder
from campfill_pipeline.intake.inbox.settling import is_meant
from campfill_pipeline.settings import Settings
from campfill_pipeline.storage.errors import ChangedObjectError, NoSuchObjectError, StorageError
from campfill_pipeline.storage.objects import INBOX, Objects, StoredObject

CLAIMS = "claims"
SPARE_BYTES = 100_000_000  # what stays free on the disk that an object is brought to
_PUTS = UUID("6f0b1f0e-5d0c-4c57-9d0e-3d7a51f0c3a4")
_OLD_AFTER = timedelta(seconds=60)
_BYTES_A_SECOND = 500_000  # a claim of a large object is old later
_FORGOTTEN_AFTER = timedelta(minutes=10)


@dataclass(frozen=True)
class DroppedObject:
    """One put into the inbox: the id of its claim, its name there, and what the store says of it."""

    claim: UUID
    name: str
    stored: StoredObject


def waiting(store: Objects) -> list[DroppedObject]:
    """What lies in the inbox and is meant to be read, first put first. Folders in it are left alone, as in a folder."""
    found = []
    for stored in store.listed(INBOX):
        name = stored.key.removeprefix(f"{INBOX}/")
        if name != stored.key and "/" not in name and is_meant(name):
            put = f"{stored.key}\n{stored.etag}\n{int(stored.put_at.timestamp())}"
            found.append(DroppedObject(uuid5(_PUTS, put), name, stored))
    return sorted(found, key=lambda each: (each.stored.put_at, each.name))


def claim(store: Objects, dropped: DroppedObject, settings: Settings, now: datetime) -> bool:
    """Claim an object for this machine, by a put that only one can make; an old claim likewise."""
    key = _claim_key(dropped.claim)
    word = json.dumps({"object": dropped.stored.key, "machine": settings.machine}).encode()
    if store.create(key, word):
        return True
    held = store.find(key)
    if held is None:
        return store.create(key, word)
    old_after = _OLD_AFTER + timedelta(seconds=dropped.stored.size / _BYTES_A_SECOND)
    # The new word must not be the old one: an equal object may keep its ETag.
    anew = word + f" since {now.isoformat()}".encode()
    return now - held.put_at > old_after and store.replace(key, anew, held.etag)


def bring(store: Objects, dropped: DroppedObject, settings: Settings) -> folder.Claimed | None:
    """Stream a claimed object to this disk and claim the file; None where it is not there any more, or another.

    Raises StorageError where there is no room for it, or the store fails.
    """
    free = shutil.disk_usage(settings.home).free
    if free - dropped.stored.size < SPARE_BYTES:
        raise StorageError(
            f"“{dropped.name}” waits in {store.shown}: it has {dropped.stored.size:,} bytes, and only {free:,} are "
            "free on this machine's disk.",
            "Make room; it is read then.",
        )
    try:
        return folder.claim_fetched(
            dropped.claim,
            dropped.name,
            lambda target: store.save(dropped.stored.key, target, dropped.stored.etag),
            settings,
        )
    except (ChangedObjectError, NoSuchObjectError):
        return None


def take_away(store: Objects, dropped: DroppedObject) -> None:
    """Delete the very object that was read; one put under its name meanwhile stays, and is an upload of its own.

    Where the store deletes without looking, nothing is deleted: an object that came this moment would be lost.
    """
    if store.promises.deletes_what_was_seen:
        store.delete_seen(dropped.stored.key, dropped.stored.etag)


def release(store: Objects, dropped: DroppedObject) -> None:
    """Let go of a claim: its object is in the ledger, or not there any more."""
    store.delete(_claim_key(dropped.claim))


def forget_claims(store: Objects, lying: list[DroppedObject], now: datetime) -> None:
    """Delete claims of objects that do not lie in the inbox any more: a crash came before they were released."""
    wanted = {_claim_key(each.claim) for each in lying}
    for held in store.listed(CLAIMS):
        if held.key not in wanted and now - held.put_at > _FORGOTTEN_AFTER:
            store.delete(held.key)


def in_folders(store: Objects) -> list[str]:
    """Names of folders in the inbox: what lies in them is not read."""
    keys = [PurePosixPath(stored.key) for stored in store.listed(INBOX)]
    return sorted({key.parts[1] for key in keys if len(key.parts) > 2})


def _claim_key(claim: UUID) -> str:
    return f"{CLAIMS}/{claim}"
