"""Taking files in: claimed from the inbox (or copied for `ingest`), archived, and entered in the ledger."""

from __future__ import annotations

import time
from pathlib import Path

from campfill_pipeline.defs.resources import Campfill
from campfill_pipeline.intake import folder
from campfill_pipeline.warehouse import ledger

_TAG_LENGTH = 60


def take_from_inbox(campfill: Campfill) -> list[str]:
    """Enter every settled file in the ledger. Returns sentences about files that could not be taken."""
    settings = campfill.settings
    problems = []
    for claimed in folder.unfinished_claims(settings):
        _enter(campfill, claimed, "inbox")
    for settled in folder.InboxWatch(settings).settled(time.time()):
        taken = folder.claim(settled, settings)
        if isinstance(taken, folder.Claimed):
            _enter(campfill, taken, "inbox")
        else:
            problems.append(taken.message)
    return problems


def take_copy(campfill: Campfill, file: Path) -> ledger.Upload:
    """Copy one file and enter it in the ledger. Raises what `folder.claim_copy` raises where it cannot be read."""
    return _enter(campfill, folder.claim_copy(file, campfill.settings), "command")


def _enter(campfill: Campfill, claimed: folder.Claimed, door: str) -> ledger.Upload:
    with campfill.connect() as connection:
        upload = ledger.record_arrival(
            connection,
            upload_id=claimed.upload_id,
            sha256=claimed.sha256,
            file_name=claimed.file_name,
            file_bytes=claimed.file_bytes,
            archived_as=claimed.archived_as,
            door=door,
            received_at=campfill.clock(),
        )
    folder.release(claimed, campfill.settings)  # only now: until the ledger knows it, the claim is the proof
    return upload


def tag_text(file_name: str) -> str:
    """A file name as a run tag: printable and short."""
    printable = "".join(c if c.isprintable() else "_" for c in file_name)
    return printable if len(printable) <= _TAG_LENGTH else printable[: _TAG_LENGTH - 1] + "…"
