"""The measured week of all sites, from what healthy lines delivered: site, placement, all, and the spread around it.

Belongs here: putting the sums together by place and falling back from circle to circle. Does not belong here: the fit
itself and what too little is (`profile`), and how the sums are kept (`warehouse/figures/week.py`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal

from campfill_pipeline.domain import profile
from campfill_pipeline.domain.due_curve import Weeks
from campfill_pipeline.domain.profile import EVEN_WEEK, NO_SPREAD, Basis, LineDays, Spread, Sums, Week
from campfill_pipeline.domain.weekdays import KINDS, Calendar

Scope = Literal["site", "placement", "all"]
Flight = tuple[date, date]
Amounts = tuple[Decimal, ...]


@dataclass(frozen=True)
class Member:
    """A healthy line that ended: its flight, and its impressions (and their squares, by day) by kind of day."""

    line_no: int
    placement: str | None
    first_day: date
    last_day: date
    impressions: Amounts
    squares: Amounts


@dataclass(frozen=True)
class Cell:
    """What a healthy line delivered at one site, by kind of day."""

    line_no: int
    site_no: int
    impressions: Amounts


@dataclass(frozen=True)
class Place:
    """One site, placement, or all: its week, what was measured there itself, and how much is behind it."""

    scope: Scope
    site_no: int | None
    placement: str | None
    week: Week
    measured: tuple[Decimal, ...] | None
    lines: int
    line_days: tuple[int, ...]
    dates: tuple[int, ...]


@dataclass(frozen=True)
class MeasuredWeek:
    """Everything that was measured; `lines` is how many healthy lines it rests on."""

    places: tuple[Place, ...] = ()
    spread: Spread = NO_SPREAD
    lines: int = 0

    @property
    def weeks(self) -> Weeks:
        """The weeks as the due curve takes them."""
        everywhere = [place.week for place in self.places if place.scope == "all"]
        return Weeks(
            {place.site_no: place.week for place in self.places if place.site_no is not None},
            {place.placement or "": place.week for place in self.places if place.scope == "placement"},
            everywhere[0] if everywhere else EVEN_WEEK,
        )


class _Sums:
    """Sums at one place, lines with the same flight together."""

    def __init__(self) -> None:
        self.by_flight: dict[Flight, list[Decimal]] = {}
        self.lines: defaultdict[Flight, int] = defaultdict(int)
        self.placements: defaultdict[str, Decimal] = defaultdict(Decimal)

    def add(self, member: Member, impressions: Amounts) -> None:
        flight = (member.first_day, member.last_day)
        sums = self.by_flight.setdefault(flight, [Decimal(0)] * KINDS)
        for kind, amount in enumerate(impressions):
            sums[kind] += amount
        self.lines[flight] += 1
        if member.placement:
            self.placements[member.placement] += sum(impressions)

    @property
    def placement(self) -> str | None:
        """The placement whose lines delivered most here; of equals the first by name."""
        return min(self.placements, key=lambda name: (-self.placements[name], name), default=None)


class _Days:
    """Days by kind, of flights that come again and again."""

    def __init__(self, calendar: Calendar) -> None:
        self.calendar, self.known = calendar, dict[Flight, tuple[int, ...]]()

    def of(self, flight: Flight) -> tuple[int, ...]:
        if flight not in self.known:
            self.known[flight] = self.calendar.counts(*flight)
        return self.known[flight]

    def of_union(self, flights: Iterable[Flight]) -> tuple[int, ...]:
        """Days that lie in at least one of the flights, each counted once."""
        merged: list[Flight] = []
        for first, last in sorted(flights):
            if merged and first <= merged[-1][1] + timedelta(1):
                merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
            else:
                merged.append((first, last))
        return _add(self.of(flight) for flight in merged)


def _add(rows: Iterable[Sequence[int]]) -> tuple[int, ...]:
    found = [0] * KINDS
    for row in rows:
        for kind, number in enumerate(row):
            found[kind] += number
    return tuple(found)


def measure(members: Sequence[Member], cells: Sequence[Cell], calendar: Calendar) -> MeasuredWeek:
    """Fit the week of every site, of every placement and of all lines, and the spread of days around it.

    The order of members and cells does not matter; cells of lines that are no members are passed over.
    """
    if not members:
        return MeasuredWeek()
    first, last = min(m.first_day for m in members), max(m.last_day for m in members)
    days = _Days(calendar.near(first, last))
    by_number = {member.line_no: member for member in members}
    everything, placements, sites = _Sums(), defaultdict[str, _Sums](_Sums), defaultdict[int, _Sums](_Sums)
    for member in members:
        everything.add(member, member.impressions)
        if member.placement:
            placements[member.placement].add(member, member.impressions)
    for cell in cells:
        if (owner := by_number.get(cell.line_no)) is not None:
            sites[cell.site_no].add(owner, cell.impressions)
    whole = _place("all", None, None, everything, EVEN_WEEK, days)
    of_placement = {
        name: _place("placement", None, name, sums, whole.week, days)
        for name, sums in sorted(placements.items())
    }
    of_site = {}
    for number, sums in sorted(sites.items()):
        own = sums.placement
        wider = of_placement[own].week if own else whole.week
        of_site[number] = _place("site", number, own, sums, wider, days)
    places = (whole, *of_placement.values(), *of_site.values())
    measured = MeasuredWeek(places, lines=len(members))
    spread = profile.spread(_line_days(members, cells, measured.weeks, days))
    return MeasuredWeek(places, spread, len(members))


_BASIS = {"site": Basis.MEASURED, "placement": Basis.PLACEMENT, "all": Basis.ALL}


def _place(
    scope: Scope, site_no: int | None, placement: str | None, sums: _Sums, wider: Week, days: _Days
) -> Place:
    parts = [Sums(days.of(flight), tuple(map(float, amounts))) for flight, amounts in sums.by_flight.items()]
    own = profile.fit(parts)
    line_days = _add([n * count for n in days.of(flight)] for flight, count in sums.lines.items())
    dates = days.of_union(sums.by_flight)
    week = profile.complete(own, profile.thick(line_days, dates), _BASIS[scope], wider)
    return Place(scope, site_no, placement, week, own, sum(sums.lines.values()), line_days, dates)


def _line_days(members: Sequence[Member], cells: Sequence[Cell], weeks: Weeks, days: _Days) -> list[LineDays]:
    """Each healthy line beside what a × f of its sites gives; where its sites are not known, of its placement."""
    fitted: dict[int, list[float]] = {}
    by_number = {member.line_no: member for member in members}
    floats = {number: tuple(map(float, week.weights)) for number, week in weeks.sites.items()}
    for cell in cells:
        if (owner := by_number.get(cell.line_no)) is not None:
            counts = days.of((owner.first_day, owner.last_day))
            _add_level(
                fitted.setdefault(cell.line_no, [0.0] * KINDS), cell.impressions, floats[cell.site_no], counts
            )
    found = []
    for member in members:
        counts = days.of((member.first_day, member.last_day))
        if member.line_no not in fitted:
            week = tuple(map(float, weeks.of_placement(member.placement).weights))
            _add_level(fitted.setdefault(member.line_no, [0.0] * KINDS), member.impressions, week, counts)
        found.append(
            LineDays(
                counts, tuple(map(float, member.impressions)), tuple(map(float, member.squares)),
                tuple(fitted[member.line_no]),
            )
        )  # fmt: skip
    return found


def _add_level(
    fitted: list[float], impressions: Amounts, week: tuple[float, ...], counts: tuple[int, ...]
) -> None:
    """Add a × f of one place, a = Σx ÷ Σf."""
    due = sum(n * f for n, f in zip(counts, week, strict=True))
    if due > 0:
        level = float(sum(impressions)) / due
        for kind in range(KINDS):
            fitted[kind] += level * week[kind]
