"""The spans over which a second count is compared: a month of days, or a period that they told in one figure.

Belongs here: which days are compared, and which file told them. Does not belong here: reading tables, the split
(`domain/discrepancies`).

A file by day speaks for the months that it touches, until the day before it arrived: so that a day left out at the end
is seen, and a day to come is not missed. Where a month is asked for, it is compared as a whole, until yesterday.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from campfill_pipeline.domain.count_days import Days, month_of
from campfill_pipeline.domain.discrepancies import Told
from campfill_pipeline.domain.local_days import FIRST_DAY

ONE_DAY = timedelta(days=1)
EARLIEST = date.fromisoformat(FIRST_DAY)


@dataclass(frozen=True, slots=True)
class InForce:
    """A row of a second count that counts. `order_no` and `seq`: of its file, by arrival.

    `begins`: the first day of the line's flight or delivery, as far as known.
    """

    line_id: UUID
    line_no: int
    counter: str
    counted_by: str
    first_day: date | None
    last_day: date | None
    site: str
    impressions: Decimal
    zone: str | None
    received_at: datetime
    file_name: str
    seq: int
    order_no: int
    flight_start: date | None
    flight_end: date
    begins: date | None

    @property
    def order(self) -> tuple[int, int]:
        """Of its file, by arrival."""
        return self.order_no, self.seq

    @property
    def days(self) -> Days | None:
        """The days it is told of; None for a total."""
        return (
            None if self.first_day is None or self.last_day is None else Days(self.first_day, self.last_day)
        )


@dataclass(frozen=True, slots=True)
class Span:
    """What is compared at once. `days` from first to last, without `elsewhere`; `since`: when each day's file came."""

    line_id: UUID
    line_no: int
    counter: str
    days: Days
    elsewhere: frozenset[date]
    zone: str | None
    rows: tuple[InForce, ...]
    summed: bool

    @property
    def told(self) -> list[Told]:
        """What they told of it."""
        return [Told(None if self.summed else one.first_day, one.site, one.impressions) for one in self.rows]

    @property
    def by_site(self) -> bool:
        """Whether they told sites."""
        return any(one.site for one in self.rows)

    def holds(self, day: date) -> bool:
        """Whether this day is compared here."""
        return self.days.first <= day <= self.days.last and day not in self.elsewhere


def spans(rows: Sequence[InForce], zone: ZoneInfo, today: date, month: Days | None = None) -> Iterator[Span]:
    """The spans of all rows; of one month, where given (then also of its days that no row tells)."""
    by_count: dict[tuple[UUID, str], list[InForce]] = {}
    for row in rows:
        by_count.setdefault((row.line_id, row.counter), []).append(row)
    for group in by_count.values():
        yield from _of_one(group, zone, today, month)


def outside(rows: Sequence[InForce], month: Days) -> list[InForce]:
    """Rows that tell something of the month and cannot be compared within it: their days go beyond it."""
    return [row for row in rows if _beyond(row, month)]


def _beyond(row: InForce, month: Days) -> bool:
    if row.days is None:
        return not _within_flight(row, month) and (row.flight_start or row.flight_end) <= month.last
    return row.days.overlaps(month) and not (month.first <= row.days.first and row.days.last <= month.last)


def _within_flight(row: InForce, month: Days) -> bool:
    """Whether the line runs in this month alone, so that a total without days is of this month."""
    return row.flight_start is not None and month.first <= row.flight_start and row.flight_end <= month.last


def _of_one(group: Sequence[InForce], zone: ZoneInfo, today: date, month: Days | None) -> Iterator[Span]:
    summed: dict[Days | None, list[InForce]] = {}
    by_month: dict[Days, list[InForce]] = {}
    for row in group:
        if row.days is not None and row.days.first == row.days.last:
            by_month.setdefault(month_of(row.days.first.year, row.days.first.month), []).append(row)
        elif month is None or not _beyond(row, month):
            summed.setdefault(row.days, []).append(row)
    if month is not None:
        here = by_month.get(month, [])
        summed = {days: told for days, told in summed.items() if days is None or days.overlaps(month)}
        if not here and not summed:
            return
        by_month = {month: here}
    elsewhere: set[date] = set()
    for days, told in summed.items():
        newest = max(told, key=lambda row: row.order)
        if days is None:
            first = EARLIEST if month is None else month.first
            until = _before(newest, zone) if month is None else min(today - ONE_DAY, month.last)
            days = Days(first, max(until, first))
        elsewhere.update(_each(days))
        yield _span(group[0], days, frozenset(), newest.zone, told, summed=True)
    for days, told in by_month.items():
        last = max((row.first_day for row in told if row.first_day), default=days.first - ONE_DAY)
        if month is None:
            until = min(_before(max(told, key=lambda row: row.order), zone), days.last)
        else:
            until = min(today - ONE_DAY, days.last)
        if (end := max(last, until)) >= days.first:
            newest_zone = max(told or group, key=lambda row: row.order).zone
            yield _span(
                group[0], Days(days.first, end), frozenset(elsewhere), newest_zone, told, summed=False
            )


def _span(
    of: InForce, days: Days, elsewhere: frozenset[date], zone: str | None, rows: Sequence[InForce], *, summed: bool
) -> Span:  # fmt: skip
    return Span(of.line_id, of.line_no, of.counter, days, elsewhere, zone, tuple(rows), summed)


def _before(row: InForce, zone: ZoneInfo) -> date:
    """The day before the file arrived."""
    return row.received_at.astimezone(zone).date() - ONE_DAY


def _each(days: Days) -> Iterator[date]:
    for number in range(len(days)):
        yield days.first + timedelta(days=number)
