"""Taking an upload back, whatever it is: the one way for every door.

Belongs here: telling lists from exports. Does not belong here: what taking back means (`warehouse/register`).
"""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from campfill_pipeline.domain.progress import NamedProgress
from campfill_pipeline.intake.kept_exports import KeptExports
from campfill_pipeline.settings import Settings
from campfill_pipeline.warehouse.counts import files as counts
from campfill_pipeline.warehouse.database import Connection
from campfill_pipeline.warehouse.register import care_revert, descriptions, export_revert, id_maps, revert


def take_back(
    settings: Settings,
    connection: Connection,
    upload_id: UUID,
    now: datetime,
    *,
    again: bool | None = False,
    dry_run: bool = False,
    progress: NamedProgress = lambda what, done, total: None,
) -> dict[str, Any]:
    """Take an upload back, put it back in force (`again`; None: whichever it is), or only say what that would change.

    Raises LedgerError where that cannot be, ReadingTroubleError where an original is missing: then nothing changed.
    """
    if revert.is_map(connection, upload_id):
        return id_maps.take_back(connection, upload_id, now, again=again, dry_run=dry_run)
    if counts.is_count(connection, upload_id):
        return counts.take_back(connection, upload_id, now, again=again, dry_run=dry_run)
    if revert.is_care(connection, upload_id):
        return care_revert.take_back(connection, upload_id, now, again=again, dry_run=dry_run)
    if not revert.is_export(connection, upload_id):
        undo = revert.preview if dry_run else revert.revert
        return revert.document(undo(connection, upload_id, now, again=again))
    with KeptExports(settings, partial(descriptions.read_by, connection), progress) as kept:
        act = export_revert.preview if dry_run else export_revert.take_back
        result = act(connection, upload_id, kept.read, now, zone=settings.timezone, again=again)
    return export_revert.document(result)
