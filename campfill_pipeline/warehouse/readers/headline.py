"""The few figures that tell how it stands, for the web UI's plots over time and for checks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import psycopg
from psycopg.rows import dict_row

from campfill_pipeline.warehouse.statements import query


@dataclass(frozen=True)
class Headline:
    """Counts and sums over table `fulfillment` and what follows from it; money in euros, impressions exact."""

    lines: dict[str, Any]
    windows: list[dict[str, Any]]
    trend: dict[str, Any] | None

    def fulfilled_pct(self, period: str) -> Decimal | None:
        """The fulfilled share of all lines of a window, in percent."""
        for window in self.windows:
            if (window["period"], window["kind"], window["purchase_type"]) == (period, "all", "all"):
                share: Decimal | None = window["fulfilled_pct"]
                return share
        return None


def day_totals(connection: psycopg.Connection, days: Sequence[date]) -> list[dict[str, Any]]:
    """Lines and summed figures of these local days; a day without rows of known lines is not in it."""
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(query("readers/headline", "days"), {"days": list(days)}).fetchall()


def headline(connection: psycopg.Connection) -> Headline:
    """The present state of all fulfillment tables in three queries."""
    with connection.cursor(row_factory=dict_row) as cursor:

        def ask(statement: bytes) -> list[dict[str, Any]]:
            return cursor.execute(statement, {"as_of": None}).fetchall()

        trend = ask(query("readers/headline", "trend"))
        return Headline(
            lines=ask(query("readers/headline", "lines"))[0],
            windows=ask(query("readers/windows", "windows")),
            trend=trend[0] if trend else None,
        )
