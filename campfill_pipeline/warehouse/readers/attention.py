"""What to do next: lines that need attention today, and make-goods owed for guaranteed lines.

Belongs here: choosing and ordering these lines. Does not belong here: their sentences (`domain/attention`).
"""

from __future__ import annotations

from collections.abc import Iterator
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
from campfill_pipeline.language.speaking import Sentence
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
    reason: str
    taken: bool = False
    care: str = ""


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
    then by value at risk, highest first. Their sentences are in the language spoken.
    """
    return [
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
            reason=reason(now, held),
            taken=held.is_taken,
            care=sentence(held, now.missing),
        )
        for line_id, name, kind, now, held in _found(conn, limit)
    ]


def reasons(conn: psycopg.Connection) -> list[tuple[UUID, Sentence, Decimal]]:
    """The same lines, in the same order: why, for whoever says it in every language, and the value at risk."""
    return [
        (line_id, Sentence(reason, (now, held)), now.value_at_risk_eur)
        for line_id, _, _, now, held in _found(conn, None)
    ]


def _found(conn: psycopg.Connection, limit: int | None) -> Iterator[tuple[UUID, str, str, Situation, Taken]]:
    with conn.cursor(row_factory=dict_row) as cursor:
        for row in cursor.execute(
            query("readers/attention", "attention"), {"days": MAKE_GOOD_DAYS, "limit": limit}
        ):
            line_id, name, kind = row.pop("line_id"), row.pop("name"), row.pop("kind")
            row["cause"] = Cause(row["cause"]) if row["cause"] else None
            held = Taken(row.pop("owner"), row.pop("acknowledged_until"), row.pop("note"), row.pop("agreed"))
            yield line_id, name, kind, Situation(**row), held


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
        care = sentence(taken, Decimal(0))
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
