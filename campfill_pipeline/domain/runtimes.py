"""Runtimes: `DD.MM.YYYY-DD.MM.YYYY` or `ASAP-DD.MM.YYYY`, read to dates and to one canonical form.

Belongs here: the notation of a flight. Does not belong here: the effective start of an ASAP flight, which depends on
delivery (`warehouse/fulfillment`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from campfill_pipeline.domain.cells import DASHES, INVISIBLE, CellKind, is_blank, spoiled
from campfill_pipeline.domain.issues import Finding, Severity


@dataclass(frozen=True, slots=True)
class Flight:
    """A runtime: both ends are inclusive local days; `start` is None for ASAP."""

    start: date | None
    end: date

    @property
    def runtime(self) -> str:
        """The canonical text, the only form that is stored and compared."""
        return f"{'ASAP' if self.start is None else _german(self.start)}-{_german(self.end)}"


@dataclass(frozen=True, slots=True)
class RuntimeRead:
    """A cell's reading: its flight, or None where it is blank or faulty."""

    flight: Flight | None
    finding: Finding | None = None


_DAY = r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4}|[0-9]{2})"
_RUNTIME = re.compile(rf"(?:(asap)|{_DAY})\s*[{DASHES}]\s*{_DAY}", re.IGNORECASE)
FIRST_YEAR, LAST_YEAR = 2000, 2099
"""Two digits mean one of these; a flight of thousands of years is a slip of the finger, or stands for no end."""

LONG = 3 * 366
"""Days of a flight, beyond which its years are likely mistyped."""

_HINT = "Write it as DD.MM.YYYY-DD.MM.YYYY, for example 04.09.2025-06.09.2025, or ASAP-06.09.2025."


def _german(day: date) -> str:
    return f"{day.day:02}.{day.month:02}.{day.year:04}"


def _date(day: str, month: str, year: str) -> date | None:
    try:
        return date(int(year) + (2000 if len(year) == 2 else 0), int(month), int(day))
    except ValueError:
        return None


def _fault(code: str, message: str, hint: str = _HINT) -> RuntimeRead:
    return RuntimeRead(None, Finding(code, Severity.ERROR, message, hint))


def read_runtime(text: str | None, kind: int) -> RuntimeRead:
    """Read one cell of `kind`.

    Around the dash may stand spaces and line breaks; the dash may be an en or em dash; days and months have one or
    two digits; a two-digit year means 20YY. Anything else is an error, never a guess.
    """
    if finding := spoiled(text, kind):
        return RuntimeRead(None, finding)
    if text is None or is_blank(text):
        return RuntimeRead(None)
    bare = INVISIBLE.sub("", text).strip()
    if kind == CellKind.DATE:
        return _fault(
            "runtime_format",
            f"The cell holds one date ({bare}), not a runtime from one day to another.",
            f"Format the cell as text. {_HINT}",
        )
    found = _RUNTIME.fullmatch(bare) if kind == CellKind.TEXT else None
    if found is None:
        shown = " ".join(bare.split())
        shown = shown if len(shown) <= 80 else f"{shown[:79]}…"
        return _fault("runtime_format", f"“{shown}” is not a runtime with two full dates.")
    asap, *parts = found.groups()
    start = None if asap else _date(*parts[:3])
    end = _date(*parts[3:])
    for day, digits in ((start or asap, parts[:3]), (end, parts[3:])):
        if day is None:
            return _fault("runtime_no_such_date", f"There is no day {'.'.join(digits)} in the calendar.")
    assert end is not None
    if start is not None and end < start:
        return _fault(
            "runtime_reversed",
            f"The runtime ends on {_german(end)}, before it starts on {_german(start)}.",
            "Put the earlier day first, or correct the year.",
        )
    return judged(Flight(start, end))


def judged(flight: Flight) -> RuntimeRead:
    """A flight by its years: none where one of them lies outside all calendars of bookings, else a warning if long."""
    for day in (flight.start, flight.end):
        if day is not None and not FIRST_YEAR <= day.year <= LAST_YEAR:
            return _fault(
                "out_of_range",
                f"The year {day.year:04} is out of range: a flight lies from {FIRST_YEAR} to {LAST_YEAR}.",
                f"Correct the year. Where no end is agreed, write 31.12.{LAST_YEAR} or the day you plan with.",
            )
    days = 0 if flight.start is None else (flight.end - flight.start).days + 1
    if days <= LONG:
        return RuntimeRead(flight)
    return RuntimeRead(
        flight,
        Finding(
            "long_runtime",
            Severity.WARNING,
            f"The flight from {_german(flight.start or flight.end)} to {_german(flight.end)} is {days:,} days long.",
            "Check its years. It is no reason to reject the line; what is due is spread over all these days.",
        ),
    )
