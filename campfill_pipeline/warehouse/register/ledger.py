"""The ledger of uploads: what arrived, what waits, what became of it.

Belongs here: the life of an upload, each step an event that is kept. Does not belong here: lines and their
revisions (`apply`, `revert`), files.

Every writing function is one transaction on an autocommit connection, and part of the caller's on any other.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from campfill_pipeline.domain.uploads import IN_FORCE, RECEIPT_NAME, UploadStatus
from campfill_pipeline.language.speaking import say
from campfill_pipeline.warehouse.claims import check_claim
from campfill_pipeline.warehouse.claims import claim_run as claim_run
from campfill_pipeline.warehouse.claims import live_runs as live_runs
from campfill_pipeline.warehouse.locks import ARRIVAL_LOCK, REGISTER_LOCK
from campfill_pipeline.warehouse.notices import of_uploads as notices_of_uploads
from campfill_pipeline.warehouse.register.decision import Decision as Decision
from campfill_pipeline.warehouse.register.uploads import Counts as Counts
from campfill_pipeline.warehouse.register.uploads import LedgerError as LedgerError
from campfill_pipeline.warehouse.register.uploads import Upload as Upload
from campfill_pipeline.warehouse.register.uploads import by_partition_keys as by_partition_keys
from campfill_pipeline.warehouse.register.uploads import duplicate_of as duplicate_of
from campfill_pipeline.warehouse.register.uploads import find as find
from campfill_pipeline.warehouse.register.uploads import get as get
from campfill_pipeline.warehouse.register.uploads import issues as issues
from campfill_pipeline.warehouse.register.uploads import recent as recent
from campfill_pipeline.warehouse.register.uploads import waiting as waiting
from campfill_pipeline.warehouse.statements import query

ISSUE_COLUMNS = (
    "issue_no",
    "sheet",
    "cell",
    "row_no",
    "column_name",
    "value",
    "code",
    "severity",
    "message",
    "hint",
)


def partition_key(seq: int, file_name: str) -> str:
    """Dagster's name for an upload: in order of arrival, and readable: `000008-campaigns.xlsx`.

    A receipt that comes back is called like the file it belongs to, so that names do not grow from round to round.
    """
    name = RECEIPT_NAME.sub(r"\1.xlsx", unicodedata.normalize("NFC", file_name))
    clean = re.sub(r"[^\w.\-]+|\.{2,}", "-", name)
    return f"{seq:06d}-{clean[:60].strip('-') or 'file'}"


def add_event(
    conn: psycopg.Connection,
    event: str,
    upload_id: UUID,
    at: datetime | None,
    detail: Mapping[str, Any] | None = None,
) -> int:
    """Append to the ledger's history; return the event's number."""
    row = conn.execute(
        query("register/ledger", "add event"),
        [at, event, upload_id, Jsonb(dict(detail or {}))],
    ).fetchone()
    assert row is not None
    number: int = row[0]
    return number


def record_arrival(
    conn: psycopg.Connection,
    *,
    upload_id: UUID,
    sha256: str,
    file_name: str,
    file_bytes: int,
    archived_as: str,
    door: str,
    received_at: datetime,
) -> Upload:
    """Enter a claimed file, `received`. Recording the same upload again changes nothing and returns what is known."""
    with conn.transaction():
        # Without the lock a later number could become visible before an earlier one, and be processed first.
        conn.execute("SELECT pg_advisory_xact_lock(%s)", [ARRIVAL_LOCK])
        if known := find(conn, upload_id):
            return known
        row = conn.execute("SELECT nextval(pg_get_serial_sequence('upload', 'seq'))").fetchone()
        assert row is not None
        facts = {
            "seq": row[0],
            "partition_key": partition_key(row[0], file_name),
            "sha256": sha256,
            "file_name": file_name,
            "file_bytes": file_bytes,
            "archived_as": archived_as,
            "door": door,
        }
        conn.execute(
            query("register/ledger", "record arrival"),
            {**facts, "upload_id": upload_id, "received_at": received_at},
        )
        add_event(conn, "arrived", upload_id, received_at, facts)
        return get(conn, upload_id)


def begin_attempt(
    conn: psycopg.Connection, upload_id: UUID, run_id: str, *, at: datetime | None = None
) -> int:
    """Note that run `run_id` now works on a waiting upload; return the number of attempts with this one."""
    with conn.transaction():
        row = conn.execute(
            query("register/ledger", "begin attempt"),
            [run_id, upload_id],
        ).fetchone()
        if row is None:
            raise _already_decided(get(conn, upload_id))
        add_event(conn, "attempted", upload_id, at, {"run_id": run_id, "attempt": row[0]})
        attempts: int = row[0]
        return attempts


def take_back_attempt(
    conn: psycopg.Connection, run_id: str, *, upload_id: UUID | None = None, at: datetime | None = None
) -> int:
    """Count no attempt of run `run_id` at uploads that still wait, or at this one: it ended by no fault of theirs.

    Returns how many it was at.
    """
    with conn.transaction():
        values = {"run_id": run_id, "upload_id": upload_id}
        found = conn.execute(query("register/ledger", "take back attempt"), values).fetchall()
        for (waiting,) in found:
            add_event(conn, "interrupted", waiting, at, {"run_id": run_id})
        return len(found)


def _already_decided(upload: Upload) -> LedgerError:
    return LedgerError(
        upload.upload_id,
        f"The upload {upload.upload_id} ({upload.file_name}) is already {upload.status}.",
        "Drop the file again to have it looked at again.",
    )


def store_issues(conn: psycopg.Connection, upload_id: UUID, issues: Path | None) -> int:
    """Replace an upload's issues by those of `issues` (Arrow stream of ISSUE_COLUMNS); return how many."""
    from campfill_pipeline.warehouse.arrow_copy import (
        copy_stream,
    )  # pyarrow is slow to import: not for every command

    conn.execute("DELETE FROM upload_issue WHERE upload_id = %s", [upload_id])
    if issues is None:
        return 0
    return copy_stream(conn, issues, "upload_issue", ISSUE_COLUMNS, constants={"upload_id": str(upload_id)})


def decide(
    conn: psycopg.Connection,
    upload_id: UUID,
    found: Decision,
    *,
    at: datetime | None = None,
    event_no: int | None = None,
) -> Upload:
    """Give a waiting upload its verdict, once and for all. Raises LedgerError if it has one already.

    An upload that is loaded takes its place in the order of application. `event_no`: the event made beforehand
    for this decision, else one is added.
    """
    with conn.transaction():
        conn.execute("SELECT pg_advisory_xact_lock(%s)", [REGISTER_LOCK])
        loaded = found.status in IN_FORCE
        counts, (new, updated, unchanged) = found.counts, found.changed or (None, None, None)
        facts: dict[str, Any] = {
            "status": found.status, "kind": found.kind, "reason": found.reason, "message": found.message,
            "hint": found.hint, "rows_read": counts and counts.read, "rows_accepted": counts and counts.accepted,
            "rows_rejected": counts and counts.rejected, "rows_skipped": counts and counts.skipped,
            "rows_new": new, "rows_updated": updated, "rows_unchanged": unchanged, "notes": list(found.notes),
            "description_name": found.description and found.description[0],
            "description_version": found.description and found.description[1],
        }  # fmt: skip
        row = conn.execute(
            sql.SQL(
                "UPDATE upload SET ({}) = ROW({}), decided_at = COALESCE(%(at)s, now()),"
                " content_date = %(content_date)s,"
                " applied_no = CASE WHEN %(loaded)s THEN (SELECT COALESCE(max(applied_no), 0) + 1 FROM upload) END"
                " WHERE upload_id = %(upload_id)s AND status = 'received' RETURNING applied_no"
            ).format(
                sql.SQL(", ").join(map(sql.Identifier, facts)),
                sql.SQL(", ").join(map(sql.Placeholder, facts)),
            ),
            {**facts, "at": at, "content_date": found.content_date, "loaded": loaded, "upload_id": upload_id},
        ).fetchone()
        if row is None:
            raise _already_decided(get(conn, upload_id))
        store_issues(conn, upload_id, found.issues)
        if original := found.detail.get("duplicate_of"):
            conn.execute(query("register/ledger", "renew"), {"original": original, "repeat": upload_id})
        facts |= {
            "applied_no": row[0],
            "content_date": found.content_date and found.content_date.isoformat(),
            **found.detail,
        }
        if event_no is None:
            add_event(conn, "decided", upload_id, at, facts)
        else:
            conn.execute("UPDATE ledger_event SET detail = %s WHERE event_no = %s", [Jsonb(facts), event_no])
        decided = get(conn, upload_id)
        notices_of_uploads.tell(
            conn, upload_id, decided.file_name, found.status, message=found.message, hint=found.hint,
            rows_rejected=decided.rows_rejected, rows_read=decided.rows_read, at=at,
        )  # fmt: skip
        check_claim(conn)
        return decided


def decide_if_duplicate(conn: psycopg.Connection, upload: Upload, *, at: datetime | None = None) -> bool:
    """Decide a waiting upload that repeats the newest standing one, byte for byte: nothing changes. Else False.

    Raises LedgerError if it has its verdict already: of two runs at one upload, one comes too late.
    """
    with conn.transaction():
        conn.execute("SELECT pg_advisory_xact_lock(%s)", [REGISTER_LOCK])
        if (known := get(conn, upload.upload_id)).status != UploadStatus.RECEIVED:
            raise _already_decided(known)
        original = duplicate_of(conn, upload)
        if original is None:
            return False
        received = f"{original.received_at:%Y-%m-%d %H:%M} UTC"
        found = Decision(
            status=UploadStatus.DUPLICATE, kind=original.kind,
            message=say(
                "The same file is already loaded: {file}, received {moment}.",
                file=original.file_name, moment=received,
            ),
            hint=say("Nothing to do."), detail={"duplicate_of": str(original.upload_id)},
        )  # fmt: skip
        decide(conn, upload.upload_id, found, at=at)
        return True


def give_up(
    conn: psycopg.Connection,
    upload_id: UUID,
    reason: str | None = None,
    message: str = "It could not be processed, in several attempts; the runs' logs say why.",
    *,
    at: datetime | None = None,
) -> Upload:
    """Reject an upload whose attempts failed, so that it no longer waits; `ask_again` takes it up once more."""
    hint = "Ask for it again once the cause is mended, or drop the file again."
    found = Decision(status=UploadStatus.REJECTED, reason=reason, message=message, hint=hint)
    return decide(conn, upload_id, found, at=at)


def ask_again(conn: psycopg.Connection, upload_id: UUID, *, at: datetime | None = None) -> Upload:
    """Put a rejected upload back among the waiting ones, with its attempts counted anew."""
    with conn.transaction():
        upload = get(conn, upload_id)
        if upload.status != UploadStatus.REJECTED:
            raise LedgerError(
                upload_id,
                f"The upload {upload_id} ({upload.file_name}) is {upload.status}.",
                "Only a rejected upload can be asked for again.",
            )
        store_issues(conn, upload_id, None)
        conn.execute(
            query("register/ledger", "ask again"),
            [upload_id],
        )
        add_event(conn, "retry_requested", upload_id, at)
        return get(conn, upload_id)


def set_receipt(conn: psycopg.Connection, upload_id: UUID, path: str, *, at: datetime | None = None) -> None:
    """Note where an upload's receipt lies, as a path below CAMPFILL_HOME."""
    with conn.transaction():
        conn.execute("UPDATE upload SET receipt = %s WHERE upload_id = %s", [path, upload_id])
        add_event(conn, "receipt", upload_id, at, {"path": path})
