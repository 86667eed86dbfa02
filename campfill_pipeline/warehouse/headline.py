"""The few figures that tell how it stands, for the web UI's plots over time and for checks."""

from __future__ import annotations

from dataclasses import dataclass
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
_CAUSES = """
SELECT side, cause, count(*) AS lines, COALESCE(sum(missing), 0) AS missing, COALESCE(sum(missing_eur), 0) AS missing_eur
FROM shortfall_cause GROUP BY side, cause ORDER BY sum(missing_eur) DESC NULLS LAST, cause
"""
_RECONCILIATION = """
SELECT kind_of_issue, count(*) AS issues FROM reconciliation GROUP BY kind_of_issue ORDER BY kind_of_issue
"""


@dataclass(frozen=True)
class Headline:
    """Counts and sums over table `fulfillment` and what follows from it; money in euros, impressions exact."""

    lines: dict[str, Any]
    windows: list[dict[str, Any]]
    trend: dict[str, Any] | None
    causes: list[dict[str, Any]]
    reconciliation: dict[str, int]

    def fulfilled_pct(self, period: str) -> Decimal | None:
        """The fulfilled share of all lines of a window, in percent."""
        for window in self.windows:
            if (window["period"], window["kind"], window["purchase_type"]) == (period, "all", "all"):
                share: Decimal | None = window["fulfilled_pct"]
                return share
        return None


def headline(connection: psycopg.Connection) -> Headline:
    """The present state of all fulfillment tables in five queries."""
    with connection.cursor(row_factory=dict_row) as cursor:

        def ask(query: str) -> list[dict[str, Any]]:
            return cursor.execute(query.encode()).fetchall()

        trend = ask(_TREND)
        return Headline(
            lines=ask(_LINES)[0],
            windows=ask(_WINDOWS),
            trend=trend[0] if trend else None,
            causes=ask(_CAUSES),
            reconciliation={row["kind_of_issue"]: row["issues"] for row in ask(_RECONCILIATION)},
        )
