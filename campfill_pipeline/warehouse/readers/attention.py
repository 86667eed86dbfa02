"""What to do next: lines that need attention today, and make-goods owed for guaranteed lines.

Belongs here: choosing and ordering these lines. Does not belong here: their sentences (`domain/attention`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

import psycopg
from psycopg.rows import class_row, dict_row

from campfill_pipeline.domain.attention import MAKE_GOOD_DAYS, Situation, sentence
from campfill_pipeline.domain.causes import Cause

# Live lines behind their pace or beyond their best week, and guaranteed ones that ended short a few days ago. Only
# covered lines: a short history must never look like a shortfall.
_ATTENTION = """
SELECT line_id, name, f.kind, f.purchase_type, lifecycle, f.end_date, band <> 'no_data' AS reported, elapsed_days,
       flight_days - elapsed_days AS days_left, fulfillment_pct, pacing_index, required_daily, best_week_daily,
       reachable, value_at_risk_eur, c.cause,
       CASE lifecycle WHEN 'live' THEN GREATEST(f.impression_goal - projected, 0) ELSE shortfall END AS missing
FROM fulfillment f JOIN line USING (line_no) LEFT JOIN shortfall_cause c USING (line_id)
WHERE covered AND value_at_risk_eur IS NOT NULL
  AND CASE WHEN lifecycle = 'live' THEN projected < f.impression_goal AND (pace = 'behind' OR NOT reachable)
           ELSE f.purchase_type = 'guaranteed' AND shortfall > 0 AND f.end_date >= as_of - %(days)s::integer END
ORDER BY array_position(ARRAY['guaranteed', 'unguaranteed'], f.purchase_type), value_at_risk_eur DESC,
         shortfall DESC, line_id
LIMIT %(limit)s
"""

_MAKE_GOODS = """
SELECT line_id, name, f.kind, f.end_date, lifecycle = 'ended_final' AS final, shortfall AS impressions,
       value_at_risk_eur AS eur
FROM fulfillment f JOIN line USING (line_no)
WHERE covered AND f.purchase_type = 'guaranteed' AND lifecycle IN ('ended_provisional', 'ended_final') AND shortfall > 0
  AND (%(since)s::date IS NULL OR f.end_date >= %(since)s::date)
ORDER BY value_at_risk_eur DESC, shortfall DESC, line_id
"""


@dataclass(frozen=True)
class AttentionItem:
    """A line to look at today. `missing` impressions and `value_at_risk_eur` are expected losses while it is live."""

    line_id: UUID
    name: str
    kind: str
    purchase_type: str
    lifecycle: str
    missing: Decimal
    value_at_risk_eur: Decimal
    reachable: bool | None
    cause: Cause | None
    reason: str


@dataclass(frozen=True)
class MakeGood:
    """What is owed for an ended guaranteed line; until `final`, late reports may still lower it."""

    line_id: UUID
    name: str
    kind: str
    end_date: date
    final: bool
    impressions: Decimal
    eur: Decimal


def attention(conn: psycopg.Connection, *, limit: int | None = None) -> list[AttentionItem]:
    """Lines that need attention as of the last refresh: guaranteed first, then by value at risk, highest first."""
    items = []
    with conn.cursor(row_factory=dict_row) as cursor:
        for row in cursor.execute(_ATTENTION, {"days": MAKE_GOOD_DAYS, "limit": limit}):
            line_id, name, kind = row.pop("line_id"), row.pop("name"), row.pop("kind")
            row["cause"] = Cause(row["cause"]) if row["cause"] else None
            now = Situation(**row)
            items.append(
                AttentionItem(
                    line_id=line_id,
                    name=name,
                    kind=kind,
                    purchase_type=now.purchase_type,
                    lifecycle=now.lifecycle,
                    missing=now.missing,
                    value_at_risk_eur=now.value_at_risk_eur,
                    reachable=now.reachable,
                    cause=now.cause,
                    reason=sentence(now),
                )
            )
    return items


def make_goods(conn: psycopg.Connection, *, since: date | None = None) -> list[MakeGood]:
    """Ended guaranteed lines that fell short, dearest first; with `since`, those that ended on that day or later."""
    with conn.cursor(row_factory=class_row(MakeGood)) as cursor:
        return cursor.execute(_MAKE_GOODS, {"since": since}).fetchall()
