"""Files of second counts: which lines their texts name, keeping their rows, taking a file back.

Belongs here: what an upload of this kind does. Does not belong here: judging rows (`domain/second_counts`), comparing.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg

from campfill_pipeline.domain.uploads import UploadKind, UploadStatus
from campfill_pipeline.language.speaking import say
from campfill_pipeline.warehouse.arrow_copy import copy_stream
from campfill_pipeline.warehouse.locks import REGISTER_LOCK
from campfill_pipeline.warehouse.register import id_maps, ledger, revert
from campfill_pipeline.warehouse.register.decision import Decision
from campfill_pipeline.warehouse.register.uploads import Counts, Upload
from campfill_pipeline.warehouse.statements import query

COLUMNS = (
    "sheet", "row_no", "line_id", "counted_by", "first_day", "last_day", "site", "impressions", "zone",
)  # fmt: skip


def lines_named(
    conn: psycopg.Connection, texts: Collection[str], *, before: datetime | None = None
) -> dict[str, list[UUID]]:
    """The lines that these texts (in small letters) name: by id or external id, else by a mapping file.

    `before`: as of that moment.
    """
    found = id_maps.lines_named(conn, texts, before=before)
    rest = [text for text in texts if text not in found]
    for text, line in conn.execute(query("counts/files", "mapped"), {"texts": rest, "before": before}):
        found.setdefault(text, []).append(line)
    return found


def keep(conn: psycopg.Connection, upload_id: UUID, rows: Path) -> None:
    """Keep the accepted rows of a file. Part of the caller's transaction."""
    copy_stream(conn, rows, "second_count", COLUMNS, constants={"upload_id": str(upload_id)})


def apply_count(
    conn: psycopg.Connection, upload: Upload, rows: Path, issues: Path, counts: Counts, status: UploadStatus, *,
    now: datetime,
) -> None:  # fmt: skip
    """Bring a judged file into force. One transaction. Raises LedgerError where the upload is decided already."""
    with conn.transaction():
        conn.execute("SELECT pg_advisory_xact_lock(%s)", [REGISTER_LOCK])
        if ledger.decide_if_duplicate(conn, upload, at=now):
            return
        keep(conn, upload.upload_id, rows)
        [changed] = conn.execute(
            query("counts/files", "beside those in force"), {"upload_id": upload.upload_id}
        ).fetchall()
        found = Decision(
            status=status,
            kind=UploadKind.SECOND_COUNT,
            counts=counts,
            changed=changed,
            issues=issues,
            notes=(say("These are figures of somebody else, kept beside ours. They never become delivery."),),
        )
        ledger.decide(conn, upload.upload_id, found, at=now)
        _renew_page(conn)


def take_back(
    conn: psycopg.Connection,
    upload_id: UUID,
    now: datetime,
    *,
    again: bool | None = None,
    dry_run: bool = False,
) -> dict[str, Any]:
    """Take a file back, or put it back in force; the newest one before it counts again. Raises LedgerError."""
    with conn.transaction(force_rollback=dry_run):
        conn.execute("SELECT pg_advisory_xact_lock(%s)", [REGISTER_LOCK])
        upload = ledger.get(conn, upload_id)
        if upload.applied_no is None:
            raise revert.refusal(upload)
        noted = revert.note_export(conn, upload_id, now, again=again)
        _renew_page(conn)
        rows = conn.execute(query("counts/files", "rows of"), [upload_id]).fetchone()
        return {
            "upload_id": upload_id, "file": upload.file_name, "taken_back": [], "changes": [], "left": [],
            "in_force": noted.stands, "counts": rows[0] if rows else 0,
        }  # fmt: skip


def is_count(conn: psycopg.Connection, upload_id: UUID) -> bool:
    """Whether this upload is a second count. Raises LedgerError where there is no such upload."""
    return ledger.get(conn, upload_id).kind == UploadKind.SECOND_COUNT


def _renew_page(conn: psycopg.Connection) -> None:
    conn.execute(query("counts/files", "renew page"))
