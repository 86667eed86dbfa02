"""Taking an export back, and putting it back in force: its hours are what the other exports in force say of them.

Belongs here: which exports count, and in which order. Does not belong here: how hours are told again
(`retelling/exports`), campaign lists (`revert`), reading originals (the caller's `read` does it).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import psycopg

from campfill_pipeline.warehouse.register import revert, uploads
from campfill_pipeline.warehouse.register.uploads import Upload
from campfill_pipeline.warehouse.retelling import exports as retelling
from campfill_pipeline.warehouse.retelling.exports import ExportRows, Retold, Told

Read = Callable[[Upload], ExportRows]


@dataclass(frozen=True)
class ExportRevert:
    """What taking an export back did. `upload.reverted_at` is None where it was put back in force."""

    upload: Upload
    delivery: Retold


def take_back(
    conn: psycopg.Connection,
    upload_id: UUID,
    read: Read,
    now: datetime,
    *,
    zone: ZoneInfo,
    again: bool | None = False,
) -> ExportRevert:
    """Take back exactly what a stored export changed; `again`: put one that was taken back in force (None:
    whichever it is).

    One transaction, the caller's where it has one. Raises LedgerError where that cannot be, and what `read` raises:
    then nothing was changed.
    """
    with conn.transaction():
        upload = revert.export_to_take_back(conn, upload_id, again=again)
        again = not upload.stands
        delivery = tell_again(conn, upload, read, now, zone=zone, counts=again)
        detail = {"rows": delivery.new + delivery.changed + delivery.gone, "days": len(delivery.days)}
        return ExportRevert(revert.note_export(conn, upload_id, now, again=again, detail=detail), delivery)


def preview(
    conn: psycopg.Connection,
    upload_id: UUID,
    read: Read,
    now: datetime,
    *,
    zone: ZoneInfo,
    again: bool | None = False,
) -> ExportRevert:
    """What `take_back` would do, found by doing it and letting go of it. Raises likewise."""
    with conn.transaction(force_rollback=True):
        return take_back(conn, upload_id, read, now, zone=zone, again=again)


def tell_again(
    conn: psycopg.Connection, upload: Upload, read: Read, now: datetime, *, zone: ZoneInfo, counts: bool
) -> Retold:
    """Make the hours of an export's series what the exports in force say, with or without it (`counts`)."""
    with conn.transaction():
        own = read(upload)
        region = retelling.region_of(conn, own)
        if region is None:
            return Retold()
        speaking = uploads.exports_speaking_of(conn, upload, region.first, region.end)
        told = [(other, read(other)) for other in speaking]
        if counts:
            told = sorted([*told, (upload, own)], key=lambda one: one[0].order_no)
        return retelling.retell(
            conn,
            region,
            [Told(other.upload_id, other.received_at, said) for other, said in told],
            upload_id=upload.upload_id,
            counts=counts,
            zone=zone,
            now=now,
        )


def document(result: ExportRevert) -> dict[str, Any]:
    """What taking an export back did or would do, as every door tells it: with the keys of a list's, and `delivery`."""
    delivery = asdict(result.delivery)
    rows = {name: delivery.pop(name) for name in ("new", "changed", "gone")}
    return {
        "upload_id": result.upload.upload_id,
        "file": result.upload.file_name,
        "taken_back": [],
        "changes": [],
        "left": [],
        "in_force": result.upload.reverted_at is None,
        "delivery": {"rows": rows, **delivery},
    }
