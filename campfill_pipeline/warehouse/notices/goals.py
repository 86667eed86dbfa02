"""Goals of lines that have not begun which need more than their sites ever gave: told once, and once when it is over.

Belongs here: telling them. Does not belong here: finding them (`figures/best_weeks`), which the page does already.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import psycopg

from campfill_pipeline.domain.notices import Kind
from campfill_pipeline.warehouse.notices.facts import Fact, settle

OVER = {
    Kind.GOAL_UNLIKELY: "The line {subject} has begun, or its goal is no longer more than its sites ever gave."
}


@dataclass(frozen=True)
class UnlikelyGoal:
    """A line that has not begun, and how much more it needs, in a sentence."""

    line_id: UUID
    name: str
    reason: str


def tell(conn: psycopg.Connection, goals: Iterable[UnlikelyGoal], *, now: datetime) -> None:
    """Note those that are new, and those that are over."""
    facts = [
        Fact(Kind.GOAL_UNLIKELY, str(goal.line_id), f"{goal.name}: {goal.reason}", goal.line_id)
        for goal in goals
    ]
    settle(conn, tuple(OVER), facts, now=now, over=OVER)
