"""Kinds of days: Monday to Sunday, with public holidays counting as Sundays.

Belongs here: which kind a local day is, and how many of each kind lie in a flight. Does not belong here: what such
days are worth (`profile`, `due_curve`).

Public holidays come from the library `holidays`, by country and, after a hyphen, part of it: DE, DE-BY, AT-9.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property, lru_cache

from campfill_pipeline.domain.errors import CampfillError

KINDS = 7
"""Monday is 0, Sunday and every public holiday 6."""

SUNDAY = 6
NAMES = ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays")
OFF = "none"
"""The word that switches public holidays off."""

_GERMAN = ("BB", "BE", "BW", "BY", "HB", "HE", "HH", "MV", "NI", "NW", "RP", "SH", "SL", "SN", "ST", "TH")
USUAL = frozenset({"DE", "AT", "CH", *(f"DE-{state}" for state in _GERMAN)})
"""Known without asking the library, which takes 12 MB and a third of a second: every command checks its settings."""

YEARS_BACK, YEARS_AHEAD = 10, 30
"""Around the day of the figures; public holidays further away count as the weekdays they fall on."""


class UnknownHolidaysError(CampfillError):
    """No public holidays are known by this name."""


@dataclass(frozen=True)
class Calendar:
    """The public holidays that count as Sundays."""

    holidays: frozenset[date] = frozenset()

    @cached_property
    def as_array(self) -> str:
        """The holidays as PostgreSQL writes an array: one text, made once, since hundreds go with each query."""
        return "{" + ",".join(day.isoformat() for day in sorted(self.holidays)) + "}"

    def kind(self, day: date) -> int:
        """0 for a Monday … 6 for a Sunday or a public holiday."""
        return SUNDAY if day in self.holidays else day.weekday()

    def counts(self, first: date, last: date) -> tuple[int, ...]:
        """How many days of each kind lie between two days, both inclusive; zeros when reversed."""
        length = max((last - first).days + 1, 0)
        whole, rest = divmod(length, KINDS)
        found = [whole] * KINDS
        for offset in range(rest):
            found[(first.weekday() + offset) % KINDS] += 1
        for day in self.holidays:
            if first <= day <= last and day.weekday() != SUNDAY:
                found[day.weekday()] -= 1
                found[SUNDAY] += 1
        return tuple(found)

    def near(self, first: date, last: date) -> Calendar:
        """The same calendar with only the holidays between two days: counting is faster."""
        return Calendar(frozenset(day for day in self.holidays if first <= day <= last))


@lru_cache(maxsize=64)
def _of_year(region: str, year: int) -> frozenset[date]:
    import holidays  # only where a day is asked for: see USUAL

    country, _, part = region.partition("-")
    try:
        return frozenset(holidays.country_holidays(country, subdiv=part or None, years=year))
    except NotImplementedError as error:
        raise UnknownHolidaysError(str(error), "Choose another country, or none.") from error


@lru_cache(maxsize=8)
def _around(region: str, year: int) -> Calendar:
    years = range(max(year - YEARS_BACK, date.min.year), min(year + YEARS_AHEAD, date.max.year) + 1)
    return Calendar(frozenset(day for each in years for day in _of_year(region, each)))


def calendar(region: str | None, as_of: date) -> Calendar:
    """The public holidays of a region around a day; none at all where `region` is None.

    Raises UnknownHolidaysError where the library knows no such country or part of it.
    """
    return Calendar() if region is None else _around(region, as_of.year)


def check_region(region: str) -> None:
    """Raise UnknownHolidaysError where no public holidays are known by this name."""
    if region not in USUAL:
        _of_year(region, 2026)


def each_day(first: date, last: date) -> list[date]:
    """All days between two days, both inclusive."""
    return [first + timedelta(offset) for offset in range((last - first).days + 1)]
