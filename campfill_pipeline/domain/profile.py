"""The week as it was measured: what a Monday … a Sunday gives at a site, and how far days stray from it.

Belongs here: fitting a week to sums of delivery, falling back where too little is behind it, and the spread of days
around it. Does not belong here: where the sums come from (`warehouse/figures/week.py`), and what a line should
have by now (`due_curve`).

The fit is the multiplicative two-way one (iterative proportional fitting): delivery x of a line at a site on days of
kind k is taken as a(line, site) × f(site, k). By turns a = Σx ÷ Σf over the line's days and f = Σx ÷ Σa over the
days of that kind; each turn raises the likelihood of a Poisson model with these two factors. So a short flight that
has only weekdays bends nothing: its a is judged by those days alone. Measurements: docs/fulfillment.md.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from campfill_pipeline.domain.weekdays import KINDS

HISTORY_DAYS = 56
"""Lines that ended within so many local days before the day of the figures make the week."""

MEMBER_FROM = Decimal("0.95")
"""Share of its goal from which an ended line is one of them."""

TURNS = 8
"""Turns of the fit; for flights of whole weeks two are enough."""

LEAST_LINE_DAYS = 6
"""With fewer days behind a weekday, each line's counted, that weekday is taken from a wider circle …"""

LEAST_DATES = 2
"""… and also where all of them fall on fewer dates than this: one dark Sunday is no week."""

DECIMALS = Decimal("1e-12")
"""A week is kept with 12 decimals: the fit runs in double precision, whose digits end there. What follows is exact."""


class Basis(StrEnum):
    """What a weekday's weight rests on: the site itself, the lines of its placement, all lines, or nothing."""

    MEASURED = "measured"
    PLACEMENT = "placement"
    ALL = "all"
    EVEN = "even"


Numbers = tuple[float, ...]


@dataclass(frozen=True)
class Sums:
    """Delivery of one line (or of lines with one flight) at one place: days and impressions by kind of day."""

    days: tuple[int, ...]
    impressions: Numbers


@dataclass(frozen=True)
class Week:
    """Seven weights with mean 1, Monday first; `basis` says for each what it rests on."""

    weights: tuple[Decimal, ...]
    basis: tuple[Basis, ...]


EVEN_WEEK = Week((Decimal(1),) * KINDS, (Basis.EVEN,) * KINDS)


def _product(one: Sequence[float], other: Sequence[float]) -> float:
    return math.fsum(a * b for a, b in zip(one, other, strict=True))


def fit(sums: Sequence[Sums]) -> tuple[Decimal, ...] | None:
    """The week f of one place, with mean 1 over the kinds of days that occur; None where nothing was delivered.

    The sums may come in any order: they are added exactly (`math.fsum`).
    """
    totals = [math.fsum(part.impressions) for part in sums]
    used = [(part, total) for part, total in zip(sums, totals, strict=True) if total > 0]
    kinds = [k for k in range(KINDS) if any(part.days[k] for part, _ in used)]
    if not used:
        return None
    amounts = {k: math.fsum(part.impressions[k] for part, _ in used) for k in kinds}
    week = [1.0] * KINDS
    for _ in range(TURNS):
        before = week
        levels = [total / _product(part.days, week) for part, total in used]
        new = {
            k: amounts[k]
            / math.fsum(level * part.days[k] for level, (part, _) in zip(levels, used, strict=True))
            for k in kinds
        }
        mean = math.fsum(new.values()) / len(kinds)
        week = [new.get(k, 0.0) / mean for k in range(KINDS)]
        if max(abs(new - old) for new, old in zip(week, before, strict=True)) < 1e-14:
            break
    return tuple(Decimal(value).quantize(DECIMALS) for value in week)


def thick(line_days: Sequence[int], dates: Sequence[int]) -> tuple[bool, ...]:
    """For each kind of day: whether enough is behind it. `line_days` count each line's, `dates` each date once."""
    return tuple(
        days >= LEAST_LINE_DAYS and on >= LEAST_DATES for days, on in zip(line_days, dates, strict=True)
    )


def complete(own: Sequence[Decimal] | None, enough: Sequence[bool], basis: Basis, wider: Week) -> Week:
    """A place's own week where enough is behind it, the wider circle's elsewhere; mean 1 over the seven.

    Its own weekdays keep their proportions and together weigh what they weigh in the wider circle.
    """
    kinds = [k for k in range(KINDS) if enough[k]]
    if own is None or len(kinds) < 2:
        return wider
    total = sum((own[k] for k in kinds), Decimal(0))
    share = sum((wider.weights[k] for k in kinds), Decimal(0))
    if not total or not share:
        return wider
    weights = tuple(
        (own[k] * share / total).quantize(DECIMALS) if enough[k] else wider.weights[k] for k in range(KINDS)
    )
    return Week(weights, tuple(basis if enough[k] else wider.basis[k] for k in range(KINDS)))


@dataclass(frozen=True)
class LineDays:
    """A healthy line by kind of day: days, their impressions, these squared, and what a × f gives for one such day."""

    days: tuple[int, ...]
    impressions: Numbers
    squares: Numbers
    fitted: Numbers


@dataclass(frozen=True)
class Spread:
    """How far days of healthy lines stray from a × f, relative to it; 0 where nothing was measured."""

    relative: Decimal = Decimal(0)
    line_days: int = 0


NO_SPREAD = Spread()


def spread(lines: Iterable[LineDays]) -> Spread:
    """The relative day-to-day spread s: Σ(x − a f)² ÷ Σ(a f)², each line brought to mean 1 first.

    A line's own level is fitted from its n days, so its Σ(a f)² counts (n − 1) ÷ n (Bessel); one day says nothing.
    """
    above: list[float] = []
    below: list[float] = []
    count = 0
    for line in lines:
        days = sum(line.days)
        mean = _product(line.days, line.fitted) / days if days else 0.0
        if days < 2 or mean <= 0:
            continue
        fitted = math.fsum(n * f * f for n, f in zip(line.days, line.fitted, strict=True))
        strayed = math.fsum(line.squares) - 2 * _product(line.fitted, line.impressions) + fitted
        above.append(max(strayed, 0.0) / mean**2)
        below.append(fitted / mean**2 * (days - 1) / days)
        count += days
    if not below:
        return Spread()
    return Spread(Decimal(math.sqrt(math.fsum(above) / math.fsum(below))).quantize(DECIMALS), count)
