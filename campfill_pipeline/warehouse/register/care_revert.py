"""Taking a sheet Care back, and putting it back in force: what it said counts no more, what was said since stays.

Belongs here: undoing a sheet, and telling what of its lines changes. Does not belong here: what counts, which the view
`care_in_force` says; keeping a sheet (`warehouse/notices/care_sheets`).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg

from campfill_pipeline.warehouse.locks import REGISTER_LOCK
from campfill_pipeline.warehouse.notices import care
from campfill_pipeline.warehouse.register import ledger, revert

FIELDS = ("owner", "note", "acknowledged_until", "make_goods")


def take_back(
    conn: psycopg.Connection,
    upload_id: UUID,
    now: datetime,
    *,
    again: bool | None = None,
    dry_run: bool = False,
) -> dict[str, Any]:
    """Take a sheet back, or put it back in force; answers as for a list. Raises LedgerError where that cannot be."""
    with conn.transaction(force_rollback=dry_run):
        conn.execute("SELECT pg_advisory_xact_lock(%s)", [REGISTER_LOCK])
        upload = ledger.get(conn, upload_id)
        if upload.applied_no is None:
            raise revert.refusal(upload)
        before = _stand(conn)
        noted = revert.note_export(conn, upload_id, now, again=again)
        changes = list(_changes(before, _stand(conn), "restored" if noted.stands else "reverted"))
        lines = {change["line_id"]: (change["name"], change["action"]) for change in changes}
        return {
            "upload_id": upload_id, "file": upload.file_name, "changes": changes, "left": [],
            "taken_back": [
                {"line_id": line_id, "name": name, "action": action, "upload_id": upload_id}
                for line_id, (name, action) in lines.items()
            ],
            "in_force": noted.stands,
        }  # fmt: skip


def _stand(conn: psycopg.Connection) -> dict[UUID, dict[str, str | None]]:
    """By line: its name, and each field as text."""
    goods: dict[UUID, list[str]] = {}
    for one in care.make_goods(conn):
        goods.setdefault(one.line_id, []).append(f"{one.agreed} {one.first_day}/{one.last_day}")
    return {
        one.line_id: {
            "name": one.name,
            "owner": one.owner,
            "note": one.note,
            "acknowledged_until": one.acknowledged_until.isoformat() if one.acknowledged_until else None,
            "make_goods": ", ".join(goods.get(one.line_id, ())) or None,
        }
        for one in care.standing(conn)
    }


def _changes(
    before: dict[UUID, dict[str, str | None]], after: dict[UUID, dict[str, str | None]], action: str
) -> Iterator[dict[str, Any]]:
    for line_id in {**before, **after}:
        was, now = before.get(line_id, {}), after.get(line_id, {})
        for field in FIELDS:
            if was.get(field) != now.get(field):
                yield {
                    "line_id": line_id, "name": was.get("name") or now.get("name") or "", "action": action,
                    "field": field, "before": was.get(field), "after": now.get(field),
                }  # fmt: skip
