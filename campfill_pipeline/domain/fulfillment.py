"""The vocabulary of fulfillment: bands, lifecycle, pace, and the rules that configure them.

The figures themselves are computed in SQL, in one place (`warehouse/figures/fulfillment.py`).
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from decimal import Decimal
from enum import StrEnum


class Lifecycle(StrEnum):
    """Where a line stands in its flight. Provisional: restatement may still change its figures.

    Cancelled: its newest list says so; it keeps its figures, and nothing judges it.
    """

    SCHEDULED = "scheduled"
    LIVE = "live"
    ENDED_PROVISIONAL = "ended_provisional"
    ENDED_FINAL = "ended_final"
    CANCELLED = "cancelled"


NEVER_JUDGED = (Lifecycle.SCHEDULED, Lifecycle.CANCELLED)
"""Lines that no verdict is awaited of: not yet, or not any more."""


class Band(StrEnum):
    """How near a line is to its goal; `no_data` where no report row exists."""

    GOAL_MET = "goal_met"
    NEAR_GOAL = "near_goal"
    MODERATE_SHORTFALL = "moderate_shortfall"
    CRITICAL_SHORTFALL = "critical_shortfall"
    NO_DATA = "no_data"


class Pace(StrEnum):
    """How a live line's delivery stands against what is due by now; `unmeasured` while nothing is."""

    UNMEASURED = "unmeasured"
    BEHIND = "behind"
    ON_TRACK = "on_track"
    AHEAD = "ahead"


class Pacing(StrEnum):
    """What the due curve follows: the measured week, or a straight line."""

    MEASURED = "measured"
    EVEN = "even"


@dataclass(frozen=True)
class Bands:
    """Lower limits, in percent of the goal, of the three upper bands; below `moderate` a shortfall is critical."""

    goal_met: Decimal = Decimal(100)
    near_goal: Decimal = Decimal("99.5")
    moderate: Decimal = Decimal(95)


@dataclass(frozen=True)
class FulfillmentRules:
    """What the figures depend on besides the data: the local time zone's IANA name, bands, days until final.

    `pacing`: the due curve by the measured week, or a straight line. `holidays`: whose public holidays count as
    Sundays, in the words of `weekdays`; None for no holidays. `chance`: a gap of so many times the day-to-day spread
    of healthy lines is taken for chance; `chance_of_cause` where a cause is to be named, from the second day
    on, `chance_of_small_cause` where the gap is at most `small_gap` of what is due.
    `least_due`: a gap may be larger than chance once so many average days are due (docs/decisions/0116). `sources`: the
    reporting APIs that are asked, in the order in which they count.
    """

    timezone: str = "Europe/Berlin"
    bands: Bands = Bands()
    final_after_days: int = 3
    behind_below: Decimal = Decimal("0.95")
    ahead_above: Decimal = Decimal("1.05")
    pacing: Pacing = Pacing.MEASURED
    holidays: str | None = "DE"
    chance: Decimal = Decimal("2.5")
    chance_of_cause: Decimal = Decimal(3)
    chance_of_small_cause: Decimal = Decimal(4)
    small_gap: Decimal = Decimal("0.1")
    least_due: Decimal = Decimal("0.5")
    sources: tuple[str, ...] = ("api",)

    @property
    def key(self) -> str:
        """All rules as one text: figures are those of today's rules only where their keys are equal."""
        told = {rule.name: getattr(self, rule.name) for rule in fields(self)}
        told["sources"] = ",".join(told.pop("sources"))
        if self.sources == ("api",):  # as it was before a home could have several
            del told["sources"]
        return " ".join(f"{name}={value}" for name, value in told.items())

    @property
    def measured_week(self) -> bool:
        """Whether the due curve follows the measured week."""
        return self.pacing == Pacing.MEASURED
