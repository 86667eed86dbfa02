"""System problem or resource problem: how much of the shortfall lies on which side, in impressions and euros.

Belongs here: sums over verdicts. Does not belong here: verdicts of single lines (`causes`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import psycopg
from psycopg.rows import class_row

from campfill_pipeline.warehouse.statements import query

BASIS = (
    "Over all covered lines below their target: ended lines against their goal, live lines against what was due "
    "before today. Lines whose days were not all fetched are not in it."
)


@dataclass(frozen=True)
class CauseSum:
    """Missing impressions and euros of one cause; side and cause 'none': too little for a verdict."""

    side: str
    cause: str
    lines: int
    impressions: Decimal
    eur: Decimal


@dataclass(frozen=True)
class CauseSummary:
    """The total shortfall by cause, dearest first, and over which lines it is (`basis`, a sentence)."""

    causes: tuple[CauseSum, ...]
    not_covered: int
    basis: str = BASIS

    def side(self, side: str) -> CauseSum:
        """Sum of one side: system, resource, unknown, or none."""
        parts = [part for part in self.causes if part.side == side]
        return CauseSum(
            side, "all", sum(part.lines for part in parts),
            sum((part.impressions for part in parts), Decimal(0)), sum((part.eur for part in parts), Decimal(0)),
        )  # fmt: skip


def cause_summary(conn: psycopg.Connection, *, ended_since: date | None = None) -> CauseSummary:
    """How much of the shortfall is system, resource and unknown, as of the last refresh.

    With `ended_since`, only over lines that ended on that day or later.
    """
    with conn.cursor(row_factory=class_row(CauseSum)) as cursor:
        causes = cursor.execute(
            query("readers/cause_summary", "sides"), {"ended_since": ended_since}
        ).fetchall()
    row = conn.execute("SELECT count(*) FROM fulfillment WHERE NOT covered").fetchone()
    return CauseSummary(tuple(causes), 0 if row is None else row[0])
