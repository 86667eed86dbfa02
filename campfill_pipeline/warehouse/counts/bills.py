"""Who bills by which count, months frozen for billing, and what changed since.

Belongs here: reading and keeping them. Does not belong here: amounts and comparisons (`domain/count_bills`), sentences.

What is said and frozen is a source: nothing changes it, and a rebuild leaves it alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from difflib import get_close_matches
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import psycopg
from psycopg.rows import class_row

from campfill_pipeline.domain.count_bills import (
    Changed,
    CountsError,
    MonthFigures,
    amount,
    billed,
    changes,
    sha256_of,
)
from campfill_pipeline.domain.count_days import Days
from campfill_pipeline.domain.discrepancies import TOLERANCE, Discrepancy
from campfill_pipeline.domain.names import clean
from campfill_pipeline.domain.second_counts import OURS
from campfill_pipeline.language import speaking
from campfill_pipeline.warehouse.counts.comparing import compare
from campfill_pipeline.warehouse.locks import REGISTER_LOCK
from campfill_pipeline.warehouse.statements import query

SHOWN = 5


@dataclass(frozen=True, slots=True)
class Billing:
    """What was said last of a buyer: by which count they are billed."""

    buyer: str
    billed_by: str
    said_by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Frozen:
    """A frozen month. `number`: 1 for the first time it was frozen."""

    freeze_no: int
    month: date
    number: int
    frozen_at: datetime
    as_of: date
    provisional: bool
    said_by: str
    lines: int
    amount_eur: Decimal
    sha256: str


@dataclass(frozen=True, slots=True)
class Since:
    """A frozen month beside now: what changed, and whether its lines still are what its hash is of."""

    frozen: Frozen
    intact: bool
    changed: tuple[Changed, ...]


@dataclass(frozen=True, slots=True)
class _Line:
    line_id: UUID
    name: str
    buyer: str
    impression_goal: int
    cpm_eur: Decimal
    billed_by: str
    ours: Decimal
    ours_before: Decimal


def say(conn: psycopg.Connection, buyer: str, billed_by: str, *, said_by: str, now: datetime) -> Billing:
    """Keep by which count a buyer, or an agency over its seats, is billed. Raises CountsError for unknown names."""
    names = [name for (name,) in conn.execute(query("counts/bills", "buyers"))]
    counters = [name for (name,) in conn.execute(query("counts/bills", "counters"))]
    asked = clean(buyer)
    known = _known(
        asked, names, f"No line has the buyer or agency “{asked}”.", "Write the name as the list has it."
    )
    if clean(billed_by).casefold() == OURS:
        counter = OURS
    else:
        counter = _known(
            clean(billed_by),
            counters,
            f"No second count was dropped by “{clean(billed_by)}”.",
            f"Write “{OURS}”, or the name as their file has it.",
        )
    conn.execute(
        query("counts/bills", "say"), {"buyer": known, "billed_by": counter, "said_by": said_by, "now": now}
    )
    conn.execute(query("counts/files", "renew page"))
    return Billing(known, counter, said_by, now)


def _known(asked: str, names: Sequence[str], problem: str, mend: str) -> str:
    wanted = asked.casefold()
    found = [name for name in names if name.casefold() == wanted]
    if found:
        return found[0]
    folded = {name.casefold(): name for name in names}
    near = [folded[name] for name in get_close_matches(wanted, folded, n=SHOWN, cutoff=0.4)]
    nearest = f" Nearest: {'; '.join(near)}." if near else ""
    raise CountsError(f"{problem}{nearest}", mend)


def said(conn: psycopg.Connection) -> list[Billing]:
    """What was said last of each buyer; of all others ours bills."""
    with conn.cursor(row_factory=class_row(Billing)) as cursor:
        return cursor.execute(query("counts/bills", "said")).fetchall()


def figures(conn: psycopg.Connection, zone: ZoneInfo, month: Days, *, today: date) -> list[MonthFigures]:
    """Every line's figures of the month, by id: of lines that run in it, delivered or were counted in it."""
    compared = compare(conn, zone, today=today, tolerance=TOLERANCE, month=month).rows
    told: dict[UUID, list[Discrepancy]] = {}
    for one in compared:
        told.setdefault(one.line_id, []).append(one)
    values = {"first": month.first, "last": month.last, "today": today, "counted": list(told)}
    with conn.cursor(row_factory=class_row(_Line)) as cursor:
        lines = cursor.execute(query("counts/bills", "lines of the month"), values).fetchall()
    before = _billed_before(conn, lines, month)
    return [_of(line, _beside(line, told.get(line.line_id, [])), before) for line in lines]


def _beside(line: _Line, counts: Sequence[Discrepancy]) -> Discrepancy | None:
    """The count that bills, else the one that came last."""
    billing = [one for one in counts if one.counted_by.casefold() == line.billed_by.casefold()]
    if billing:
        return billing[0]
    return max(counts, key=lambda one: one.received_at) if counts and line.billed_by == OURS else None


def _of(line: _Line, beside: Discrepancy | None, before: Mapping[UUID, Decimal]) -> MonthFigures:
    by_theirs = line.billed_by != OURS and beside is not None
    count = beside.theirs if by_theirs and beside is not None else line.ours
    reached = before.get(line.line_id, line.ours_before) if by_theirs else line.ours_before
    impressions = billed(count, line.impression_goal, reached)
    return MonthFigures(
        line_id=line.line_id,
        name=line.name,
        buyer=line.buyer,
        impression_goal=line.impression_goal,
        cpm_eur=line.cpm_eur,
        ours=line.ours,
        theirs=None if beside is None else beside.theirs,
        counted_by=None if beside is None else beside.counted_by,
        uploads="" if beside is None else ", ".join(map(str, beside.uploads)),
        billed_by=line.billed_by if by_theirs else OURS,
        billed_impressions=impressions,
        amount_eur=amount(impressions, line.cpm_eur),
    )


def _billed_before(conn: psycopg.Connection, lines: Sequence[_Line], month: Days) -> dict[UUID, Decimal]:
    """What the count that bills had before the month: theirs, and ours of months that theirs does not tell."""
    theirs = [(line.line_id, line.billed_by.lower()) for line in lines if line.billed_by != OURS]
    if not theirs:
        return {}
    values = {
        "lines": [line for line, _ in theirs], "counters": [counter for _, counter in theirs], "first": month.first,
    }  # fmt: skip
    return dict(conn.execute(query("counts/bills", "counted before"), values).fetchall())


def freeze(
    conn: psycopg.Connection,
    zone: ZoneInfo,
    month: Days,
    *,
    final_after_days: int,
    provisional: bool,
    said_by: str,
    now: datetime,
) -> Frozen:
    """Keep the month's figures for billing, numbered. Raises CountsError while not final, unless `provisional`."""
    today = now.astimezone(zone).date()
    if month.first >= today:
        raise CountsError(f"{month.first:%Y-%m} has not begun.", "Freeze a month that has.")
    with conn.transaction():
        conn.execute("SELECT pg_advisory_xact_lock(%s)", [REGISTER_LOCK])
        lines = figures(conn, zone, month, today=today)
        if not lines:
            raise CountsError(f"No line ran or delivered in {month.first:%Y-%m}.", "Is it the right month?")
        doubts = _not_final(conn, zone, month, lines, today, final_after_days)
        if doubts and not provisional:
            raise CountsError(
                f"{month.first:%Y-%m} is not final: {'; '.join(doubts)}.",
                "Freeze it later, or as it is with --provisional.",
            )
        facts = {
            "month": month.first, "now": now, "as_of": today, "provisional": bool(doubts), "said_by": said_by,
            "lines": len(lines), "amount": sum((line.amount_eur for line in lines), Decimal(0)),
            "sha256": sha256_of(month.first, lines),
        }  # fmt: skip
        row = conn.execute(query("counts/bills", "freeze"), facts).fetchone()
        assert row is not None
        with conn.cursor() as cursor:
            cursor.executemany(
                query("counts/bills", "freeze line"),
                [{**asdict(line), "freeze_no": row[0]} for line in lines],
            )
    return next(one for one in frozen(conn, month) if one.freeze_no == row[0])


def _not_final(
    conn: psycopg.Connection, zone: ZoneInfo, month: Days, lines: Sequence[MonthFigures], today: date, days: int
) -> list[str]:  # fmt: skip
    """Why the month's figures may still change, each in words."""
    doubts = []
    last = month.last + timedelta(days=days)
    if today <= last:
        doubts.append(speaking.say("its last days may be corrected until {day}", day=last))
    values = {"lines": [line.line_id for line in lines], "first": month.first, "last": month.last, "zone": zone.key,
              "today": today}  # fmt: skip
    [(missing, of_lines)] = conn.execute(query("counts/bills", "days not told"), values).fetchall()
    if missing:
        doubts.append(
            speaking.say_many(
                "{days} day not fetched completely, for {lines}",
                "{days} days not fetched completely, for {lines}",
                missing,
                days=missing,
                lines=speaking.say_many("{lines} line", "{lines} lines", of_lines, lines=of_lines),
            )
        )
    billing = {one.buyer.casefold(): one.billed_by for one in said(conn)}
    if any(counter != OURS for counter in billing.values()):
        waiting = conn.execute(
            query("counts/bills", "waiting"),
            {"lines": [line.line_id for line in lines if line.billed_by == OURS and line.ours]},
        ).fetchall()
        if waiting:
            names = ", ".join(sorted({counter for _, counter in waiting})[:SHOWN])
            doubts.append(
                speaking.say_many(
                    "{lines} line to be billed by {name}, whose count is not here",
                    "{lines} lines to be billed by {name}, whose count is not here",
                    len(waiting),
                    lines=len(waiting),
                    name=names,
                )
            )
    return doubts


def frozen(conn: psycopg.Connection, month: Days | None = None) -> list[Frozen]:
    """Frozen months, the newest first; of one month, where given."""
    with conn.cursor(row_factory=class_row(Frozen)) as cursor:
        return cursor.execute(query("counts/bills", "frozen"), {"month": month and month.first}).fetchall()


def lines_of(conn: psycopg.Connection, freeze_no: int) -> list[MonthFigures]:
    """The figures of a frozen month, by id."""
    with conn.cursor(row_factory=class_row(MonthFigures)) as cursor:
        return cursor.execute(query("counts/bills", "frozen lines"), [freeze_no]).fetchall()


def find(conn: psycopg.Connection, month: Days, number: int | None = None) -> Frozen:
    """The month as frozen last, or for the time with this number. Raises CountsError."""
    known = frozen(conn, month)
    for one in known:
        if number is None or one.number == number:
            return one
    which = "was not frozen" if not known else f"was frozen {len(known)} times, and has no number {number}"
    raise CountsError(
        f"{month.first:%Y-%m} {which}.", f"`campfill counts freeze {month.first:%Y-%m}` freezes it."
    )


def since(
    conn: psycopg.Connection, zone: ZoneInfo, month: Days, *, today: date, number: int | None = None
) -> Since:
    """What changed since the month was frozen last, or for the time with this number. Raises CountsError."""
    found = find(conn, month, number)
    before = lines_of(conn, found.freeze_no)
    values = {"first": month.first, "last": month.last, "zone": zone.key, "since": found.frozen_at,
              "lines": [one.line_id for one in before]}  # fmt: skip
    restated: dict[UUID, Decimal] = dict(conn.execute(query("counts/bills", "restated"), values).fetchall())
    told = changes(before, figures(conn, zone, month, today=today), restated)
    return Since(found, sha256_of(month.first, before) == found.sha256, tuple(told))


def document(conn: psycopg.Connection, one: Frozen) -> dict[str, Any]:
    """A frozen month with its lines, for a program."""
    return {**asdict(one), "figures": [asdict(line) for line in lines_of(conn, one.freeze_no)]}


def since_document(told: Since) -> dict[str, Any]:
    """What changed since a month was frozen, for a program."""
    return {
        "frozen": asdict(told.frozen), "intact": told.intact,
        "changed": [asdict(one) for one in told.changed],
    }  # fmt: skip
