"""The vocabulary of fulfillment: bands, lifecycle, pace, and the rules that configure them.

The figures themselves are computed in SQL, in one place (`warehouse/figures/fulfillment.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


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
