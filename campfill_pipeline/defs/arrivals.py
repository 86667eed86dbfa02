"""Taking files in: claimed from the inbox (or copied for `ingest`), archived, and entered in the ledger."""

from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path

from campfill_pipeline.defs.resources import Campfill
from campfill_pipeline.domain.clock import is_lately
from campfill_pipeline.domain.errors import CampfillError
from campfill_pipeline.intake.inbox import dropped_objects, folder
from campfill_pipeline.storage import originals
from campfill_pipeline.storage.errors import StorageError
from campfill_pipeline.storage.objects import Objects, open_objects
from campfill_pipeline.warehouse.register import announced, ledger, uploads

HALF_FETCHED_SECONDS = 86_400
YOUNG_SECONDS = 60  # a claim or a commanded upload this young is in the hands of the process that made it


class UnreadableFileError(CampfillError):
    """A file given to `ingest` cannot be opened. Carries its path."""

    def __init__(self, file: Path, problem: str) -> None:
        self.file = file
        super().__init__(
            f"{file} cannot be read: {problem}. Nothing was taken in.", "Check the path and its permissions."
        )


def take_from_inbox(campfill: Campfill) -> list[str]:
    """Enter every settled file in the ledger, waiting a moment for one to settle.

    Returns sentences about files that could not be taken.
    """
    settings = campfill.settings
    problems = []
    try:
        _finish_claims(campfill)
        problems += take_from_storage(campfill)
        for settled in folder.InboxWatch(settings).wait(campfill.watch_seconds):
            taken = folder.claim(settled, settings)
            if isinstance(taken, folder.Claimed):
                _enter(campfill, taken, "inbox")
            else:
                problems.append(taken.message)
    except StorageError as fault:  # what was claimed is still claimed, and finished once the store answers
        problems.append(str(fault))
    settings.work.mkdir(parents=True, exist_ok=True)
    settings.last_look.touch()
    return problems


def _finish_claims(campfill: Campfill) -> None:
    now = time.time()
    for claimed in folder.unfinished_claims(campfill.settings):
        if (
            abs(now - claimed.path.parent.stat().st_mtime) > YOUNG_SECONDS
        ):  # ahead: the clock was set back since
            _enter(campfill, claimed, "inbox")
    folder.clear_fetched(campfill.settings, before=now - HALF_FETCHED_SECONDS)


def take_from_storage(campfill: Campfill) -> list[str]:
    """Enter what lies in the inbox of the object store, if one is set; a trouble with one object holds up no other.

    Returns sentences about what could not be taken. Raises StorageError where the store itself does not answer.
    """
    store = open_objects(campfill.settings)
    if store is None:
        return []
    lying = dropped_objects.waiting(store)
    with campfill.connect() as connection:
        entered = uploads.entered(connection, [each.claim for each in lying])
    problems = []
    for dropped in lying:
        try:
            if dropped.claim in entered and not store.promises.deletes_what_was_seen:
                continue  # it stays there, and the ledger has it
            if dropped.claim not in entered and not _take_object(campfill, store, dropped):
                continue
            dropped_objects.take_away(store, dropped)
            dropped_objects.release(store, dropped)
        except StorageError as fault:
            problems.append(str(fault))
        except OSError as fault:
            problems.append(
                f"“{dropped.name}” cannot be brought to this machine's disk ({fault.strerror}). It waits in "
                f"{store.shown}, and is read once there is room, and CAMPFILL_HOME may be written."
            )
    dropped_objects.forget_claims(store, lying, campfill.clock())
    return problems


def _take_object(campfill: Campfill, store: Objects, dropped: dropped_objects.DroppedObject) -> bool:
    """Enter one object in the ledger; False where another machine is at it, or it is not there any more."""
    if not dropped_objects.claim(store, dropped, campfill.settings, campfill.clock()):
        return False
    claimed = dropped_objects.bring(store, dropped, campfill.settings)
    if claimed is None:
        dropped_objects.release(store, dropped)
        return False
    _enter(campfill, claimed, "inbox")
    return True


def take_copy(campfill: Campfill, file: Path) -> uploads.Upload:
    """Copy one file and enter it in the ledger. Raises what `folder.claim_copy` raises where it cannot be read."""
    return _enter(campfill, folder.claim_copy(file, campfill.settings), "command")


def in_other_hands(campfill: Campfill, upload: uploads.Upload) -> bool:
    """Whether a command has just taken this upload in and is about to run it itself."""
    young = is_lately(upload.received_at, campfill.clock(), timedelta(seconds=YOUNG_SECONDS))
    return upload.door == "command" and upload.attempts == 0 and young


def _enter(campfill: Campfill, claimed: folder.Claimed, door: str) -> uploads.Upload:
    store = open_objects(campfill.settings)
    if store is not None:
        # Before the ledger knows it: whoever reads it there finds the original.
        original = folder.archive_path(campfill.settings, claimed.archived_as)
        originals.keep(store, original, claimed.archived_as)
    with campfill.connect() as connection:
        sent = door == "inbox" and announced.take(
            connection, claim=claimed.upload_id, inbox_name=claimed.file_name, sha256=claimed.sha256
        )
        upload = ledger.record_arrival(
            connection,
            upload_id=sent.upload_id if sent else claimed.upload_id,
            sha256=claimed.sha256,
            file_name=sent.file_name if sent else claimed.file_name,
            file_bytes=claimed.file_bytes,
            archived_as=claimed.archived_as,
            door="http" if sent else door,
            received_at=campfill.clock(),
        )
    folder.release(claimed, campfill.settings)  # only now: until the ledger knows it, the claim is the proof
    return upload


def check_readable(file: Path) -> None:
    """Raise `UnreadableFileError` where `file` cannot be opened: before anything is taken in."""
    try:
        with file.open("rb"):
            pass
    except OSError as error:
        raise UnreadableFileError(file, error.strerror or str(error)) from error


def give_up(campfill: Campfill, upload: uploads.Upload) -> None:
    """Reject an upload whose attempts all failed, so that it no longer waits."""
    with campfill.connect() as connection:
        ledger.give_up(
            connection,
            upload.upload_id,
            reason="internal_error",
            message=f"campfill failed on this file {upload.attempts} times; the file itself may be in order.",
            at=campfill.clock(),
        )
