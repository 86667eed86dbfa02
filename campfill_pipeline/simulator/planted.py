"""The truth behind the simulated delivery: how far each line is meant to get, and what goes wrong on its way.

Belongs here: which line suffers from what, and how badly. Does not belong here: any way of finding that out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from campfill_pipeline.domain.kinds import PurchaseType
from campfill_pipeline.simulator.roster import WorldLine

PLANTED_CAUSES = ("not_selected", "too_few_bids", "lost_auctions", "won_but_not_played", "low_audience")
"""The causes that the funnel can show; `no_reporting` is planted as well."""

LEAST_GOAL = 40_000
"""Impressions a planted line must be after, so that well over 1,000 plays are expected of it."""


@dataclass(frozen=True)
class Outage:
    """A week in which players everywhere stood still about half of the time. Days are local and inclusive."""

    first_day: date
    last_day: date
    factor: float = 0.45

    @staticmethod
    def before(today: date) -> Outage:
        """Three weeks back: old enough to be final, young enough for the 30 day window."""
        return Outage(today - timedelta(27), today - timedelta(21))

    def days_of(self, line: WorldLine) -> int:
        """Flight days of the line that lie in the outage."""
        return max(0, (min(self.last_day, line.end) - max(self.first_day, line.start)).days + 1)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a line is meant to deliver, and what is in its way.

    `level` is the delivery planned, as a share of the goal. The four factors multiply bids, win rate, play
    rate and audience; `gaps` is the share of the hours in which the line was not selected at all. Lines that
    catch up make good in time what the outage took; the others are its victims.
    """

    level: float
    cause: str | None = None
    bids: float = 1.0
    gaps: float = 0.0
    wins: float = 1.0
    plays: float = 1.0
    audience: float = 1.0
    catches_up: bool = True


def _healthy(line: WorldLine, rng: np.random.Generator) -> Plan:
    """Most lines get a little more than was booked; some stop just short of it, which is no fault."""
    guaranteed = line.purchase_type == PurchaseType.GUARANTEED
    if line.goal < LEAST_GOAL:
        return Plan(level=float(rng.uniform(1.01, 1.07)))
    if line.era != "live" and rng.random() < (0.04 if guaranteed else 0.12):
        return Plan(level=float(rng.uniform(0.97, 0.995)))
    most = 1.045 if rng.random() < 0.85 else 1.2
    return Plan(level=float(rng.uniform(1.01, most)))


def _struck(cause: str, rng: np.random.Generator) -> Plan:
    """A plan that fails for one reason: between 40 % and 62 % of it is left."""
    level, left = float(rng.uniform(1.02, 1.06)), float(rng.uniform(0.4, 0.62))
    if cause in ("not_selected", "too_few_bids"):
        gaps = float(rng.uniform(0.1, 0.3))
        return Plan(level, cause, bids=left / (1 - gaps), gaps=gaps)
    if cause == "lost_auctions":
        return Plan(level, cause, wins=left)
    if cause == "won_but_not_played":
        return Plan(level, cause, plays=0.0 if rng.random() < 0.1 else left)
    return Plan(level, cause, audience=left)


def _fits(line: WorldLine, cause: str, outage: Outage, today: date) -> bool:
    """Can this cause be planted alone, and be measured on this line?"""
    elapsed = min((today - line.start).days, line.flight_days)
    if line.asap or outage.days_of(line) or line.goal * elapsed < LEAST_GOAL * line.flight_days:
        return False
    only = {"not_selected": "campaign", "too_few_bids": "deal"}.get(cause)
    return only in (None, line.kind)


def _pick(lines: Sequence[WorldLine], number: int, rng: np.random.Generator) -> list[int]:
    """Positions of `number` lines; unguaranteed ones, which get what is left, are three times as likely."""
    if not lines:
        return []
    weights = np.array([1.0 if line.purchase_type == PurchaseType.GUARANTEED else 3.0 for line in lines])
    picks = rng.choice(len(lines), min(number, len(lines)), replace=False, p=weights / weights.sum())
    return [int(i) for i in picks]


def _victims(lines: Iterable[WorldLine], outage: Outage, rng: np.random.Generator) -> list[WorldLine]:
    """Lines that spent most of their flight in the outage and were not favoured afterwards."""
    struck = [x for x in lines if x.era == "ended" and not x.asap and x.goal >= LEAST_GOAL]
    struck = [line for line in struck if outage.days_of(line) >= 0.6 * line.flight_days]
    return [line for line in struck if line.purchase_type == PurchaseType.UNGUARANTEED or rng.random() < 0.35]


def make_plans(
    lines: Sequence[WorldLine], outage: Outage, today: date, rng: np.random.Generator
) -> dict[int, Plan]:
    """The plan of every line that the API knows, by the line's index."""
    known = [line for line in lines if line.era != "past"]
    plans = {line.index: _healthy(line, rng) for line in known}
    for line in _victims(known, outage, rng):
        plans[line.index] = Plan(1.04, "won_but_not_played", catches_up=False)
    for era, share in (("ended", 0.018), ("live", 0.022)):
        members = [line for line in known if line.era == era]
        number = max(2, round(share * len(members)))
        for cause in PLANTED_CAUSES:
            free = [x for x in members if plans[x.index].cause is None and _fits(x, cause, outage, today)]
            for i in _pick(free, number, rng):
                plans[free[i].index] = _struck(cause, rng)
        silent = [line for line in members if plans[line.index].cause is None and not line.asap]
        for i in _pick(silent, max(1, number // 4), rng):
            plans[silent[i].index] = Plan(0.0, "no_reporting")
    return plans
