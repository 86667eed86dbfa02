"""Taking an upload back, and putting it back in force.

A line is what the list in force that arrived last, of those that name it, says of it; with none left, it is withdrawn.
A list is in force until it is reverted, and again when the revert is reverted. Everything here follows from that
sentence (docs/decisions/0022).

Belongs here: undoing lists, and what the ledger notes of any upload. Does not belong here: applying lists (`apply`),
the hours of an export (`export_revert`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
from psycopg.types.json import Jsonb

from campfill_pipeline.domain.uploads import UploadKind
from campfill_pipeline.warehouse.locks import REGISTER_LOCK
from campfill_pipeline.warehouse.notices import of_uploads
from campfill_pipeline.warehouse.register import ledger, revisions
from campfill_pipeline.warehouse.register.uploads import Upload
from campfill_pipeline.warehouse.statements import query


@dataclass(frozen=True)
class TakenBack:
    """A line that changed: `action` is reverted, withdrawn or restored; `upload_id` brought what it is now."""

    line_id: UUID
    name: str
    action: str
    upload_id: UUID


@dataclass(frozen=True)
class LeftAlone:
    """A line that stays as it is, because an upload that arrived later, and is in force, names it too."""

    line_id: UUID
    name: str
    upload_id: UUID
    file_name: str


@dataclass(frozen=True)
class WouldChange:
    """One field of one line that a revert would change; a line that only goes or comes back has no `field`."""

    line_id: UUID
    name: str
    action: str
    field: str | None
    before: str | None
    after: str | None


@dataclass(frozen=True)
class RevertResult:
    """What a revert did. `upload.reverted_at` is None where the upload was put back in force."""

    upload: Upload
    taken: tuple[TakenBack, ...]
    left: tuple[LeftAlone, ...]
    changes: tuple[WouldChange, ...]

    @property
    def stands(self) -> bool:
        """True where this reverted a revert, so that the upload counts again."""
        return self.upload.reverted_at is None


def _changes(conn: psycopg.Connection, upload_id: UUID) -> tuple[WouldChange, ...]:
    rows = conn.execute(query("register/revert", "would change"), [upload_id]).fetchall()
    return tuple(WouldChange(*row) for row in rows)


def revert(
    conn: psycopg.Connection, upload_id: UUID, now: datetime, *, again: bool | None = None
) -> RevertResult:
    """Take back exactly what a loaded list changed, as new revisions; on a reverted one, put it back in force.

    One transaction. Lines that later uploads name too are left and listed. `again` says which of the two is meant, so
    that a second revert by mistake changes nothing: True, put it back; False, take it back; None, whichever it is (a
    replay). Raises LedgerError where that cannot be.
    """
    with conn.transaction():
        conn.execute("SELECT pg_advisory_xact_lock(%s)", [REGISTER_LOCK])
        upload = ledger.get(conn, upload_id)
        if upload.kind != UploadKind.CAMPAIGN_LIST or upload.applied_no is None:
            raise refusal(upload)
        stands = not upload.stands
        _check_meant(upload, again)
        event_no = _note(conn, upload_id, now, stands)
        values = {"upload_id": upload_id, "event_no": event_no, "now": now, "stands": stands,
                  "order_no": upload.order_no}  # fmt: skip
        run = revisions.runner(conn, "revert", values)
        revisions.prepare(conn)
        for part in ("own", "top", "budget", "arriving", "touched"):
            run(part)
        revisions.write(conn, values, brought=False)
        run("absence")
        taken = tuple(TakenBack(*row) for row in run("taken"))
        left = tuple(LeftAlone(*row) for row in run("left"))
        revisions.finish(conn, event_no)
        conn.execute("DROP TABLE own, top, budget")
        detail = {"stands": stands, "taken": len(taken), "left": len(left)}
        conn.execute("UPDATE ledger_event SET detail = %s WHERE event_no = %s", [Jsonb(detail), event_no])
        return RevertResult(ledger.get(conn, upload_id), taken, left, _changes(conn, upload_id))


def export_to_take_back(conn: psycopg.Connection, upload_id: UUID, *, again: bool | None) -> Upload:
    """The stored export that is to be taken back, or (`again`) put back in force. Raises LedgerError likewise."""
    upload = ledger.get(conn, upload_id)
    if upload.kind != UploadKind.REPORT_CSV or upload.applied_no is None:
        raise refusal(upload)
    _check_meant(upload, again)
    return upload


def note_export(
    conn: psycopg.Connection,
    upload_id: UUID,
    now: datetime,
    *,
    again: bool | None = None,
    detail: Mapping[str, Any] | None = None,
) -> Upload:
    """Note in the ledger that an export was taken back, or (`again`) counts again; its hours are the caller's.

    `again` None: whichever it is (a replay, where the report rows are a source and stay).
    """
    with conn.transaction():
        conn.execute("SELECT pg_advisory_xact_lock(%s)", [REGISTER_LOCK])
        upload = ledger.get(conn, upload_id)
        stands = not upload.stands
        _check_meant(upload, again)
        _note(conn, upload_id, now, stands, {"stands": stands, **(detail or {})})
        return ledger.get(conn, upload_id)


def is_export(conn: psycopg.Connection, upload_id: UUID) -> bool:
    """Whether this upload brought delivery, and none of the lines. Raises LedgerError where there is no such upload."""
    return ledger.get(conn, upload_id).kind == UploadKind.REPORT_CSV


def is_map(conn: psycopg.Connection, upload_id: UUID) -> bool:
    """Whether this upload is a mapping file. Raises LedgerError where there is no such upload."""
    return ledger.get(conn, upload_id).kind == UploadKind.ID_MAP


def is_care(conn: psycopg.Connection, upload_id: UUID) -> bool:
    """Whether this upload is a sheet Care. Raises LedgerError where there is no such upload."""
    return ledger.get(conn, upload_id).kind == UploadKind.CARE


def _note(
    conn: psycopg.Connection,
    upload_id: UUID,
    now: datetime,
    stands: bool,
    detail: Mapping[str, Any] | None = None,
) -> int:
    conn.execute(
        "UPDATE upload SET reverted_at = %s WHERE upload_id = %s", [None if stands else now, upload_id]
    )
    if not stands:
        of_uploads.taken_back(conn, ledger.get(conn, upload_id).file_name, at=now)
    return ledger.add_event(conn, "reverted", upload_id, now, detail)


def _check_meant(upload: Upload, again: bool | None) -> None:
    if again is not None and again is upload.stands:
        raise _not_meant(upload)


def _not_meant(upload: Upload) -> ledger.LedgerError:
    named = f"The upload {upload.seq} ({upload.file_name})"
    if upload.reverted_at is None:
        return ledger.LedgerError(
            upload.upload_id,
            f"{named} is in force: there is no revert to undo.",
            f"`campfill revert {upload.seq}`, without --again, takes it back.",
        )
    return ledger.LedgerError(
        upload.upload_id,
        f"{named} is taken back already, since {upload.reverted_at:%Y-%m-%d %H:%M} UTC. Nothing was changed.",
        f"If it shall count again: `campfill revert {upload.seq} --again`.",
    )


def preview(
    conn: psycopg.Connection, upload_id: UUID, now: datetime, *, again: bool | None = None
) -> RevertResult:
    """What `revert` would do, found by doing it and letting go of it. Raises LedgerError likewise."""
    with conn.transaction(force_rollback=True):
        return revert(conn, upload_id, now, again=again)


def document(result: RevertResult) -> dict[str, Any]:
    """What a revert did or would do, as every door tells it."""
    return {
        "upload_id": result.upload.upload_id,
        "file": result.upload.file_name,
        "taken_back": [asdict(line) for line in result.taken],
        "changes": [asdict(change) for change in result.changes if change.field is not None],
        "left": [asdict(line) for line in result.left],
        "in_force": result.stands,
    }


def refusal(upload: Upload) -> ledger.LedgerError:
    """Why an upload cannot be taken back like this."""
    named = f"The upload {upload.upload_id} ({upload.file_name})"
    if upload.kind == UploadKind.REPORT_CSV and upload.applied_no is not None:
        return ledger.LedgerError(
            upload.upload_id, f"{named} brought delivery, no lines.", "Its hours are to be told again."
        )
    return ledger.LedgerError(
        upload.upload_id,
        f"{named} is {upload.status}: it changed nothing.",
        "Only what was loaded can be taken back; `campfill status` lists it.",
    )
