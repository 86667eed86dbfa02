"""What to do next about a line, in one sentence for the person who sells and plans.

Belongs here: who needs attention, and the sentences. Does not belong here: finding the lines (`warehouse/attention`),
how a cause is said (`cause_words`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, Decimal

from campfill_pipeline.domain.cause_words import CAUSE_WORDS
from campfill_pipeline.domain.causes import Cause
from campfill_pipeline.domain.fulfillment import Lifecycle
from campfill_pipeline.domain.kinds import PurchaseType
from campfill_pipeline.domain.rounding import half_up, percentage

MAKE_GOOD_DAYS = 7
"""For so many days after its end, a guaranteed line that fell short is listed among what needs attention."""


@dataclass(frozen=True)
class Situation:
    """What a sentence about a line is made of. Impressions and euros exact; `days_left` includes today."""

    lifecycle: str
    purchase_type: str
    end_date: date
    reported: bool
    elapsed_days: int
    days_left: int
    fulfillment_pct: Decimal
    pacing_index: Decimal | None
    required_daily: Decimal | None
    best_week_daily: Decimal | None
    reachable: bool | None
    missing: Decimal
    value_at_risk_eur: Decimal
    cause: Cause | None
    incident_site: str | None = None
    incident_day: date | None = None


def sentence(now: Situation) -> str:
    """Why this line needs attention and what it would take, in one sentence."""
    because = f"; why: {CAUSE_WORDS[now.cause].because}" if now.cause else ""
    if now.incident_site is not None and now.incident_day is not None:
        because = (
            f"; part of the incident at {now.incident_site} on {now.incident_day.day} {now.incident_day:%b}"
        )
    at_stake = f"{whole(now.missing)} impressions ({euros(now.value_at_risk_eur)})"
    if now.lifecycle != Lifecycle.LIVE:
        owed = "a make-good of" if now.purchase_type == PurchaseType.GUARANTEED else "missing are"
        ended = f"{now.end_date.day} {now.end_date:%b %Y}"
        return f"Ended on {ended} at {percent(now.fulfillment_pct)}: {owed} {at_stake}{because}."
    left = days(now.days_left)
    if not now.reported:
        return (
            f"Live for {days(now.elapsed_days)} without a single report row, {left} left: {at_stake} at risk."
        )
    pace = "" if now.pacing_index is None else f" at {percent(now.pacing_index * 100)} of its pace"
    if now.reachable is None or now.required_daily is None or now.best_week_daily is None:
        return f"Live{pace}, {left} left: {at_stake} at risk{because}."
    best = "its best week gave" if now.elapsed_days >= 7 else "so far it got"
    verdict = "reachable" if now.reachable else "out of reach"
    needs = f"needs {at_least(now.required_daily)} a day"
    had = f"{best} {whole(now.best_week_daily)} a day ({verdict})"
    return f"Live{pace}, {left} left: {needs}, {had}; at risk are {at_stake}{because}."


def whole(amount: Decimal) -> str:
    """Impressions for reading: 12,345."""
    return f"{half_up(amount):,}"


def at_least(amount: Decimal) -> str:
    """Impressions that are needed, rounded up, since less would not do: 12,346."""
    return f"{amount.quantize(Decimal(1), ROUND_CEILING):,}"


def euros(amount: Decimal) -> str:
    """Money for reading: €1,234.50."""
    return f"€{half_up(amount, 2):,}"


def percent(share: Decimal) -> str:
    """A percentage for reading: 91.3 %; 99.99 never looks like 100."""
    return f"{percentage(share)} %"


def days(number: int) -> str:
    """1 day, 2 days."""
    return f"{number} day{'' if number == 1 else 's'}"
