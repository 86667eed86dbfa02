"""The days that a row of a second count is told of: a day, a month, a period from one day to another, or a total.

Belongs here: reading the three cells that may say so. Does not belong here: what else a row has (`second_counts`).

A date is read where it can mean one day only: `2026-10-03`, `03.10.2026`, a date cell. `10/03/2026` is read where other
cells of its column show without doubt which part is the day, and else refused.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from campfill_pipeline.domain.cells import INVISIBLE, CellKind, is_blank, spoiled
from campfill_pipeline.domain.flights import DateReading
from campfill_pipeline.domain.issues import Finding, Severity
from campfill_pipeline.domain.list_descriptions import Dates

FIRST_YEAR, LAST_YEAR = 2000, 2100
LAST_MONTH = 12
Cell = tuple[str | None, int]

_READING = DateReading(Dates.GERMAN, None)
_SLASHES = re.compile(r"(?P<a>\d{1,2})/(?P<b>\d{1,2})/(?P<y>\d{4}|\d{2})")
_MONTH = re.compile(r"(?P<y>\d{4})[-/.](?P<m>\d{1,2})|(?P<m2>\d{1,2})[-/.](?P<y2>\d{4})")
_MONTH_NAME = re.compile(r"(?P<name>[^\W\d]+)\.?[ -](?P<y>\d{4}|\d{2})")
_NAMES = {
    name: number
    for number, names in enumerate(
        ("jan januar january", "feb februar february", "mrz mär mar märz march", "apr april", "mai may",
         "jun juni june", "jul juli july", "aug august", "sep sept september", "okt oct oktober october",
         "nov november", "dez dec dezember december"), start=1,
    )
    for name in names.split()
}  # fmt: skip


class Slashes(StrEnum):
    """Which part of `10/03/2026` comes first."""

    DAY_FIRST = "day_first"
    MONTH_FIRST = "month_first"


def slash_order(texts: Iterable[str | None]) -> Slashes | None:
    """What the dates of a column show beyond doubt; None where they show nothing, or both."""
    shown = set()
    for text in texts:
        if text and (found := _SLASHES.fullmatch(INVISIBLE.sub("", text).strip())):
            if int(found["a"]) > LAST_MONTH:
                shown.add(Slashes.DAY_FIRST)
            if int(found["b"]) > LAST_MONTH:
                shown.add(Slashes.MONTH_FIRST)
    return shown.pop() if len(shown) == 1 else None


@dataclass(frozen=True, slots=True, order=True)
class Days:
    """From a first day to a last one, both inclusive."""

    first: date
    last: date

    def __len__(self) -> int:
        return (self.last - self.first).days + 1

    def overlaps(self, other: Days) -> bool:
        """Whether they share a day."""
        return self.first <= other.last and other.first <= self.last


@dataclass(frozen=True, slots=True)
class DaysRead:
    """The reading: its days, None for a total or where there are errors among `findings`, each with its field."""

    days: Days | None
    findings: tuple[tuple[str, Finding], ...] = ()


def month_of(year: int, month: int) -> Days:
    """All days of a month."""
    return Days(date(year, month, 1), date(year, month, monthrange(year, month)[1]))


def read_days(
    day: Cell, last_day: Cell, month: Cell, *, dated: bool, order: Slashes | None = None
) -> DaysRead:
    """Read the three cells of a row. `dated`: other rows of its table tell days, so that none means a missing one.

    `order`: what its table shows of dates with slashes.
    """
    for field, cell in (("day", day), ("last_day", last_day), ("month", month)):
        if spoilt := spoiled(*cell):
            return DaysRead(None, ((field, spoilt),))
    said = {
        field for field, cell in (("day", day), ("last_day", last_day), ("month", month)) if not _blank(cell)
    }
    if not said and dated:
        return _fault("day", "missing_value", "The day is missing, and other rows have one.",
                      "Fill this cell; or leave the column out of a table of totals.")  # fmt: skip
    if not said:
        return DaysRead(None)
    if "month" in said and len(said) > 1:
        return _fault(
            "month", "overlapping_days", "This row names a month and days.", "Leave one of the two blank."
        )
    if "month" in said:
        return _month(month)
    if "day" not in said:
        return _fault("day", "missing_value", "A last day, and no first one.", "Fill this cell.")
    first = _first(day, order)
    if first.findings or "last_day" not in said:
        return first
    last = _first(last_day, order, "last_day")
    if last.findings or first.days is None or last.days is None:
        return last
    if last.days.last < first.days.first:
        return _fault("last_day", "runtime_reversed", "The last day is before the first one.",
                      "Put the earlier day first.")  # fmt: skip
    return DaysRead(Days(first.days.first, last.days.last))


def _first(cell: Cell, order: Slashes | None, field: str = "day") -> DaysRead:
    """A day, a month, or two days with a dash between them."""
    text, kind = INVISIBLE.sub("", cell[0] or "").strip(), cell[1]
    if kind == CellKind.NUMBER:
        return _fault(field, "date_format", f"“{text}” is a number, not a day.", "Format the cell as a date.")
    if found := _SLASHES.fullmatch(text):
        return _slashes(field, text, (int(found["a"]), int(found["b"]), found["y"]), order)
    if found := _MONTH.fullmatch(text):
        return _month_of(field, text, found["y"] or found["y2"], int(found["m"] or found["m2"]))
    if (found := _MONTH_NAME.fullmatch(text)) and found["name"].casefold() in _NAMES:
        return _month_of(field, text, found["y"], _NAMES[found["name"].casefold()])
    read = _READING.start(text, kind)
    if read.day is not None:
        return _within(field, text, Days(read.day, read.day))
    flight = _READING.flight(text, kind).flight
    if flight is not None and flight.start is not None:
        return _within(field, text, Days(flight.start, flight.end))
    if read.finding is not None and read.finding.code == "runtime_no_such_date":
        return DaysRead(None, ((field, read.finding),))
    return _format(field, text)


def _month(cell: Cell) -> DaysRead:
    """A month; a date cell that shows one holds its first day."""
    read = _first(cell, None, "month")
    days = read.days
    if days is None or len(days) > 1:
        return read
    if days.first.day != 1:
        return _format("month", cell[0] or "")
    return DaysRead(month_of(days.first.year, days.first.month))


def _slashes(field: str, text: str, parts: tuple[int, int, str], order: Slashes | None) -> DaysRead:
    """`10/31/2026` can only be the last of October, and `31/10/2026` too; `10/03/2026` is anybody's guess."""
    one, other, year = parts
    if one > LAST_MONTH:
        order = Slashes.DAY_FIRST
    elif other > LAST_MONTH:
        order = Slashes.MONTH_FIRST
    if order is None and one != other:
        return _fault(
            field, "ambiguous_date", f"“{text}” can mean day {one} of month {other}, or day {other} of month {one}.",
            "Write it like 2026-12-31 or 31.12.2026, or as a date cell.",
        )  # fmt: skip
    day, month = (one, other) if order is Slashes.DAY_FIRST else (other, one)
    full = int(year) + (2000 if len(year) == 2 else 0)
    try:
        found = date(full, month, day)
    except ValueError:
        return _fault(
            field, "runtime_no_such_date", f"There is no day “{text}” in the calendar.", "Correct the date."
        )
    return _within(field, text, Days(found, found))


def _month_of(field: str, text: str, year: str, month: int) -> DaysRead:
    full = int(year) + (2000 if len(year) == 2 else 0)
    if not 1 <= month <= 12 or not FIRST_YEAR <= full <= LAST_YEAR:
        return _format(field, text)
    return DaysRead(month_of(full, month))


def _within(field: str, text: str, days: Days) -> DaysRead:
    if days.first.year >= FIRST_YEAR and days.last.year <= LAST_YEAR:
        return DaysRead(days)
    return _fault(
        field, "date_format", f"“{text}” is no day from {FIRST_YEAR} to {LAST_YEAR}.", "Correct the year."
    )


def _format(field: str, text: str) -> DaysRead:
    return _fault(
        field, "date_format", f"“{text[:80]}” is no day, no month, and no period from one day to another.",
        "Write it like 2026-12-31 or 31.12.2026, or as a date cell; a month like 2026-12.",
    )  # fmt: skip


def _fault(field: str, code: str, message: str, hint: str) -> DaysRead:
    return DaysRead(None, ((field, Finding(code, Severity.ERROR, message, hint)),))


def _blank(cell: Cell) -> bool:
    return cell[1] == CellKind.BLANK or is_blank(cell[0])
