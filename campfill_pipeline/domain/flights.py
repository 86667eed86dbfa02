"""Flights of described lists: one date or two in a cell, in the order of day and month that the description names.

Belongs here: reading dates that stand as text, date cells, instants. Does not belong here: the present list's notation
(`runtimes.py`), which columns hold the dates (`described_columns.py`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from campfill_pipeline.domain.cells import DASHES, INVISIBLE, CellKind, is_blank, spoiled
from campfill_pipeline.domain.issues import Finding, Severity
from campfill_pipeline.domain.list_descriptions import Dates
from campfill_pipeline.domain.runtimes import Flight, RuntimeRead, judged

_ISO = re.compile(
    r"(?P<y>[0-9]{4})(?P<mark>[-/])(?P<m>[0-9]{1,2})(?P=mark)(?P<d>[0-9]{1,2})"
    r"(?:[T ](?P<time>[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]+)?)?) ?(?P<zone>Z|[+-][0-9]{2}:?[0-9]{2})?)?"
)
_TIME = r"(?:,? [0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?(?: ?[AP]M)?)?"
_YEAR = r"(?P<y>[0-9]{4}|[0-9]{2})"
_PATTERNS: Mapping[Dates, re.Pattern[str]] = {
    Dates.GERMAN: re.compile(rf"(?P<d>[0-9]{{1,2}})\.(?P<m>[0-9]{{1,2}})\.{_YEAR}{_TIME}", re.I),
    Dates.US: re.compile(
        rf"(?P<m>[0-9]{{1,2}})(?P<mark>[/-])(?P<d>[0-9]{{1,2}})(?P=mark){_YEAR}{_TIME}", re.I
    ),
    Dates.BRITISH: re.compile(
        rf"(?P<d>[0-9]{{1,2}})(?P<mark>[/-])(?P<m>[0-9]{{1,2}})(?P=mark){_YEAR}{_TIME}", re.I
    ),
}
_SHOWN = {
    Dates.ISO: "2026-12-31",
    Dates.GERMAN: "31.12.2026",
    Dates.US: "12/31/2026 (month first)",
    Dates.BRITISH: "31/12/2026 (day first)",
}
_BETWEEN = re.compile(rf"\s*[{DASHES}]\s*|\s+(?:to|until|bis|au|–|/)\s+", re.I)
_ASAP = re.compile("asap", re.I)


@dataclass(frozen=True, slots=True)
class DayRead:
    """One date cell's reading: its day, or None where it is blank or faulty; `asap` where it says so."""

    day: date | None
    finding: Finding | None = None
    asap: bool = False


def _error(code: str, message: str, hint: str) -> Finding:
    return Finding(code, Severity.ERROR, message, hint)


@dataclass(frozen=True)
class DateReading:
    """How a list's dates are read: their order, and the zone to whose days instants belong; None: as written."""

    dates: Dates
    zone: tzinfo | None

    def start(self, text: str | None, kind: int) -> DayRead:
        """The first day of a flight, or ASAP."""
        return self._cell(text, kind, ends=False)

    def end(self, text: str | None, kind: int) -> DayRead:
        """The last day of a flight. An instant at local midnight ends the day before; one within the last minute of a
        written day (`T23:59:59Z`) is that day, whatever its zone: it means all of it, and not an hour of the next.
        """
        return self._cell(text, kind, ends=True)

    def flight(self, text: str | None, kind: int) -> RuntimeRead:
        """A flight whose two dates stand in one cell."""
        if finding := spoiled(text, kind):
            return RuntimeRead(None, finding)
        if text is None or is_blank(text):
            return RuntimeRead(None)
        bare = INVISIBLE.sub("", text).strip()
        for parts in self._halves(bare) if kind == CellKind.TEXT else ():
            start, end = self.start(parts[0], CellKind.TEXT), self.end(parts[1], CellKind.TEXT)
            if finding := start.finding or end.finding:
                return RuntimeRead(None, finding)
            return both(start, end)
        shown = _SHOWN[self.dates]
        return RuntimeRead(
            None,
            _error(
                "runtime_format",
                f"“{_short(bare)}” is not a flight from one full date to another.",
                f"Write two dates like {shown}, with a dash between them.",
            ),
        )

    def _halves(self, text: str) -> list[tuple[str, str]]:
        """The text cut at the one place where a date, or ASAP, stands on both sides."""
        cuts = ((text[: cut.start()].strip(), text[cut.end() :].strip()) for cut in _BETWEEN.finditer(text))
        return [
            (before, after)
            for before, after in cuts
            if (_ASAP.fullmatch(before) or self._match(before)) and self._match(after)
        ][:1]

    def _match(self, text: str) -> re.Match[str] | None:
        other = _PATTERNS.get(self.dates)
        return _ISO.fullmatch(text) or (other.fullmatch(text) if other else None)

    def _cell(self, text: str | None, kind: int, *, ends: bool) -> DayRead:
        if finding := spoiled(text, kind):
            return DayRead(None, finding)
        if text is None or is_blank(text):
            return DayRead(None)
        bare = INVISIBLE.sub("", text).strip()
        if not ends and kind == CellKind.TEXT and _ASAP.fullmatch(bare):
            return DayRead(None, asap=True)
        found = self._match(bare) if kind in (CellKind.TEXT, CellKind.DATE) else None
        if found is None:
            return DayRead(
                None,
                _error(
                    "date_format",
                    f"“{_short(bare)}” is not a date as this list writes them.",
                    f"Write it like {_SHOWN[self.dates]}, or as a date cell; if the whole list writes its dates"
                    " otherwise, correct “dates” in its description.",
                ),
            )
        return self._day(found, bare, ends=ends)

    def _day(self, found: re.Match[str], text: str, *, ends: bool) -> DayRead:
        year = int(found["y"]) + (2000 if len(found["y"]) == 2 else 0)
        try:
            day = date(year, int(found["m"]), int(found["d"]))
            zone = found.groupdict().get("zone")
            if ends and zone and found["time"].startswith("23:59"):
                return DayRead(day)
            if zone and self.zone is not None:
                instant = datetime.fromisoformat(
                    text.replace("/", "-").replace(" ", "T", 1).replace(" ", "").replace(",", ".")
                )
                local = instant.astimezone(self.zone)
                day = local.date()
                if ends and (local.hour, local.minute, local.second, local.microsecond) == (0, 0, 0, 0):
                    day -= timedelta(days=1)
        except (ValueError, OverflowError):
            return DayRead(
                None,
                _error(
                    "runtime_no_such_date",
                    f"There is no day “{_short(text)}” in the calendar, read like {_SHOWN[self.dates]}.",
                    "Correct the date; if the whole list writes its dates otherwise, correct “dates” in its"
                    " description.",
                ),
            )
        return DayRead(day)


def both(start: DayRead, end: DayRead) -> RuntimeRead:
    """The flight from one date to the other; both are read."""
    assert end.day is not None
    flight = Flight(start.day, end.day)
    if start.day is not None and end.day < start.day:
        return RuntimeRead(
            None,
            _error(
                "runtime_reversed",
                f"The flight ends on {end.day:%d.%m.%Y}, before it starts on {start.day:%d.%m.%Y}.",
                "Put the earlier day first, or correct the year.",
            ),
        )
    return judged(flight)


def _short(text: str) -> str:
    shown = " ".join(text.split())
    return shown if len(shown) <= 80 else f"{shown[:79]}…"
