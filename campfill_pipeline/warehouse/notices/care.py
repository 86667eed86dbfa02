"""Who takes care of a line, and make-goods: everything that is said is kept, and what counts is read from it.

Muting and acknowledging (`quiet`) are entries of the same table. Belongs here: saying and reading it. Does not belong
here: sentences (`domain/care`), what the attention list makes of it (`readers/attention`).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID, uuid4

import psycopg
from psycopg.rows import class_row

from campfill_pipeline.domain.care import LONGEST_NOTE, LONGEST_OWNER, MOST_IMPRESSIONS, CareError
from campfill_pipeline.warehouse.statements import query
from campfill_pipeline.warehouse.unknown_line import assure_known


@dataclass(frozen=True)
class Said:
    """What is said of a line at once; None is not said, '' takes back. `until`: acknowledged; `lift` ends that."""

    owner: str | None = None
    note: str | None = None
    until: date | None = None
    lift: bool = False


@dataclass(frozen=True)
class Agreed:
    """What is agreed to make good. `by_line`: the line that delivers it (default: the line itself, after its flight).

    `make_good`: that of before, which this takes the place of; None for a new one.
    """

    impressions: int
    first: date
    last: date
    by_line: UUID | None = None
    text: str = ""
    make_good: UUID | None = None


@dataclass(frozen=True)
class Standing:
    """Who takes care of a line, as it stands."""

    line_id: UUID
    name: str
    owner: str | None
    note: str | None
    acknowledged_until: date | None
    muted_until: date | None
    agreed: int
    make_goods: int
    changed_at: datetime


@dataclass(frozen=True)
class MakeGood:
    """What was agreed for a line that fell short, and what came of it. `owed`: its shortfall now, once it has ended."""

    make_good: UUID
    line_id: UUID
    name: str
    by_line: UUID
    agreed: int
    first_day: date
    last_day: date
    text: str
    said_by: str
    agreed_at: datetime
    delivered: Decimal
    state: str
    closed_at: datetime | None
    closed_text: str
    owed: Decimal | None


@dataclass(frozen=True)
class OverOwed:
    """A line for which more is agreed to make good than its shortfall, `owed`; unless it `ended`, that may still fall.

    Of make-goods that are closed or fell short, what they delivered counts.
    """

    line_id: UUID
    name: str
    agreed: int
    owed: Decimal
    ended: bool


@dataclass(frozen=True)
class Entry:
    """One entry of the history."""

    care_no: int
    line_id: UUID
    act: str
    text: str
    until: date | None
    make_good: UUID | None
    by_line: UUID | None
    impressions: int | None
    first_day: date | None
    last_day: date | None
    said_by: str
    upload_id: UUID | None
    at: datetime


def say(
    conn: psycopg.Connection,
    line_id: UUID,
    said: Said,
    *,
    said_by: str,
    today: date,
    now: datetime,
    upload: UUID | None = None,
) -> None:
    """Keep owner, note and acknowledgment. Raises UnknownLineError, CareError."""
    _end_of(conn, line_id)
    owner, note = _words(said.owner, LONGEST_OWNER, "owner"), _words(said.note, LONGEST_NOTE, "note")
    if said.until is not None and said.until < today:
        raise CareError(f"{said.until} is past.", "Give a day to come.")
    if said.until is not None and said.lift:
        raise CareError("Acknowledging and lifting at once contradict each other.", "Say one of them.")
    if owner is not None:
        _keep(conn, line_id, "owner", said_by, now, text=owner, upload=upload)
    if note is not None:
        _keep(conn, line_id, "note", said_by, now, text=note, upload=upload)
    if said.until is not None:
        _keep(conn, line_id, "acknowledge", said_by, now, until=said.until, upload=upload)
    if said.lift:
        _keep(conn, line_id, "lift", said_by, now, upload=upload)


def agree(
    conn: psycopg.Connection,
    line_id: UUID,
    agreed: Agreed,
    *,
    said_by: str,
    now: datetime,
    upload: UUID | None = None,
) -> UUID:
    """Keep a make-good; answers its number. Raises UnknownLineError, CareError."""
    end, by_line = _end_of(conn, line_id), agreed.by_line or line_id
    _end_of(conn, by_line)
    if not 1 <= agreed.impressions <= MOST_IMPRESSIONS:
        raise CareError(
            f"{agreed.impressions:,} impressions cannot be agreed.",
            f"Give a number from 1 to {MOST_IMPRESSIONS:,}.",
        )
    if agreed.first > agreed.last:
        raise CareError(
            f"The make-good begins on {agreed.first}, after its end on {agreed.last}.",
            "Give the days in order.",
        )
    if by_line == line_id and agreed.first <= end:
        raise CareError(
            f"The line itself runs until {end}: what it delivers until then counts for its own goal.",
            "Let the make-good begin on a later day, or name the line that makes it good.",
        )
    if agreed.make_good and agreed.make_good not in {one.make_good for one in make_goods(conn, line_id)}:
        raise CareError(f"The line has no make-good {agreed.make_good}.", "`campfill care` lists them.")
    number = agreed.make_good or uuid4()
    other = conn.execute(
        query("notices/care", "overlapping"),
        {"by_line": by_line, "make_good": number, "first": agreed.first, "last": agreed.last},
    ).fetchone()
    if other is not None:
        raise CareError(
            f"What {by_line} delivers on these days counts for the make-good {other[0]} already.",
            "Choose other days or another line, or close that one.",
        )
    _keep(
        conn, line_id, "agree", said_by, now, text=_words(agreed.text, LONGEST_NOTE, "note") or "", make_good=number,
        by_line=by_line, impressions=agreed.impressions, first=agreed.first, last=agreed.last,
        upload=upload,
    )  # fmt: skip
    return number


def close(conn: psycopg.Connection, make_good: UUID, *, text: str, said_by: str, now: datetime) -> MakeGood:
    """A make-good is settled: nothing is asked for any more. Raises CareError."""
    found = {one.make_good: one for one in make_goods(conn)}.get(make_good)
    if found is None:
        raise CareError(f"There is no make-good {make_good}.", "`campfill care` lists them.")
    if found.closed_at is not None:
        raise CareError(f"The make-good {make_good} is closed already.", "Nothing was changed.")
    note = _words(text, LONGEST_NOTE, "note") or ""
    _keep(conn, found.line_id, "close", said_by, now, text=note, make_good=make_good)
    return found


def standing(conn: psycopg.Connection, line_id: UUID | None = None) -> list[Standing]:
    """Who takes care, of one line or of all of which something was said."""
    with conn.cursor(row_factory=class_row(Standing)) as cursor:
        return cursor.execute(query("notices/care", "standing"), {"line": line_id}).fetchall()


def make_goods(conn: psycopg.Connection, line_id: UUID | None = None) -> list[MakeGood]:
    """The make-goods, of one line or of all, open ones first."""
    with conn.cursor(row_factory=class_row(MakeGood)) as cursor:
        return cursor.execute(query("notices/care", "make goods"), {"line": line_id}).fetchall()


def over_owed(conn: psycopg.Connection, line_id: UUID | None = None) -> list[OverOwed]:
    """Lines all whose days are known for which more is agreed than can be owed, while a make-good is open."""
    with conn.cursor(row_factory=class_row(OverOwed)) as cursor:
        return cursor.execute(query("notices/care", "over owed"), {"line": line_id}).fetchall()


def history(conn: psycopg.Connection, line_id: UUID) -> list[Entry]:
    """Everything that was said of a line, the newest first."""
    with conn.cursor(row_factory=class_row(Entry)) as cursor:
        return cursor.execute(query("notices/care", "history"), [line_id]).fetchall()


@dataclass(frozen=True)
class _Facts:
    text: str = ""
    until: date | None = None
    make_good: UUID | None = None
    by_line: UUID | None = None
    impressions: int | None = None
    first: date | None = None
    last: date | None = None
    upload: UUID | None = None


def _keep(
    conn: psycopg.Connection, line_id: UUID, act: str, said_by: str, now: datetime, **facts: object
) -> None:
    values = {**asdict(_Facts()), **facts, "line": line_id, "act": act, "said_by": said_by, "now": now}
    conn.execute(query("notices/care", "say"), values)
    conn.execute(query("notices/care", "renew page"))


def _end_of(conn: psycopg.Connection, line_id: UUID) -> date:
    assure_known(conn, line_id)
    row = conn.execute(query("notices/care", "known"), [line_id]).fetchone()
    assert row is not None
    end: date = row[0]
    return end


def _words(text: str | None, longest: int, what: str) -> str | None:
    if text is None:
        return None
    words = " ".join(text.replace("\0", " ").split())
    if len(words) > longest:
        raise CareError(f"The {what} has {len(words):,} characters.", f"Shorten it to {longest:,}.")
    return words
