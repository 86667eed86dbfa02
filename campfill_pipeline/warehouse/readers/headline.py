"""The few figures that tell how it stands, for the web UI's plots over time and for checks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import psycopg
from psycopg.rows import dict_row

_LINES = """
SELECT count(*) AS lines, count(*) FILTER (WHERE covered) AS covered,
       count(*) FILTER (WHERE lifecycle = 'live') AS live,
       count(*) FILTER (WHERE ended) AS ended,
       count(*) FILTER (WHERE ended AND band = 'goal_met') AS goal_met,
       count(*) FILTER (WHERE covered AND pace = 'behind') AS behind,
       COALESCE(sum(shortfall) FILTER (WHERE ended), 0) AS shortfall,
       COALESCE(sum(value_at_risk_eur) FILTER (WHERE ended), 0) AS shortfall_eur,
       COALESCE(sum(value_at_risk_eur) FILTER (WHERE covered), 0) AS value_at_risk_eur
FROM (SELECT *, covered AND lifecycle IN ('ended_provisional', 'ended_final') AS ended FROM fulfillment) f
"""
_WINDOWS = """
SELECT period, kind, purchase_type, lines, fulfilled, fulfilled_pct, delivered_pct, capped_pct
FROM fulfillment_window WHERE as_of = (SELECT max(as_of) FROM fulfillment_window)
ORDER BY array_position(ARRAY['7d', '30d', 'this_year'], period), kind, purchase_type
"""
_TREND = """
SELECT fulfilled_pct, change, trend FROM fulfillment_trend
WHERE kind = 'all' AND purchase_type = 'all' ORDER BY day DESC LIMIT 1
"""


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


_DAYS = """
SELECT day, count(*) AS lines, sum(impressions) AS impressions,
       sum(bids) AS bids, sum(wins) AS wins, sum(plays) AS plays
FROM delivery_daily WHERE day = ANY (%(days)s) GROUP BY day
"""


def day_totals(connection: psycopg.Connection, days: Sequence[date]) -> list[dict[str, Any]]:
    """Lines and summed figures of these local days; a day without rows of known lines is not in it."""
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(_DAYS.encode(), {"days": list(days)}).fetchall()


def headline(connection: psycopg.Connection) -> Headline:
    """The present state of all fulfillment tables in three queries."""
    with connection.cursor(row_factory=dict_row) as cursor:

        def ask(query: str) -> list[dict[str, Any]]:
            return cursor.execute(query.encode()).fetchall()

        trend = ask(_TREND)
        return Headline(
            lines=ask(_LINES)[0],
            windows=ask(_WINDOWS),
            trend=trend[0] if trend else None,
        )
