"""What an upload's verdict tells: rejected, loaded in part; over once the file, or its receipt, was loaded whole.

Belongs here: facts of the verdict, in its transaction. Does not belong here: the verdict (`register/ledger`).
"""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import psycopg

from campfill_pipeline.domain.notices import Kind, thread_of_file
from campfill_pipeline.domain.uploads import UploadStatus
from campfill_pipeline.language import notation
from campfill_pipeline.language.speaking import say, say_many
from campfill_pipeline.warehouse.notices.facts import Fact, begin, end_thread

KINDS = (Kind.LIST_REJECTED, Kind.LIST_PARTLY)


def tell(
    conn: psycopg.Connection,
    upload_id: UUID,
    file_name: str,
    status: str,
    *,
    message: str | None,
    hint: str | None,
    rows_rejected: int | None,
    rows_read: int | None,
    at: datetime | None,
) -> None:
    """Note what this verdict begins and ends; part of the caller's transaction."""
    now, thread = at or datetime.now(UTC), thread_of_file(file_name)
    if status in (UploadStatus.LOADED, UploadStatus.PARTLY_LOADED):
        whole = status == UploadStatus.LOADED
        told = (
            say("{file} was loaded whole.", file=file_name)
            if whole
            else say("{file} was loaded in part.", file=file_name)
        )
        end_thread(conn, KINDS, thread, told, now=now)
    if status == UploadStatus.REJECTED:
        why = f"{message or say('no row could be loaded.')} {hint or ''}".strip()
        told = say("{file} was rejected: {told}", file=file_name, told=why)
        begin(conn, [Fact(Kind.LIST_REJECTED, str(upload_id), told, thread=thread)], now=now)
    elif status == UploadStatus.PARTLY_LOADED:
        told = say_many(
            "{file}: {rejected} of {rows} rows was rejected. The receipt in outbox/ has it; mend it there and drop it "
            "back.",
            "{file}: {rejected} of {rows} rows were rejected. The receipt in outbox/ has them; mend them there and "
            "drop it back.",
            rows_rejected or 0,
            file=file_name,
            rejected=notation.number(rows_rejected or 0),
            rows=notation.number(rows_read or 0),
        )
        begin(conn, [Fact(Kind.LIST_PARTLY, str(upload_id), told, thread=thread)], now=now)


def taken_back(conn: psycopg.Connection, file_name: str, *, at: datetime | None) -> None:
    """Note that an upload was reverted: what is wrong with it is nobody's task any more."""
    now = at or datetime.now(UTC)
    end_thread(conn, KINDS, thread_of_file(file_name), say("{file} was taken back.", file=file_name), now=now)
