"""Causes once more, in plain Python, for comparison: shares no code with the product.

Everything is looked up anew for each line, the slow and obvious way; rates are exact fractions.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

ONE_DAY = timedelta(1)
STAGES = ("bids", "wins", "plays", "audience")
NAMES = {"wins": "lost_auctions", "plays": "won_but_not_played", "audience": "low_audience"}


@dataclass(frozen=True)
class Hour:
    """A report row of a line; the funnel figures are all there or all missing (None)."""

    hour_utc: datetime
    site: str
    bids: int | None
    wins: int | None
    plays: int | None
    impressions: Fraction


@dataclass(frozen=True)
class Line:
    """A line with its rows. `start` is the effective start; `expected` and `chance_gap` are for live lines."""

    line_id: str
    kind: str
    purchase_type: str
    goal: int
    start: date
    end: date
    covered: bool
    rows: tuple[Hour, ...]
    expected: Fraction
    chance_gap: Fraction


@dataclass(frozen=True)
class Told:
    """The verdict: cause and shares by stage (None where there is none)."""

    cause: str
    shares: tuple[float | None, ...]


class Judge:
    """Judges lines as of a local day, by all lines there are."""

    def __init__(self, lines: Sequence[Line], as_of: date, zone: ZoneInfo, holidays: Set[date]) -> None:
        self.lines, self.as_of, self.zone, self.holidays = lines, as_of, zone, holidays

    def cell(self, row: Hour) -> tuple[str, int]:
        """Class of day, weekday, Saturday, or Sunday and holiday, and hour of day."""
        local = row.hour_utc.astimezone(self.zone)
        if local.date() in self.holidays or local.weekday() == 6:
            return "Sunday", local.hour
        return "Saturday" if local.weekday() == 5 else "weekday", local.hour

    def day(self, row: Hour) -> date:
        return row.hour_utc.astimezone(self.zone).date()

    def towards_target(self, line: Line) -> list[Hour]:
        """Rows that count towards the target: before as_of of a live line, before its end of one that ended."""
        live = line.start <= self.as_of <= line.end
        return [
            row
            for row in line.rows
            if self.day(row) < self.as_of or (not live and self.day(row) == self.as_of)
        ]

    def target(self, line: Line) -> Fraction:
        if self.as_of > line.end:
            return Fraction(line.goal)
        return line.expected if line.start <= self.as_of else Fraction(0)

    def delivered(self, line: Line) -> Fraction:
        return sum((row.impressions for row in self.towards_target(line)), Fraction(0))

    def healthy(self, line: Line) -> bool:
        target = self.target(line)
        return line.covered and target > 0 and self.delivered(line) >= Fraction(95, 100) * target

    def reference(self, line: Line) -> list[Hour] | None:
        last = min(line.end, self.as_of - ONE_DAY)
        before = (line.start - 28 * ONE_DAY, line.start - ONE_DAY, 7)
        during = (line.start, last, 1)
        for types in ({line.purchase_type}, {"guaranteed", "unguaranteed", "unknown"}):
            for first, until, least in (before, during):
                rows = [
                    row
                    for other in self.lines
                    if other.purchase_type in types and self.healthy(other)
                    for row in other.rows
                    if first <= self.day(row) <= until and row.bids is not None
                ]
                enough = len({self.day(row) for row in rows}) >= least
                if enough and all(sum(part(row) for row in rows) for part in PARTS.values()):
                    return rows
        return None

    def judge(self, line: Line) -> Told | None:
        target, delivered = self.target(line), self.delivered(line)
        if target <= 0 or delivered >= Fraction(95, 100) * target:
            return None
        nothing = (None, None, None, None)
        if not line.covered:
            return Told("not_fetched", nothing)
        rows = self.towards_target(line)
        if not rows:
            return Told("no_reporting", nothing)
        funnel = [row for row in rows if row.bids is not None]
        told = sum((row.impressions for row in funnel), Fraction(0))
        if not funnel or told < Fraction(95, 100) * delivered:
            return Told("no_funnel", nothing)
        reference = self.reference(line)
        if reference is None:
            return Told("no_reference", nothing)
        win, play, audience = (self.baseline(funnel, reference, place) for place in (1, 2, 3))
        if not win or not play or not audience:
            return Told("no_reference", nothing)
        bids, wins, plays = (sum((PARTS[name](row) for row in funnel), Fraction(0)) for name in STAGES[:3])
        needed_plays = target / audience
        figures = (bids, wins, plays, delivered)
        due = (needed_plays / play / win, bids * win, wins * play, plays * audience)
        shares = self.shares(figures, due)
        if shares is None:
            return None
        gap = 1 - delivered / target
        if float(gap) <= 3 / math.sqrt(needed_plays):
            return None
        first_day = self.as_of - timedelta(1) == line.start
        times = 3 if gap > Fraction(1, 10) else 4
        if self.as_of <= line.end and (first_day or Fraction(5, 2) * gap <= times * line.chance_gap):
            return None
        best = max(share for share in shares if share is not None)
        stage = STAGES[shares.index(best)]
        bids_cause = "not_selected" if line.kind == "campaign" else "too_few_bids"
        return Told(NAMES.get(stage, bids_cause), shares)

    def baseline(self, own: list[Hour], reference: list[Hour], place: int) -> Fraction:
        """The reference's rate of this stage (1 wins, 2 plays, 3 audience), weighed by the line's own mix."""
        below, above = PARTS[STAGES[place - 1]], PARTS[STAGES[place]]
        weights = [PARTS[STAGES[stage]] for stage in range(place - 1, -1, -1)]
        for weight in weights:
            total = sum((weight(row) for row in own), Fraction(0))
            if total:
                return (
                    sum((weight(row) * self.rate(row, reference, below, above) for row in own), Fraction(0))
                    / total
                )
        return ratio(reference, below, above)

    def rate(self, row: Hour, reference: list[Hour], below: Part, above: Part) -> Fraction:
        site = [other for other in reference if other.site == row.site]
        cell = [other for other in site if self.cell(other) == self.cell(row)]
        for rows in (cell, site):
            if sum(below(other) for other in rows) >= 100:
                return ratio(rows, below, above)
        return ratio(reference, below, above)

    @staticmethod
    def shares(figures: Sequence[Fraction], due: Sequence[Fraction]) -> tuple[float | None, ...] | None:
        judged: list[float] = []
        for place, (figure, expected) in enumerate(zip(figures, due, strict=True)):
            if figure == 0:
                if place == 0 or expected >= 5:
                    return tuple([0.0] * place + [1.0] + [None] * (3 - place))
                break
            judged.append(-math.log(figure / expected))
        losses = [max(loss, 0.0) for loss in judged]
        if not sum(losses):
            return None
        return tuple([loss / sum(losses) for loss in losses] + [None] * (4 - len(losses)))


Part = Callable[[Hour], Fraction]
PARTS: dict[str, Part] = {
    "bids": lambda row: Fraction(row.bids or 0),
    "wins": lambda row: Fraction(row.wins or 0),
    "plays": lambda row: Fraction(row.plays or 0),
    "audience": lambda row: row.impressions,
}


def ratio(rows: list[Hour], below: Part, above: Part) -> Fraction:
    """Sum of one figure by the sum of another."""
    return sum((above(row) for row in rows), Fraction(0)) / sum((below(row) for row in rows), Fraction(0))
