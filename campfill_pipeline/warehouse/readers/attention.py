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

from campfill_pipeline.domain.attention import MAKE_GOOD_DAYS, Situation
from campfill_pipeline.domain.care import Taken, reason, sentence
from campfill_pipeline.domain.causes import Cause
from campfill_pipeline.domain.fulfillment import Lifecycle
from campfill_pipeline.domain.unlikely_goals import before_the_start
from campfill_pipeline.domain.unlikely_goals import sentence as told
from campfill_pipeline.warehouse.figures.best_weeks import unlikely_lines
from campfill_pipeline.warehouse.statements import query


@dataclass(frozen=True)
class AttentionItem:
    """A line to look at today. `missing` impressions and `value_at_risk_eur` are expected losses while it is live.

    `taken`: somebody takes care of it, `care` says who; both are part of `reason`, too.
    """

    line_id: UUID
    name: str
    kind: str
    purchase_type: str
    lifecycle: str
    missing: Decimal
    value_at_risk_eur: Decimal
    reachable: bool | None
    cause: Cause | None
    now: Situation
    held: Taken

    @property
    def reason(self) -> str:
        """Why, and who takes care, in the language spoken."""
        return reason(self.now, self.held)

    @property
    def care(self) -> str:
        """Who takes care, in the language spoken."""
        return sentence(self.held, self.now.missing)

    @property
    def taken(self) -> bool:
        """Whether somebody takes care."""
        return self.held.is_taken


@dataclass(frozen=True, kw_only=True)
class NotBegun:
    """A line that has not begun and needs more than its sites ever gave: the columns of `AttentionItem`, and why.

    Nothing is missing yet, so nothing is at risk.
    """

    line_id: UUID
    name: str
    kind: str
    purchase_type: str
    lifecycle: str = Lifecycle.SCHEDULED.value
    missing: None = None
    value_at_risk_eur: None = None
    reachable: None = None
    cause: None = None
    reason: str
    taken: bool
    care: str
    unlikely_goal: str


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
    """Lines that need attention as of the last refresh: those that nobody has taken first, of these guaranteed ones,
    then by value at risk, highest first.
    """
    items = []
    with conn.cursor(row_factory=dict_row) as cursor:
        for row in cursor.execute(
            query("readers/attention", "attention"), {"days": MAKE_GOOD_DAYS, "limit": limit}
        ):
            line_id, name, kind = row.pop("line_id"), row.pop("name"), row.pop("kind")
            row["cause"] = Cause(row["cause"]) if row["cause"] else None
            held = Taken(row.pop("owner"), row.pop("acknowledged_until"), row.pop("note"), row.pop("agreed"))
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
                    now=now,
                    held=held,
                )
            )
    return items


def not_begun(conn: psycopg.Connection) -> list[NotBegun]:
    """Lines whose goal is unlikely before they begin, as of the last refresh, worst first."""
    state = conn.execute("SELECT as_of FROM fulfillment_state").fetchone()
    if state is None:
        return []
    found = unlikely_lines(conn, as_of=state[0])
    values = {"lines": [one.line_id for one in found], "as_of": state[0]}
    cared = {
        line_id: Taken(*said) for line_id, *said in conn.execute(query("readers/attention", "care"), values)
    }
    items = []
    for one in found:
        taken = cared.get(one.line_id, Taken(None, None, None, 0))
        care = care_sentence(taken, Decimal(0))
        items.append(
            NotBegun(
                line_id=one.line_id,
                name=one.name,
                kind=one.kind,
                purchase_type=one.purchase_type,
                reason=f"{before_the_start(one.starts, one.found)} {care}".rstrip(),
                taken=taken.is_taken,
                care=care,
                unlikely_goal=told(one.found),
            )
        )
    return items


def make_goods(conn: psycopg.Connection, *, since: date | None = None) -> list[MakeGood]:
    """Ended guaranteed lines that fell short, dearest first; with `since`, those that ended on that day or later."""
    with conn.cursor(row_factory=class_row(MakeGood)) as cursor:
        return cursor.execute(query("readers/attention", "make goods"), {"since": since}).fetchall()
