"""The lines of the simulated world: who booked what, when and at which price.

Belongs here: the campaign list's content and its distributions. Does not belong here: how a line delivers
(`planted`, `delivery`) and how the list is written (`campaign_list`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TypeVar
from uuid import UUID

import numpy as np

from campfill_pipeline.simulator import vocabulary


@dataclass(frozen=True)
class Shape:
    """How large a world is. The defaults are the size and the spread of the real list.

    The API keeps `history_days` local days before today and, of what is booked, `ahead_days` from today on.
    `ended` lines lie wholly in that history; `straddling` ones began before it; all others ended before it.
    """

    lines: int = 7_056
    ended: int = 1_150
    live: int = 220
    scheduled: int = 120
    straddling: int = 60
    history_days: int = 100
    ahead_days: int = 40
    runtimes: int = 2_293
    goals: int = 4_089
    cpms: int = 902
    sites: int = 40

    @staticmethod
    def small() -> Shape:
        """A world that is generated in well under a second, for tests."""
        return Shape(
            lines=400,
            ended=220,
            live=60,
            scheduled=10,
            straddling=10,
            runtimes=260,
            goals=300,
            cpms=90,
            sites=12,
        )


@dataclass(frozen=True, slots=True)
class WorldLine:
    """One line as it was truly booked. `start` is when it began to deliver, also where the list says ASAP."""

    index: int
    id: str
    name: str
    kind: str
    buyer: str
    era: str
    start: date
    end: date
    asap: bool
    goal: int
    cpm: Decimal
    budget: Decimal | None
    purchase_type: str

    @property
    def runtime(self) -> str:
        """The flight in the list's canonical form."""
        return f"{'ASAP' if self.asap else f'{self.start:%d.%m.%Y}'}-{self.end:%d.%m.%Y}"

    @property
    def flight_days(self) -> int:
        """Days of the flight, inclusive."""
        return (self.end - self.start).days + 1


@dataclass(frozen=True, slots=True)
class _Flight:
    era: str
    start: date
    end: date
    asap: bool

    @property
    def key(self) -> tuple[date | None, date]:
        return (None if self.asap else self.start, self.end)


_LENGTHS = np.array([1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 21, 24, 28, 30, 45, 60])
_LENGTH_WEIGHTS = np.array([4, 4, 6, 6, 6, 7, 14, 4, 9, 4, 14, 3, 8, 2, 5, 2, 1, 1], dtype=float)
_ASAP_SHARE = 0.05
_T = TypeVar("_T")


def random_uuid(rng: np.random.Generator) -> str:
    """A version 4 UUID in lower case."""
    return str(UUID(bytes=rng.bytes(16), version=4))


def _length(rng: np.random.Generator, longest: int) -> int:
    fits = longest >= _LENGTHS
    return int(rng.choice(_LENGTHS[fits], p=_LENGTH_WEIGHTS[fits] / _LENGTH_WEIGHTS[fits].sum()))


def _present_flights(shape: Shape, today: date, rng: np.random.Generator) -> list[_Flight]:
    """Flights that the API knows something about, or that are still to come."""
    flights = []
    for _ in range(shape.ended):
        length = _length(rng, shape.history_days - 4)
        last = today - timedelta(int(rng.integers(1, shape.history_days - length + 1)))
        flights.append(_Flight("ended", last - timedelta(length - 1), last, bool(rng.random() < _ASAP_SHARE)))
    for _ in range(shape.live):
        length = max(3, _length(rng, 60))
        start = today - timedelta(int(rng.integers(0, length)))
        end = start + timedelta(length - 1)
        flights.append(_Flight("live", start, end, bool(rng.random() < _ASAP_SHARE) and start < today))
    for _ in range(shape.scheduled):
        start = today + timedelta(int(rng.integers(1, 30)))
        flights.append(_Flight("scheduled", start, start + timedelta(_length(rng, 60) - 1), asap=False))
    first = today - timedelta(shape.history_days)
    for _ in range(shape.straddling):
        start = first - timedelta(int(rng.integers(1, 20)))
        flights.append(_Flight("straddling", start, first + timedelta(int(rng.integers(0, 30))), asap=False))
    return flights


def _past_flights(
    shape: Shape, today: date, taken: Sequence[_Flight], rng: np.random.Generator
) -> list[_Flight]:
    """Flights that ended before the API's history. They bring distinct runtimes up to the number wanted."""
    missing = shape.lines - len(taken)
    known = {flight.key for flight in taken}
    wanted = min(missing, max(1, shape.runtimes - len(known)))
    first = today - timedelta(shape.history_days)
    pool: list[_Flight] = []
    while len(pool) < wanted:
        end = first - timedelta(int(rng.integers(1, 900)))
        flight = _Flight("past", end - timedelta(_length(rng, 60) - 1), end, bool(rng.random() < _ASAP_SHARE))
        if flight.key not in known:
            known.add(flight.key)
            pool.append(flight)
    return pool + [pool[int(i)] for i in rng.integers(0, len(pool), missing - len(pool))]


def _goals(number: int, rng: np.random.Generator) -> list[int]:
    """Distinct goals between 3,000 and 720,000: most are round, some are not."""
    found: dict[int, None] = {}
    while len(found) < number:
        goal = float(np.clip(rng.lognormal(10.9, 0.95), 3_000, 720_000))
        step = int(rng.choice([1, 10, 100, 500, 1_000], p=[0.15, 0.15, 0.35, 0.2, 0.15]))
        found[max(3_000, round(goal / step) * step)] = None
    return list(found)


def _cpms(number: int, rng: np.random.Generator) -> list[Decimal]:
    """Distinct prices between 0.01 and 45 euros, mostly in whole cents."""
    found: dict[Decimal, None] = {Decimal("0.01"): None, Decimal(45): None}
    while len(found) < number:
        thousandths = int(np.clip(rng.lognormal(9.0, 0.55), 10, 45_000))
        cents = round(thousandths / 10)
        found[Decimal(thousandths) / 1000 if rng.random() < 0.05 else Decimal(cents) / 100] = None
    return list(found)


def _spread(pool: Sequence[_T], number: int, rng: np.random.Generator) -> list[_T]:
    """`number` picks of `pool`: every member once, the rest with a preference for the first, shuffled."""
    extra = np.minimum(rng.exponential(len(pool) / 4, max(0, number - len(pool))), len(pool) - 1).astype(int)
    picks = np.concatenate([np.arange(min(number, len(pool))), extra])
    rng.shuffle(picks)
    return [pool[int(i)] for i in picks]


def _dates_in_name(start: date, end: date) -> str:
    if start == end:
        return f"{start:%d.%m.}_"
    first = f"{start:%d}" if start.month == end.month else f"{start:%d.%m.}"
    return f"{first}-{end:%d.%m.}_"


def _name(flight: _Flight, number: int, placement: str, advertiser: str, rng: np.random.Generator) -> str:
    subject = vocabulary.SUBJECTS[int(rng.integers(len(vocabulary.SUBJECTS)))]
    if rng.random() < 0.11:
        return f"{advertiser} {subject} {placement} #{number}"
    return "_".join(
        (
            str(flight.start.year),
            str(10_000 + number // 3),
            f"{1 + number % 12:04d}",
            str(1 + number % 4),
            placement,
            advertiser,
            subject,
            _dates_in_name(flight.start, flight.end),
        )
    )


def _budget(goal: int, cpm: Decimal, rng: np.random.Generator) -> Decimal | None:
    """Goal times price; blank in 8.7 % of lines, clearly different in 1 %."""
    draw = rng.random()
    if draw < 0.087:
        return None
    fair = Decimal(goal) / 1000 * cpm
    if draw < 0.097:
        fair *= Decimal(int(rng.integers(70, 91))) / 100
    return fair.quantize(Decimal("0.01"))


def make_lines(today: date, shape: Shape, rng: np.random.Generator) -> tuple[WorldLine, ...]:
    """All lines, in the order of the campaign list: newest flights first, as the real export has them."""
    flights = _present_flights(shape, today, rng)
    flights += _past_flights(shape, today, flights, rng)
    flights.sort(key=lambda flight: (flight.end, flight.start), reverse=True)
    number = len(flights)
    goals = _spread(_goals(min(number, shape.goals), rng), number, rng)
    cpms = _spread(_cpms(min(number, shape.cpms), rng), number, rng)
    placements = _spread(vocabulary.PLACEMENTS, number, rng)
    advertisers = _spread(vocabulary.ADVERTISERS, number, rng)
    buyers = _spread(vocabulary.BUYERS, number, rng)
    lines = []
    for i, flight in enumerate(flights):
        campaign = bool(rng.random() < 0.58)
        lines.append(
            WorldLine(
                index=i,
                id=random_uuid(rng),
                name=_name(flight, number - i, placements[i], advertisers[i], rng),
                kind="campaign" if campaign else "deal",
                buyer=vocabulary.NOT_SET if campaign else buyers[i],
                era=flight.era,
                start=flight.start,
                end=flight.end,
                asap=flight.asap,
                goal=goals[i],
                cpm=cpms[i],
                budget=_budget(goals[i], cpms[i], rng),
                purchase_type="guaranteed" if rng.random() < (0.75 if campaign else 0.55) else "unguaranteed",
            )
        )
    return tuple(lines)
