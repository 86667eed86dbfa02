"""What a sheet Care says, kept: rows against how their lines stand, all of them or none.

Belongs here: comparing and keeping. Does not belong here: reading cells (`domain/care_rows`), the workbook.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Protocol
from uuid import UUID

import psycopg

from campfill_pipeline.domain.care import CareError
from campfill_pipeline.domain.care_rows import RowSaid, read_row
from campfill_pipeline.domain.errors import UnknownLineError
from campfill_pipeline.warehouse.notices.care import (
    Agreed,
    OverOwed,
    Said,
    Standing,
    agree,
    over_owed,
    say,
    standing,
)


class SheetRow(Protocol):
    """A row as it was read: by field, its text and the place of its cell."""

    @property
    def texts(self) -> Mapping[str, str]: ...  # noqa: D102 - told above
    @property
    def cells(self) -> Mapping[str, str]: ...  # noqa: D102


@dataclass(frozen=True)
class Kept:
    """How many rows a sheet has, how many of their lines it changed, how many make-goods it agreed; and too many."""

    rows: int
    lines: int
    changed: int
    make_goods: int
    over_owed: tuple[OverOwed, ...]


def mark(one: Standing | None) -> str:
    """How a line stood, as the sheet carries it: what was said meanwhile is not overwritten by an old sheet."""
    return "" if one is None else one.changed_at.astimezone(UTC).isoformat()


def keep(
    conn: psycopg.Connection,
    rows: Sequence[SheetRow],
    *,
    upload_id: UUID,
    file_name: str,
    today: date,
    now: datetime,
) -> Kept:
    """Keep the rows; part of the caller's transaction, which is to be undone where this raises CareError."""
    stood = {one.line_id: one for one in standing(conn)}
    who, seen, changed, with_goods = f"sheet {file_name}"[:200], set[UUID](), set[UUID](), set[UUID]()
    for row in rows:
        said = read_row(row.texts, row.cells)
        if said.line_id in seen:
            raise CareError(
                f"The line of cell {row.cells['line_id']} stands in two rows.", "Delete one of them."
            )
        seen.add(said.line_id)
        try:
            change = _change(stood.get(said.line_id), said, row.cells["as_of"], today)
            if change is not None:
                say(conn, said.line_id, change, said_by=who, today=today, now=now, upload=upload_id)
            if said.impressions is not None and said.first is not None and said.last is not None:
                agreed = Agreed(said.impressions, said.first, said.last, said.by_line)
                agree(conn, said.line_id, agreed, said_by=who, now=now, upload=upload_id)
        except (CareError, UnknownLineError) as fault:
            raise CareError(f"Row of cell {row.cells['line_id']}: {fault.problem}", fault.mend) from fault
        if change is not None:
            changed.add(said.line_id)
        if said.impressions is not None:
            with_goods.add(said.line_id)
    over = tuple(one for one in over_owed(conn) if one.line_id in with_goods)
    return Kept(len(rows), len(changed), len(changed | with_goods), len(with_goods), over)


def _change(stood: Standing | None, said: RowSaid, cell: str, today: date) -> Said | None:
    """What the row says anew of its line; None where it says how the line stands. Raises CareError for an old sheet."""
    owner, note = (stood.owner or "", stood.note or "") if stood else ("", "")
    until = stood.acknowledged_until if stood and (stood.acknowledged_until or today) >= today else None
    if (said.owner, said.note, said.until) == (owner, note, until):
        return None
    if said.as_of != mark(stood):
        raise CareError(
            f"something else was said of the line since this sheet was made (cell {cell}).",
            "Take the sheet from today's workbook.",
        )
    return Said(
        owner=said.owner if said.owner != owner else None,
        note=said.note if said.note != note else None,
        until=said.until if said.until != until else None,
        lift=said.until is None and until is not None,
    )
