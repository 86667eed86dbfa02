"""What a line's due curve rests on, in one sentence, and its share of the goal by day.

Belongs here: words and shares for people and charts. Does not belong here: the figures made from the weights
(`warehouse/figures/fulfillment.sql`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from campfill_pipeline.domain.profile import Basis
from campfill_pipeline.domain.weekdays import KINDS, NAMES, Calendar, each_day
from campfill_pipeline.language import notation
from campfill_pipeline.language.speaking import say, say_many, word


@dataclass(frozen=True)
class DueCurve:
    """How a live line's goal falls due: the share due by the end of each flight day, 0 to 1, and what that rests on."""

    shares: tuple[Decimal, ...]
    basis: Basis
    weights: tuple[Decimal, ...]
    lines: int

    @property
    def rests_on(self) -> str:
        """What it rests on, in the language spoken."""
        return rests_on(self.weights, self.basis, self.lines)


def due_curve(
    first: date, last: date, weights: Sequence[Decimal], basis: Basis, lines: int, calendar: Calendar
) -> DueCurve:
    """The curve of a flight. `weights` are by kind of day, Monday first; `lines` stand behind them."""
    near = calendar.near(first, last)
    total, due = Decimal(0), []
    for day in each_day(first, last):
        total += weights[near.kind(day)]
        due.append(total)
    shares = tuple(round(value / total, 6) for value in due) if total else (Decimal(0),) * len(due)
    return DueCurve(shares, basis, tuple(weights), lines)


def rests_on(weights: Sequence[Decimal], basis: Basis, lines: int) -> str:
    """A sentence like: Sundays give 4 % of a week at its sites, Fridays give 21 %: measured on 212 lines."""
    if basis == Basis.EVEN:
        return say("Expected is a straight line: too few lines ended lately for a week to be measured.")
    week = sum(weights, Decimal(0))
    least = min(range(KINDS), key=lambda kind: weights[kind])
    most = max(range(KINDS), key=lambda kind: weights[kind])
    low, high = (
        say("{days} give {share}", days=word(NAMES[kind]), share=_percent(weights[kind] / week))
        for kind in (least, most)
    )
    return say(
        "{low} of a week {where}, {high}: measured on {lines}.",
        low=low,
        where=word(_WHERE[basis]),
        high=high,
        lines=say_many(
            "{count} line that ended lately",
            "{count} lines that ended lately",
            lines,
            count=notation.number(lines),
        ),
    )


_WHERE = {
    Basis.MEASURED: "at its sites",
    Basis.PLACEMENT: "for lines with its placement (too little is known of its sites)",
    Basis.ALL: "for all lines (too little is known of its sites)",
}


def words() -> Iterator[str]:
    """What is looked up here."""
    yield from NAMES
    yield from _WHERE.values()


def _percent(share: Decimal) -> str:
    return notation.percent(round(share * 100))
