"""Second counts beside ours: the discrepancy of each line and counter, with its parts.

Belongs here: reading both counts over the same days. Does not belong here: which days (`spans`), the split
(`domain/discrepancies`), sentences.

It is computed when it is asked for and never stored: what was corrected a minute ago is in it. By day and in our own
time zone it reads the roll-ups; hours only where their days are of another zone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

import psycopg
from psycopg.rows import class_row

from campfill_pipeline.domain.count_days import Days
from campfill_pipeline.domain.discrepancies import (
    PARTS,
    Discrepancy,
    Own,
    Split,
    beyond,
    percent,
    split,
    total,
)
from campfill_pipeline.domain.second_counts import OURS
from campfill_pipeline.warehouse.counts.spans import EARLIEST, InForce, Span, outside, spans
from campfill_pipeline.warehouse.statements import query


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A row that tells something of the month asked for, and of days beyond it: it cannot be compared there."""

    line_id: UUID
    counted_by: str
    first_day: date | None
    last_day: date | None
    impressions: Decimal
    file: str


@dataclass(frozen=True, slots=True)
class Compared:
    """All discrepancies, the largest beyond the tolerance first; and what a month leaves out."""

    rows: tuple[Discrepancy, ...]
    left_out: tuple[LeftOut, ...]


@dataclass(frozen=True, slots=True)
class _Line:
    line_id: UUID
    name: str
    buyer: str
    billed_by: str


def in_force(
    conn: psycopg.Connection, line_ids: Sequence[UUID] | None = None, before: datetime | None = None
) -> list[InForce]:
    """The rows of second counts that count, of these lines or of all; of files that arrived `before`, where given."""
    asked = {"lines": None if line_ids is None else list(line_ids), "before": before}
    found = conn.execute(query("counts/comparing", "in force"), asked)
    return [InForce(*row) for row in found]


def compare(
    conn: psycopg.Connection,
    zone: ZoneInfo,
    *,
    today: date,
    tolerance: Decimal,
    month: Days | None = None,
    line_ids: Sequence[UUID] | None = None,
    before: datetime | None = None,
) -> Compared:
    """Compare all second counts in force with ours; over the days their files speak of, or one month."""
    rows = in_force(conn, line_ids, before)
    found = list(spans(rows, zone, today, month))
    splits = _splits(conn, found, zone) if found else []
    lines = {one.line_id: one for one in _lines(conn, {span.line_id for span in found})}
    by_count: dict[tuple[UUID, str], list[tuple[Span, Split]]] = {}
    for span, one in zip(found, splits, strict=True):
        by_count.setdefault((span.line_id, span.counter), []).append((span, one))
    told = [_discrepancy(lines[line_id], group, tolerance) for (line_id, _), group in by_count.items()]
    told.sort(key=lambda one: (not one.beyond, -abs(one.difference), one.line_id, one.counted_by))
    left = [] if month is None else outside(rows, month)
    return Compared(
        tuple(told),
        tuple(LeftOut(one.line_id, one.counted_by, one.first_day, one.last_day, one.impressions, one.file_name)
              for one in left),
    )  # fmt: skip


def _discrepancy(line: _Line, group: Sequence[tuple[Span, Split]], tolerance: Decimal) -> Discrepancy:
    whole = total(one for _, one in group)
    rows = sorted((row for span, _ in group for row in span.rows), key=lambda row: row.order, reverse=True)
    days = [day for span, _ in group for day in (_begin(span), span.days.last)]
    return Discrepancy(
        line_id=line.line_id,
        name=line.name,
        buyer=line.buyer,
        counted_by=rows[0].counted_by,
        first_day=min(days),
        last_day=max(days),
        ours=whole.ours,
        theirs=whole.theirs,
        difference=whole.difference,
        percent=percent(whole.ours, whole.theirs),
        beyond=beyond(whole.ours, whole.theirs, tolerance),
        **{part: getattr(whole, part) for part in PARTS},
        missing_at_them=whole.missing_at_them,
        missing_at_us=whole.missing_at_us,
        unknown=tuple(part for part in PARTS if getattr(whole, part) is None),
        zone=rows[0].zone,
        billed_by=line.billed_by or OURS,
        uploads=tuple(dict.fromkeys(row.seq for row in rows)),
        files=tuple(dict.fromkeys(row.file_name for row in rows)),
        received_at=rows[0].received_at,
    )


def _begin(span: Span) -> date:
    """The first day that is compared; of a total, that of the line."""
    begins = span.rows[0].begins if span.days.first == EARLIEST and span.rows else None
    return min(begins or span.days.first, span.days.last)


def _lines(conn: psycopg.Connection, ids: Iterable[UUID]) -> list[_Line]:
    with conn.cursor(row_factory=class_row(_Line)) as cursor:
        return cursor.execute(query("counts/comparing", "lines"), {"lines": list(ids)}).fetchall()


_Cell = tuple[date, str]


def _splits(conn: psycopg.Connection, found: Sequence[Span], zone: ZoneInfo) -> list[Split]:
    """The split of each span, in their order."""
    ours = [Decimal(0)] * len(found)
    own: list[dict[_Cell, Decimal]] = [{} for _ in found]
    corrected: list[dict[_Cell, Decimal]] = [{} for _ in found]
    hours_known = [False] * len(found)
    values = _asked(found, zone)
    foreign = [span.zone not in (None, zone.key) for span in found]
    for at, day, impressions, whole_day in conn.execute(query("counts/comparing", "by day"), values):
        if found[at].holds(day):
            ours[at] += impressions
            hours_known[at] |= not whole_day
            if not foreign[at] and not found[at].by_site:
                own[at][day, ""] = impressions
    for asked, chosen in (
        ("by site", [span.by_site and not other for span, other in zip(found, foreign, strict=True)]),
        ("by hour", foreign),
    ):
        if any(chosen):
            for at, day, site, impressions in conn.execute(
                query("counts/comparing", asked), {**values, "chosen": chosen}
            ):
                if found[at].holds(day):
                    own[at][day, site] = impressions
    for at, day, site, change in conn.execute(
        query("counts/comparing", "corrected"), {**values, **_since(found)}
    ):
        if found[at].holds(day):
            corrected[at][day, site] = change
    return [
        split(
            span.told,
            [Own(*cell, own[at].get(cell, Decimal(0)), corrected[at].get(cell, Decimal(0)))
             for cell in sorted({*own[at], *corrected[at]})],
            ours[at],
            zone_known=not foreign[at] or hours_known[at] or not ours[at],
        )
        for at, span in enumerate(found)
    ]  # fmt: skip


def _asked(found: Sequence[Span], zone: ZoneInfo) -> dict[str, object]:
    return {
        "lines": [span.line_no for span in found],
        "first": [span.days.first for span in found],
        "last": [span.days.last for span in found],
        "zones": [span.zone or zone.key for span in found],
        "by_site": [span.by_site for span in found],
        "zone": zone.key,
    }


def _since(found: Sequence[Span]) -> dict[str, list[object]]:
    """By day that was told (a period is told at once): when the file arrived that told it."""
    told = sorted(
        {
            (at, row.first_day or span.days.first, row.last_day or span.days.last, row.received_at)
            for at, span in enumerate(found)
            for row in span.rows
        }
    )
    return {
        name: [row[place] for row in told]
        for place, name in enumerate(("at", "from_day", "to_day", "received"))
    }
