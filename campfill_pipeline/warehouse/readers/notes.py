"""Notes: dated remarks on a line, or on all, and what came of the change that they mark.

Belongs here: writing and reading them, with delivery before and after. Does not belong here: the comparison
(`domain/effect`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import psycopg

from campfill_pipeline.domain.effect import DAYS, Effect, effect
from campfill_pipeline.domain.errors import CampfillError
from campfill_pipeline.domain.fulfillment import FulfillmentRules
from campfill_pipeline.domain.weekdays import calendar
from campfill_pipeline.warehouse.statements import query


class UnknownLineError(CampfillError):
    """A note is for a line that no list ever had."""

    def __init__(self, line_id: UUID) -> None:
        self.line_id = line_id
        super().__init__(f"No list ever had the line {line_id}.", "Copy its ID from the list or the page.")


@dataclass(frozen=True)
class Note:
    """A remark on a local day; `line_id` None is for all lines. `effect` is told of live lines with a due curve."""

    note_no: int
    line_id: UUID | None
    day: date
    noted_at: datetime
    text: str
    effect: Effect | None = None


def add_note(conn: psycopg.Connection, text: str, *, line_id: UUID | None, day: date, now: datetime) -> int:
    """Store a remark; answers its number. Raises UnknownLineError."""
    known = conn.execute("SELECT FROM line_register WHERE id = %s", [line_id]).fetchone()
    if line_id is not None and known is None:
        raise UnknownLineError(line_id)
    values = {"line_id": line_id, "day": day, "now": now, "text": text}
    row = conn.execute(query("readers/notes", "add"), values).fetchone()
    assert row is not None
    number: int = row[0]
    return number


def notes_of(conn: psycopg.Connection, line_id: UUID, rules: FulfillmentRules, *, as_of: date) -> list[Note]:
    """The notes on a line and on all lines during its flight, newest first, each with what came of it."""
    row = conn.execute(query("readers/notes", "due weights"), {"line_id": line_id}).fetchone()
    found = conn.execute(query("readers/notes", "of a line"), {"line_id": line_id}).fetchall()
    notes = [Note(*columns) for columns in found]
    if row is None:
        return notes
    first, last, weights, spread = row
    delivered: dict[date, Decimal] = dict(
        conn.execute("SELECT day, impressions FROM delivery_daily WHERE line_id = %s", [line_id]).fetchall()
    )
    days_of = calendar(rules.holidays, as_of)

    def days(start: date, end: date) -> list[tuple[Decimal, Decimal]]:
        start, end = max(start, first), min(end, last, as_of - timedelta(1))
        all_of = [start + timedelta(n) for n in range((end - start).days + 1)]
        return [(delivered.get(day, Decimal(0)), weights[days_of.kind(day)]) for day in all_of]

    return [
        Note(
            note.note_no, note.line_id, note.day, note.noted_at, note.text,
            effect(days(note.day - timedelta(DAYS), note.day - timedelta(1)),
                   days(note.day + timedelta(1), note.day + timedelta(DAYS)), spread),
        )
        for note in notes
    ]  # fmt: skip
