"""Where a statement about figures gets its facts: the contracts and delivery of now or of then, as one WITH clause.

Belongs here: putting fulfillment_sources.sql and fulfillment.sql together, and their parameters. Does not belong here:
what is asked of the figures (`fulfillment`, `week`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Literal
from zoneinfo import ZoneInfo

from campfill_pipeline.domain.due_curve import Weights
from campfill_pipeline.domain.fulfillment import FulfillmentRules
from campfill_pipeline.domain.weekdays import Calendar, calendar
from campfill_pipeline.warehouse.statements import sections, statement

Knowledge = Literal["now", "then"]
KINDS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True)
class DueWeights:
    """What the due curves of live lines are made from: weights by line number, and the spread of healthy days.

    A line without weights has a straight curve.
    """

    lines: dict[int, Weights] = field(default_factory=dict)
    spread: Decimal = Decimal(0)


STRAIGHT = DueWeights()


def the_calendar(rules: FulfillmentRules, as_of: date) -> Calendar:
    """The public holidays that count as Sundays by these rules; none where the curve is straight."""
    return calendar(rules.holidays if rules.measured_week else None, as_of)


def parameters(
    rules: FulfillmentRules, as_of: date, lines: Sequence[int] | None, due: DueWeights = STRAIGHT
) -> dict[str, object]:
    """The parameters of `with_figures`, for these lines (None: all)."""
    weighed = sorted(due.lines)
    columns = {
        name: [due.lines[number].of_kind[kind] for number in weighed] for kind, name in enumerate(KINDS)
    }
    return columns | {
        "as_of": as_of,
        "then": datetime.combine(as_of + timedelta(days=1), time(), ZoneInfo(rules.timezone)),
        "lines": None if lines is None else list(lines),
        "over": None,
        "timezone": rules.timezone,
        "final_after": rules.final_after_days,
        "goal_met": rules.bands.goal_met,
        "near_goal": rules.bands.near_goal,
        "moderate": rules.bands.moderate,
        "behind": rules.behind_below,
        "ahead": rules.ahead_above,
        "even": not rules.measured_week,
        "holidays": the_calendar(rules, as_of).as_array,
        "weighed": weighed,
        "basis": [due.lines[number].basis for number in weighed],
        "told": [due.lines[number].told for number in weighed],
        "spread": due.spread,
        "chance": rules.chance,
        "least_due": rules.least_due,
    }


def facts(contract: Knowledge, known: Knowledge) -> str:
    """The common table expressions terms, daily and complete, and what they are made from."""
    if contract == known == "now":
        names = ["terms now", "daily now", "complete now", "apis", "told by now", "complete"]
    else:
        names = [
            f"terms {contract}",
            f"attribution {contract}",
            f"known {known}",
            "daily",
            f"complete {known}",
            "apis",
            "told by",
            "complete",
        ]
    sources = sections("figures/fulfillment_sources")
    return ",\n".join(sources[name] for name in names)


def with_standing(contract: Knowledge, known: Knowledge, query: str) -> bytes:
    """The query, able to read FROM base and FROM terms: flight, delivery and coverage of lines, no further figures."""
    standing, mark, _ = statement("figures/fulfillment").partition("-- Up to here")
    assert mark, "fulfillment.sql has lost its mark"
    return f"WITH {facts(contract, known)},\n{standing.rstrip().removesuffix(',')}\n{query}".encode()


def with_figures(contract: Knowledge, known: Knowledge, query: str) -> bytes:
    """The query, able to read FROM figures and FROM terms."""
    return f"WITH {facts(contract, known)},\n{statement('figures/fulfillment')}\n{query}".encode()
