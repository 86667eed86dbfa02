"""Which lines ended and which begin, in a span of local days.

Belongs here: reading them. Does not belong here: judging them (figures).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

import psycopg
from psycopg.rows import class_row

from campfill_pipeline.warehouse.statements import query


@dataclass(frozen=True)
class Turning:
    """A line whose flight ends, or begins, on `day`. Its percentage means something only where it is `covered`."""

    line_id: UUID
    name: str
    day: date
    impression_goal: Decimal
    fulfillment_pct: Decimal
    covered: bool


def ended(conn: psycopg.Connection, first: date, last: date) -> list[Turning]:
    """Lines whose flight ended in these days, the largest shortfall first."""
    with conn.cursor(row_factory=class_row(Turning)) as cursor:
        return cursor.execute(
            query("readers/coming_and_going", "ended"), {"first": first, "last": last}
        ).fetchall()


def starting(conn: psycopg.Connection, first: date, last: date) -> list[Turning]:
    """Lines whose flight begins in these days, the soonest first."""
    with conn.cursor(row_factory=class_row(Turning)) as cursor:
        return cursor.execute(
            query("readers/coming_and_going", "starting"), {"first": first, "last": last}
        ).fetchall()
