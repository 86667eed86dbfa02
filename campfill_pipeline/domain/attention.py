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
from campfill_pipeline.language import notation
from campfill_pipeline.language.speaking import say, say_many, word

MAKE_GOOD_DAYS = 7
"""For so many days after its end, a guaranteed line that fell short is listed among what needs attention."""


@dataclass(frozen=True)
class Situation:
    """What a sentence about a line is made of. Impressions and money exact; `days_left` includes today."""

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
    told = {"at_stake": _at_stake(now), "why": _because(now), "left": days(now.days_left)}
    if now.lifecycle != Lifecycle.LIVE:
        told |= {"day": notation.day(now.end_date), "share": percent(now.fulfillment_pct)}
        if now.purchase_type == PurchaseType.GUARANTEED:
            return say("Ended on {day} at {share}: a make-good of {at_stake}{why}.", **told)
        return say("Ended on {day} at {share}: missing are {at_stake}{why}.", **told)
    if not now.reported:
        told |= {"elapsed": days_of(now.elapsed_days)}
        return say("Live {elapsed} without a single report row, {left} left: {at_stake} at risk.", **told)
    told |= {"pace": _pace(now)}
    if now.reachable is None or now.required_daily is None or now.best_week_daily is None:
        return say("Live{pace}, {left} left: {at_stake} at risk{why}.", **told)
    told |= {"needed": at_least(now.required_daily), "had": _had(now.elapsed_days, now.best_week_daily)}
    # Days differ: what is needed a day may be more than ever came a day and in reach, or less and out of reach.
    if now.reachable and now.required_daily > now.best_week_daily:
        return say(
            "Live{pace}, {left} left: needs {needed} a day, {had} on weaker days than those that are left (reachable);"
            " at risk are {at_stake}{why}.",
            **told,
        )
    if now.reachable:
        return say(
            "Live{pace}, {left} left: needs {needed} a day, {had} (reachable); at risk are {at_stake}{why}.",
            **told,
        )
    if now.required_daily <= now.best_week_daily:
        return say(
            "Live{pace}, {left} left: needs {needed} a day, {had} on stronger days than those that are left (out of"
            " reach); at risk are {at_stake}{why}.",
            **told,
        )
    return say(
        "Live{pace}, {left} left: needs {needed} a day, {had} (out of reach); at risk are {at_stake}{why}.",
        **told,
    )


def _at_stake(now: Situation) -> str:
    return say(
        "{amount} impressions ({euros})", amount=whole(now.missing), euros=money(now.value_at_risk_eur)
    )


def _because(now: Situation) -> str:
    if now.incident_site is not None and now.incident_day is not None:
        day = notation.day_of_year(now.incident_day)
        return say("; part of the incident at {site} on {day}", site=now.incident_site, day=day)
    return say("; why: {cause}", cause=word(CAUSE_WORDS[now.cause].because)) if now.cause else ""


def _pace(now: Situation) -> str:
    return (
        ""
        if now.pacing_index is None
        else say(" at {share} of its pace", share=percent(now.pacing_index * 100))
    )


def _had(elapsed_days: int, best: Decimal) -> str:
    if elapsed_days >= 7:
        return say("its best week gave {amount} a day", amount=whole(best))
    return say("so far it got {amount} a day", amount=whole(best))


def whole(amount: Decimal | int) -> str:
    """Impressions for reading: 12,345."""
    return notation.number(half_up(amount))


def at_least(amount: Decimal) -> str:
    """Impressions that are needed, rounded up, since less would not do: 12,346."""
    return notation.number(amount.quantize(Decimal(1), ROUND_CEILING))


def money(amount: Decimal) -> str:
    """Money for reading: €1,234.50."""
    return notation.money(half_up(amount, 2))


def percent(share: Decimal) -> str:
    """A percentage for reading: 91.3 %; 99.99 never looks like 100."""
    return notation.percent(percentage(share))


def days(number: int) -> str:
    """1 day, 2 days."""
    return say_many("{count} day", "{count} days", number, count=number)


def days_of(number: int) -> str:
    """1 day, 2 days, where a language bends it: for so long."""
    return say_many("for {count} day", "for {count} days", number, count=number)
