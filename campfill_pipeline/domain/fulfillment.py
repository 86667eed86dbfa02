"""The vocabulary of fulfillment: bands, lifecycle, pace, and the rules that configure them.

The figures themselves are computed in SQL, in one place (`warehouse/figures/fulfillment.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class Lifecycle(StrEnum):
    """Where a line stands in its flight. Provisional: restatement may still change its figures."""

    SCHEDULED = "scheduled"
    LIVE = "live"
    ENDED_PROVISIONAL = "ended_provisional"
    ENDED_FINAL = "ended_final"


class Band(StrEnum):
    """How near a line is to its goal; `no_data` where no report row exists."""

    GOAL_MET = "goal_met"
    NEAR_GOAL = "near_goal"
    MODERATE_SHORTFALL = "moderate_shortfall"
    CRITICAL_SHORTFALL = "critical_shortfall"
    NO_DATA = "no_data"


class Pace(StrEnum):
    """How a live line's delivery stands against what is due by now; `unmeasured` before anything is."""

    UNMEASURED = "unmeasured"
    BEHIND = "behind"
    ON_TRACK = "on_track"
    AHEAD = "ahead"


@dataclass(frozen=True)
class Bands:
    """Lower limits, in percent of the goal, of the three upper bands; below `moderate` a shortfall is critical."""

    goal_met: Decimal = Decimal(100)
    near_goal: Decimal = Decimal("99.5")
    moderate: Decimal = Decimal(95)


@dataclass(frozen=True)
class FulfillmentRules:
    """What the figures depend on besides the data: the local time zone's IANA name, bands, days until final."""

    timezone: str = "Europe/Berlin"
    bands: Bands = Bands()
    final_after_days: int = 3
    behind_below: Decimal = Decimal("0.95")
    ahead_above: Decimal = Decimal("1.05")
