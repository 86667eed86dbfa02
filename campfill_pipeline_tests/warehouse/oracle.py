"""Fulfillment once more, in plain Python Decimals, for comparison: shares no code with the product.

Written from the field's definitions, one line at a time, the slow and obvious way.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, localcontext

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Terms:
    """What was promised. `start` None means ASAP."""

    goal: int
    cpm: Decimal
    start: date | None
    end: date
    first_seen: date


def days(first: date, last: date) -> list[date]:
    """All days from first to last, both inclusive; empty when reversed."""
    return [first + ONE_DAY * i for i in range((last - first).days + 1)]


def fulfillment(
    terms: Terms, delivered_on: Mapping[date, Decimal], fetched: Set[date], as_of: date
) -> dict[str, object]:
    """Every figure of one line. `delivered_on` has a key for each local day with a report row, even of 0."""
    with localcontext() as context:
        context.prec = 60
        return _fulfillment(terms, delivered_on, fetched, as_of)


def _fulfillment(
    terms: Terms, delivered_on: Mapping[date, Decimal], fetched: Set[date], as_of: date
) -> dict[str, object]:
    start = terms.start
    if start is None:
        with_impressions = sorted(day for day, amount in delivered_on.items() if amount > 0)
        start = with_impressions[0] if with_impressions else terms.first_seen
        start = min(start, terms.end)
    flight = days(start, terms.end)
    elapsed = [day for day in flight if day < as_of]
    goal, count, gone = Decimal(terms.goal), len(flight), len(elapsed)
    delivered = sum((v for d, v in delivered_on.items() if d <= as_of), Decimal(0))
    before = sum((v for d, v in delivered_on.items() if d < as_of), Decimal(0))
    outside = sum((v for d, v in delivered_on.items() if d <= as_of and d not in flight), Decimal(0))
    shortfall, surplus = max(goal - delivered, Decimal(0)), max(delivered - goal, Decimal(0))
    expected = goal * gone / count
    pacing = projected = required = value_at_risk = None
    if gone:
        pacing = before / expected
        recent = elapsed[-7:]
        mean = sum((delivered_on.get(day, Decimal(0)) for day in recent), Decimal(0)) / len(recent)
        projected = max(delivered, before + mean * (count - gone))
    if gone < count:
        required = max(goal - before, Decimal(0)) / (count - gone)
    if as_of < start:
        lifecycle = "scheduled"
    elif as_of <= terms.end:
        lifecycle = "live"
        value_at_risk = None if projected is None else max(goal - projected, Decimal(0)) / 1000 * terms.cpm
    else:
        lifecycle = "ended_provisional" if as_of <= terms.end + 3 * ONE_DAY else "ended_final"
        value_at_risk = shortfall / 1000 * terms.cpm
    percent = delivered / goal * 100
    if not any(day <= as_of for day in delivered_on):
        band = "no_data"
    elif percent >= 100:
        band = "goal_met"
    elif percent >= Decimal("99.5"):
        band = "near_goal"
    else:
        band = "moderate_shortfall" if percent >= 95 else "critical_shortfall"
    pace = None
    if lifecycle == "live":
        if pacing is None:
            pace = "unmeasured"
        elif pacing < Decimal("0.95"):
            pace = "behind"
        else:
            pace = "ahead" if pacing > Decimal("1.05") else "on_track"
    started = terms.start is not None or start - ONE_DAY in fetched
    days_fetched = len([day for day in elapsed if day in fetched])
    return {
        "effective_start": start, "flight_days": count, "elapsed_days": gone, "days_fetched": days_fetched,
        "covered": started and days_fetched == gone, "lifecycle": lifecycle, "band": band, "pace": pace,
        "delivered": delivered, "delivered_before": before, "delivered_outside_flight": outside,
        "fulfillment_pct": percent, "shortfall": shortfall, "surplus": surplus, "expected": expected,
        "pacing_index": pacing, "required_daily": required, "projected": projected,
        "value_at_risk_eur": value_at_risk, "delivered_value_eur": delivered / 1000 * terms.cpm,
        "billable_eur": min(delivered, goal) / 1000 * terms.cpm,
        "best_week_daily": _best_week(elapsed, delivered_on) if lifecycle == "live" and gone else None,
    }  # fmt: skip


def _best_week(elapsed: list[date], delivered_on: Mapping[date, Decimal]) -> Decimal:
    length = min(7, len(elapsed))
    weeks = [elapsed[i : i + length] for i in range(len(elapsed) - length + 1)]
    return (
        max(sum((delivered_on.get(day, Decimal(0)) for day in week), Decimal(0)) for week in weeks) / length
    )
