"""A goal that needs more, before its line begins, than its sites ever gave in their best week.

Belongs here: what a line needs, what was the best run of days, when there is too little to say it by, and the words.
Does not belong here: which days and sites are looked at (`warehouse/figures/best_weeks.py`), cells of a list.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from campfill_pipeline.domain.attention import at_least, days, whole
from campfill_pipeline.domain.rounding import half_up
from campfill_pipeline.language import notation
from campfill_pipeline.language.speaking import say, say_many

WEEK = 7
LEAST_DAYS = 14
"""Days with delivery that history must have: of a single week one cannot tell whether it is a good one."""
LEAST_LINES = 3
"""Lines that must have been delivered there: what one line got says what was asked for, not what there was."""


@dataclass(frozen=True)
class Gave:
    """What places gave by local day: to their own lines, and, where looked up, to all lines at the same sites."""

    to_lines: Mapping[date, Decimal]
    lines: int
    at_sites: Mapping[date, Decimal] = field(default_factory=dict)

    @property
    def thin(self) -> bool:
        """Whether there is too little behind it to say anything."""
        return self.lines < LEAST_LINES or len(self.to_lines) < LEAST_DAYS


@dataclass(frozen=True)
class Best:
    """The best run of so many days in a row, and the day it began."""

    impressions: Decimal
    first_day: date
    run: int


@dataclass(frozen=True)
class Unlikely:
    """A goal of `needed` impressions in a run of days whose best one gave less. `placement` None: any place."""

    needed: Decimal
    best: Best
    placement: str | None

    @property
    def times(self) -> Decimal:
        """How many times the best run."""
        return self.needed / self.best.impressions


def run_of(flight_days: int) -> int:
    """Days in a row that a flight is compared by: a week, or the flight where it is shorter."""
    return min(WEEK, flight_days)


def needed(goal: int, flight_days: int) -> Decimal:
    """Impressions that a run of its days must give on average."""
    return Decimal(goal) * run_of(flight_days) / flight_days


def best_run(gave: Gave, run: int) -> Best | None:
    """The best run of so many local days in a row that either sum shows; of equals the earliest. None without any."""
    found = None
    for amounts in (gave.to_lines, gave.at_sites):
        for first in sorted({day - timedelta(back) for day in amounts for back in range(run)}):
            total = sum((amounts.get(first + timedelta(on), Decimal(0)) for on in range(run)), Decimal(0))
            if found is None or total > found.impressions:
                found = Best(total, first, run)
    return found if found is not None and found.impressions > 0 else None


def judge(goal: int, flight_days: int, placement: str | None, best: Best | None) -> Unlikely | None:
    """The goal, where it needs more than the best run of its length; None else, or where nothing is known."""
    need = needed(goal, flight_days)
    if best is None or need <= best.impressions:
        return None
    return Unlikely(need, best, placement)


def sentence(found: Unlikely) -> str:
    """How much too much it is, in one sentence."""
    return say(
        "It needs {times} times the best {run} of these sites: {needed} impressions {days}, where {where} gave "
        "{best} at most, from {began}.",
        times=_times(found.times),
        run=say("week") if found.best.run == WEEK else days(found.best.run),
        needed=at_least(found.needed),
        days=days_in(found.best.run),
        where=_where(found.placement),
        best=whole(found.best.impressions),
        began=notation.day(found.best.first_day),
    )


def before_the_start(starts: date, found: Unlikely) -> str:
    """The same of a line that the register has."""
    return say("Starts on {day}. {told}", day=notation.day(starts), told=sentence(found))


def days_in(number: int) -> str:
    """1 day, 2 days, where a language bends it: in so many days."""
    return say_many("in {count} day", "in {count} days", number, count=number)


def _where(placement: str | None) -> str:
    if placement is None:
        return say("all lines together")
    return say("the sites of “{placement}”", placement=placement)


def _times(times: Decimal) -> str:
    """3.1; near one with as many decimals as show that it is more."""
    for decimals in (1, 2, 3):
        if (shown := half_up(times, decimals)) > 1:
            return notation.number(shown)
    return say("just over 1")
