"""Lines that are muted or acknowledged until a day, with their history: nothing is overwritten.

Belongs here: saying and lifting it. Does not belong here: what is left out because of it (`outbox`, the digest).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import psycopg
from psycopg.rows import class_row

from campfill_pipeline.warehouse.statements import query
from campfill_pipeline.warehouse.unknown_line import assure_known


@dataclass(frozen=True)
class Quiet:
    """What was said of a line: act (mute, acknowledge, lift), until which local day inclusive, with which words."""

    quiet_no: int
    line_id: UUID
    act: str
    until: date | None
    text: str
    at: datetime


def say(
    conn: psycopg.Connection, line_id: UUID, act: str, *, until: date | None, text: str, now: datetime
) -> int:
    """Mute, acknowledge or lift; answers the number of the entry. Raises UnknownLineError."""
    assure_known(conn, line_id)
    row = conn.execute(
        query("notices/quiet", "say"),
        {"line": line_id, "act": act, "until": until, "text": text, "now": now},
    ).fetchone()
    assert row is not None
    return int(row[0])


def history(conn: psycopg.Connection, line_id: UUID | None = None) -> list[Quiet]:
    """Everything that was said, of one line or of all, the newest first."""
    with conn.cursor(row_factory=class_row(Quiet)) as cursor:
        return cursor.execute(query("notices/quiet", "history"), {"line": line_id}).fetchall()


def in_force(conn: psycopg.Connection, today: date) -> dict[UUID, Quiet]:
    """What counts today, by line."""
    with conn.cursor(row_factory=class_row(Quiet)) as cursor:
        found = cursor.execute(query("notices/quiet", "in force"), {"today": today}).fetchall()
    return {quiet.line_id: quiet for quiet in found}
