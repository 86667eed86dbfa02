"""How right were we: what was said of lines while they ran, beside how they ended.

Belongs here: counting, and when there is too little to count. Does not belong here: what was said on those days
(`warehouse/readers/back_test.py`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Set
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

LOOK_BACK_DAYS = 56
"""Lines that ended within so many local days are looked back on, on each STEP_DAYS-th of these days."""

STEP_DAYS = 4

HEALTHY_FROM = Decimal("0.995")
WEAK_BELOW = Decimal("0.95")
"""Shares of the goal at the end: healthy at or above the one, weak below the other; between them neither."""

LEAST_LINE_DAYS = 200
"""With fewer healthy line-days, a number for each thousand of them says nothing."""

TOGETHER_FROM, LEAST_TOGETHER = Decimal("0.2"), 20
"""A day on which so large a share of at least so many healthy lines were behind at once: something held back all."""

SPANS = ((1, 1), (2, 3), (4, 7), (8, None))
"""Elapsed flight days by which the projection's error is told."""


@dataclass(frozen=True)
class Said:
    """What was said of a live line on a day: whether it is behind, and where it will end (None: nothing yet)."""

    line_no: int
    day: date
    elapsed_days: int
    behind: bool
    projected: Decimal | None
    final: Decimal
    goal: Decimal


@dataclass(frozen=True)
class ErrorBySpan:
    """Of nine in ten projections made after so many days, how far at most the line ended from it, in percent."""

    from_day: int
    to_day: int | None
    projections: int
    error_pct: Decimal | None


@dataclass(frozen=True)
class Score:
    """What one rule said: false alarms over healthy line-days, weak ones found from the second day on, and errors.

    `alarms_together` are those on days when many were behind at once (`held_back_together`); `apart_of_1000`
    is the rate without these days.
    """

    rule: str
    healthy_line_days: int
    false_alarms: int
    false_alarms_of_1000: Decimal | None
    alarms_together: int
    apart_of_1000: Decimal | None
    weak_line_days: int
    weak_found: int
    weak_found_pct: Decimal | None
    errors: tuple[ErrorBySpan, ...]


def held_back_together(all_said: Iterable[Said]) -> frozenset[date]:
    """Days on which many lines that ended healthy were behind at once: a player's outage, not a fault of the rule.

    Asked of the measured week only: the straight line accuses many at once after every closed Sunday.
    """
    healthy = [one for one in all_said if _ended_healthy(one)]
    lines, behind = (
        Counter(one.day for one in healthy),
        Counter(one.day for one in healthy if one.behind),
    )
    return frozenset(
        day
        for day, number in lines.items()
        if number >= LEAST_TOGETHER and behind[day] >= TOGETHER_FROM * number
    )


def _ended_healthy(one: Said) -> bool:
    return one.final >= HEALTHY_FROM * one.goal


def score(rule: str, all_said: Iterable[Said], together: Set[date] = frozenset()) -> Score:
    """Count what one rule said; `together`: see `held_back_together`. Rates are None with too little behind them."""
    told = list(all_said)
    healthy = [one for one in told if _ended_healthy(one)]
    apart = [one for one in healthy if one.day not in together]
    weak = [one for one in told if one.final < WEAK_BELOW * one.goal and one.elapsed_days > 1]
    alarms, found = sum(one.behind for one in healthy), sum(one.behind for one in weak)
    alone = sum(one.behind for one in apart)
    enough = len(healthy) >= LEAST_LINE_DAYS
    return Score(
        rule, len(healthy), alarms, _of(1000, alarms, len(healthy)) if enough else None,
        alarms - alone, _of(1000, alone, len(apart)) if len(apart) >= LEAST_LINE_DAYS else None,
        len(weak), found, _of(100, found, len(weak)) if weak else None,
        tuple(_error(told, first, last) for first, last in SPANS),
    )  # fmt: skip


def _of(times: int, part: int, whole: int) -> Decimal:
    return round(Decimal(times * part) / whole, 1)


def _error(told: list[Said], first: int, last: int | None) -> ErrorBySpan:
    errors = sorted(
        abs(one.projected / one.final - 1)
        for one in told
        if one.projected is not None
        and one.final > 0
        and first <= one.elapsed_days
        and (last is None or one.elapsed_days <= last)
    )
    tenth = round(errors[len(errors) * 9 // 10] * 100, 1) if errors else None
    return ErrorBySpan(first, last, len(errors), tenth)
