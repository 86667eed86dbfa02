"""Mapping files in the register: which line is meant by an id of a reporting source, by the newest file in force.

Belongs here: keeping a file's rows, taking them back, and having report rows attributed anew. Does not belong here:
judging rows (`domain/id_maps`), attribution itself (`delivery/attribution`).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg

from campfill_pipeline.domain.uploads import UploadKind
from campfill_pipeline.language.speaking import say
from campfill_pipeline.warehouse.arrow_copy import copy_stream
from campfill_pipeline.warehouse.delivery import attribution
from campfill_pipeline.warehouse.locks import REGISTER_LOCK
from campfill_pipeline.warehouse.register import ledger, revert
from campfill_pipeline.warehouse.register.decision import Decision
from campfill_pipeline.warehouse.register.uploads import Counts, Upload
from campfill_pipeline.warehouse.statements import query

COLUMNS = ("sheet", "row_no", "source_id", "connector", "line_id")


@dataclass(frozen=True)
class Proposed:
    """A reported id that no line has, and a line that it looks like; never applied unasked."""

    source_id: str
    reported_name: str | None
    line_id: UUID
    line_name: str
    external_id: str | None
    why: str
    impressions: Any


def lines_named(
    conn: psycopg.Connection, texts: Collection[str], *, before: datetime | None = None
) -> dict[str, list[UUID]]:
    """The lines that these texts (in small letters) name, by id or external id; those seen `before` that moment."""
    found: dict[str, list[UUID]] = {}
    rows = conn.execute(query("register/id_maps", "lines named"), {"texts": list(texts), "before": before})
    for text, line in rows:
        found.setdefault(text, []).append(line)
    return found


def connectors(conn: psycopg.Connection) -> list[str]:
    """Names of the sources that a mapping may be limited to."""
    return [name for (name,) in conn.execute("SELECT DISTINCT connector FROM delivery_source ORDER BY 1")]


def keep(conn: psycopg.Connection, upload_id: UUID, rows: Path) -> None:
    """Keep the accepted rows of a mapping file. Part of the caller's transaction."""
    copy_stream(conn, rows, "id_map", COLUMNS, constants={"upload_id": str(upload_id)})


def apply_map(
    conn: psycopg.Connection,
    upload: Upload,
    rows: Path,
    issues: Path,
    counts: Counts,
    status: Any,
    *,
    now: datetime,
) -> None:
    """Bring a judged mapping file into force: report rows with its ids count for its lines, also those stored before.

    One transaction. Raises LedgerError where the upload is decided already.
    """
    with conn.transaction():
        conn.execute("SELECT pg_advisory_xact_lock(%s)", [REGISTER_LOCK])
        if ledger.decide_if_duplicate(conn, upload, at=now):
            return
        keep(conn, upload.upload_id, rows)
        [(new, updated, unchanged)] = conn.execute(
            query("register/id_maps", "beside those in force"), {"upload_id": upload.upload_id}
        ).fetchall()
        lines = attributed_with(conn, upload.upload_id)
        found = Decision(
            status=status, kind=UploadKind.ID_MAP, counts=counts, changed=(new, updated, unchanged), issues=issues,
            notes=(say("Report rows with these ids count for their lines, also those that came before."),),
        )  # fmt: skip
        ledger.decide(conn, upload.upload_id, found, at=now)
        _attribute(conn, upload.upload_id, lines)


def attributed_with(conn: psycopg.Connection, upload_id: UUID) -> Sequence[int]:
    """The lines that rows with these ids count for as things stand."""
    rows = conn.execute(query("register/id_maps", "counted for"), {"upload_id": upload_id})
    return [number for (number,) in rows]


def _attribute(conn: psycopg.Connection, upload_id: UUID, before: Sequence[int]) -> None:
    ids = [text for (text,) in conn.execute("SELECT source_id FROM id_map WHERE upload_id = %s", [upload_id])]
    attribution.attribute_ids(conn, ids, before)


def take_back(
    conn: psycopg.Connection,
    upload_id: UUID,
    now: datetime,
    *,
    again: bool | None = None,
    dry_run: bool = False,
) -> dict[str, Any]:
    """Take a mapping file back, or put it back in force; rows are attributed anew. Raises LedgerError."""
    with conn.transaction(force_rollback=dry_run):
        conn.execute("SELECT pg_advisory_xact_lock(%s)", [REGISTER_LOCK])
        upload = ledger.get(conn, upload_id)
        if upload.applied_no is None:
            raise revert.refusal(upload)
        before = attributed_with(conn, upload_id)
        noted = revert.note_export(conn, upload_id, now, again=again)
        _attribute(conn, upload_id, before)
        ids = conn.execute("SELECT count(*) FROM id_map WHERE upload_id = %s", [upload_id]).fetchone()
        return {
            "upload_id": upload_id, "file": upload.file_name, "taken_back": [], "changes": [], "left": [],
            "in_force": noted.stands, "ids": ids[0] if ids else 0,
        }  # fmt: skip


def proposed(conn: psycopg.Connection) -> list[Proposed]:
    """Reported ids that no line has, with the one line each looks like, by most impressions."""
    return [Proposed(*row) for row in conn.execute(query("register/id_maps", "proposed"))]
