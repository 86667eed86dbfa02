"""The uploads as the ledger has them: finding and reading.

Belongs here: what an upload is, and every way to look it up. Does not belong here: what happens to uploads
(`ledger`), lines.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
from psycopg import sql
from psycopg.rows import class_row

from campfill_pipeline.domain.errors import CampfillError
from campfill_pipeline.domain.issues import Issue, Severity
from campfill_pipeline.domain.uploads import IN_FORCE
from campfill_pipeline.warehouse.statements import query, sections


class LedgerError(CampfillError):
    """The ledger refuses a step. Carries the upload's id and what stands against it."""

    def __init__(self, upload_id: UUID, problem: str, mend: str) -> None:
        self.upload_id = upload_id
        super().__init__(problem, mend)


@dataclass(frozen=True)
class Upload:
    """One row of table `upload`; see its migration for what the columns mean."""

    upload_id: UUID
    seq: int
    order_no: int
    partition_key: str
    sha256: str
    file_name: str
    file_bytes: int
    archived_as: str
    door: str
    kind: str
    status: str
    reason: str | None
    message: str | None
    hint: str | None
    received_at: datetime
    decided_at: datetime | None
    reverted_at: datetime | None
    attempts: int
    run_id: str | None
    content_date: datetime | None
    applied_no: int | None
    rows_read: int | None
    rows_accepted: int | None
    rows_rejected: int | None
    rows_skipped: int | None
    rows_new: int | None
    rows_updated: int | None
    rows_unchanged: int | None
    notes: list[str]
    receipt: str | None
    description_name: str | None = None
    description_version: int | None = None

    @property
    def stands(self) -> bool:
        """Whether it was loaded and has not been reverted."""
        return self.status in IN_FORCE and self.reverted_at is None


@dataclass(frozen=True)
class Counts:
    """Rows of one upload: read = accepted + rejected; `skipped` (blank, total, repeated) are not among the read."""

    read: int = 0
    accepted: int = 0
    rejected: int = 0
    skipped: int = 0


COLUMNS = sql.SQL(", ").join(sql.Identifier(field.name) for field in fields(Upload))


def find(conn: psycopg.Connection, upload_id: UUID) -> Upload | None:
    """The upload of this id, or None."""
    found = _select(conn, sql.SQL("WHERE upload_id = %s"), [upload_id])
    return found[0] if found else None


def entered(conn: psycopg.Connection, claims: Sequence[UUID]) -> set[UUID]:
    """Those of these claims of files whose files are in the ledger: under their own id, or their sender's."""
    rows = conn.execute(query("register/uploads", "entered"), {"claims": list(claims)}).fetchall()
    return {row[0] for row in rows}


def get(conn: psycopg.Connection, upload_id: UUID) -> Upload:
    """The upload of this id. Raises LedgerError if there is none."""
    if found := find(conn, upload_id):
        return found
    raise LedgerError(
        upload_id, f"There is no upload {upload_id}.", "`campfill status` lists the latest uploads."
    )


def by_number(conn: psycopg.Connection, number: int) -> Upload | None:
    """The upload with this number, counted by arrival, as receipts and `campfill status` show it; else None."""
    found = _select(conn, sql.SQL("WHERE seq = %s"), [number])
    return found[0] if found else None


def by_partition_keys(conn: psycopg.Connection, keys: Sequence[str]) -> list[Upload]:
    """The uploads that are these partitions of Dagster's, in order of arrival; unknown keys are passed over."""
    return _select(conn, sql.SQL("WHERE partition_key = ANY (%s) ORDER BY seq"), [list(keys)])


def waiting(conn: psycopg.Connection, limit: int | None = None) -> list[Upload]:
    """Uploads that are not decided, in order of arrival."""
    return _select(conn, sql.SQL("WHERE status = 'received' ORDER BY seq LIMIT %s"), [limit])


def recent(conn: psycopg.Connection, n: int) -> list[Upload]:
    """The `n` latest uploads, latest first."""
    return _select(conn, sql.SQL("ORDER BY seq DESC LIMIT %s"), [n])


def duplicate_of(conn: psycopg.Connection, upload: Upload) -> Upload | None:
    """The upload in force that arrived last of its kind, where it has the very bytes of `upload`; else None."""
    found = _select(
        conn,
        sql.SQL(
            "WHERE sha256 = %s AND upload_id <> %s AND applied_no IS NOT NULL AND order_no IN ("
            " SELECT max(order_no) FROM upload WHERE applied_no IS NOT NULL AND reverted_at IS NULL GROUP BY kind)"
        ),
        [upload.sha256, upload.upload_id],
    )
    return found[0] if found else None


def asked_again_by(conn: psycopg.Connection, upload_id: UUID) -> Upload | None:
    """The upload that this one, a corrected receipt, asked for again; None where it asked for none."""
    row = conn.execute(sections("register/uploads")["asked again"].encode(), [upload_id]).fetchone()
    return find(conn, row[0]) if row and row[0] else None


def later_exports(conn: psycopg.Connection, upload: Upload) -> list[Upload]:
    """Stored exports that arrived after this one and tell of the same campaigns or deals in its hours, in order."""
    later = sql.SQL(sections("register/uploads")["later exports"])
    return _select(conn, later, [upload.order_no, upload.upload_id])


def exports_speaking_of(
    conn: psycopg.Connection, upload: Upload, first: datetime, end: datetime
) -> list[Upload]:
    """The other stored exports that speak of the series in `retold_series` in these hours, in the order that counts.

    And those with refused rows: what one could not read, another may have told.
    """
    speaking = sql.SQL(sections("register/uploads")["exports speaking of"])
    return _select(conn, speaking, [upload.upload_id, end, first])


def _select(conn: psycopg.Connection, clauses: sql.SQL, values: list[Any]) -> list[Upload]:
    with conn.cursor(row_factory=class_row(Upload)) as cursor:
        return cursor.execute(sql.SQL("SELECT {} FROM upload {}").format(COLUMNS, clauses), values).fetchall()


_WORST_FIRST = sql.SQL("array_position(ARRAY['error', 'warning', 'info'], severity), ")


def issues(conn: psycopg.Connection, upload_id: UUID) -> list[Issue]:
    """An upload's issues in their order."""
    return _issues(conn, sql.SQL(""), upload_id, None)


def issues_of(conn: psycopg.Connection, upload_id: UUID, code: str) -> list[Issue]:
    """An upload's issues of one code, in their order."""
    rows = conn.execute(query("register/uploads", "issues of a code"), [upload_id, code]).fetchall()
    return [
        Issue(sheet, cell, row, column, value, code, Severity(severity), message, hint)
        for sheet, cell, row, column, value, code, severity, message, hint in rows
    ]


def issues_behind(
    conn: psycopg.Connection, upload_id: UUID, number: int, limit: int
) -> tuple[int, list[Issue]]:
    """At most `limit` issues behind the one with this number, in their order, and the number of the last."""
    rows = conn.execute(query("register/uploads", "issues behind"), [upload_id, number, limit]).fetchall()
    found = [
        Issue(sheet, cell, row, column, value, code, Severity(severity), message, hint)
        for _, sheet, cell, row, column, value, code, severity, message, hint in rows
    ]
    return (rows[-1][0] if rows else number), found


def worst_issues(conn: psycopg.Connection, upload_id: UUID, limit: int) -> list[Issue]:
    """At most `limit` of an upload's issues: errors, then warnings, then infos, each in their order."""
    return _issues(conn, _WORST_FIRST, upload_id, limit)


def _issues(conn: psycopg.Connection, order: sql.SQL, upload_id: UUID, limit: int | None) -> list[Issue]:
    rows = conn.execute(
        sql.SQL(sections("register/uploads")["issues"]).format(order=order), [upload_id, limit]
    ).fetchall()
    return [
        Issue(sheet, cell, row, column, value, code, Severity(severity), message, hint)
        for sheet, cell, row, column, value, code, severity, message, hint in rows
    ]
