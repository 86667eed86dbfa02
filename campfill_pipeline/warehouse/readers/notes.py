"""Notes: dated remarks on a line, or on all, and what came of the change that they mark.

Belongs here: writing and reading them, with delivery before and after. Does not belong here: the comparison
(`domain/effect`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import psycopg

from campfill_pipeline.domain.effect import DAYS, Effect, effect
from campfill_pipeline.domain.fulfillment import FulfillmentRules
from campfill_pipeline.domain.weekdays import Calendar, calendar
from campfill_pipeline.warehouse.statements import query
from campfill_pipeline.warehouse.unknown_line import assure_known


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
    if line_id is not None:
        assure_known(conn, line_id)
    values = {"line_id": line_id, "day": day, "now": now, "text": text}
    row = conn.execute(query("readers/notes", "add"), values).fetchone()
    assert row is not None
    number: int = row[0]
    return number


@dataclass(frozen=True)
class _Flight:
    """Of a live line: its flight, its due weights by kind of day, and the day-to-day spread of healthy lines."""

    first: date
    last: date
    weights: list[Decimal]
    spread: Decimal


def notes_of_lines(
    conn: psycopg.Connection, lines: Sequence[UUID], holidays: str | None, *, as_of: date
) -> dict[UUID, tuple[Note, ...]]:
    """By line: the notes on it and on all lines during its flight, newest first, each with what came of it.

    Notes on days after `as_of` are left out. Lines without a note are not in the answer.
    """
    found: defaultdict[UUID, list[Note]] = defaultdict(list)
    for line_id, *columns in conn.execute(
        query("readers/notes", "of lines"), {"lines": list(lines), "as_of": as_of}
    ):
        found[line_id].append(Note(*columns))
    noted = {"lines": list(found), "as_of": as_of}
    flights = {
        line_id: _Flight(*columns)
        for line_id, *columns in conn.execute(query("readers/notes", "due weights"), noted)
    }
    delivered: defaultdict[UUID, dict[date, Decimal]] = defaultdict(dict)
    for line_id, day, impressions in conn.execute(query("readers/notes", "delivered"), noted):
        delivered[line_id][day] = impressions
    days_of = calendar(holidays, as_of)
    return {
        line_id: tuple(
            replace(note, effect=_effect(note.day, flights[line_id], delivered[line_id], days_of, as_of))
            if line_id in flights else note
            for note in notes
        )
        for line_id, notes in found.items()
    }  # fmt: skip


def _effect(
    changed: date, flight: _Flight, delivered: Mapping[date, Decimal], days_of: Calendar, as_of: date
) -> Effect:
    def days(start: date, end: date) -> list[tuple[Decimal, Decimal]]:
        start, end = max(start, flight.first), min(end, flight.last, as_of - timedelta(1))
        all_of = [start + timedelta(n) for n in range((end - start).days + 1)]
        return [(delivered.get(day, Decimal(0)), flight.weights[days_of.kind(day)]) for day in all_of]

    before = days(changed - timedelta(DAYS), changed - timedelta(1))
    return effect(before, days(changed + timedelta(1), changed + timedelta(DAYS)), flight.spread)


def notes_of(conn: psycopg.Connection, line_id: UUID, rules: FulfillmentRules, *, as_of: date) -> list[Note]:
    """The notes on a line and on all lines during its flight, newest first, each with what came of it."""
    return list(notes_of_lines(conn, [line_id], rules.holidays, as_of=as_of).get(line_id, ()))
