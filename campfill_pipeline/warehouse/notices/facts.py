"""Facts begin and are over: each once, with the outbox's row in the same transaction.

Belongs here: beginning, ending, and comparing a set of standing facts with what is known. Does not belong here: where
facts are found.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

import psycopg

from campfill_pipeline.domain.notices import Kind
from campfill_pipeline.warehouse.statements import query


@dataclass(frozen=True)
class Fact:
    """Something that stands now. `thread`: what it is ended by, its subject unless told; `weight`: euros at stake."""

    kind: Kind
    subject: str
    sentence: str
    line_id: UUID | None = None
    thread: str | None = None
    weight: Decimal = Decimal(0)


@dataclass(frozen=True)
class Ending:
    """A standing fact that is over. `sentence` None: it is past, and nobody is told so."""

    notice_no: int
    sentence: str | None


def begin(conn: psycopg.Connection, facts: Iterable[Fact], *, now: datetime, told: bool = True) -> int:
    """Note facts that are not standing yet; answers how many began. Not `told`: kept, and no message comes of them."""
    new = list(facts)
    if not new:
        return 0
    row = conn.execute(
        query("notices/facts", "begin"),
        {
            "kind": [str(fact.kind) for fact in new],
            "subject": [fact.subject for fact in new],
            "thread": [fact.thread or fact.subject for fact in new],
            "line": [fact.line_id for fact in new],
            "weight": [fact.weight for fact in new],
            "begun": [fact.sentence for fact in new],
            "now": now,
            "told": told,
        },
    ).fetchone()
    return 0 if row is None else int(row[0])


def end(conn: psycopg.Connection, endings: Sequence[Ending], *, now: datetime) -> None:
    """Note that standing facts are over; what is over already stays as it is."""
    if endings:
        conn.execute(
            query("notices/facts", "end"),
            {
                "number": [ending.notice_no for ending in endings],
                "over": [ending.sentence for ending in endings],
                "now": now,
            },
        )


def end_thread(
    conn: psycopg.Connection, kinds: Sequence[Kind], thread: str, sentence: str, *, now: datetime
) -> None:
    """End every standing fact of these kinds that belongs to `thread`."""
    found = conn.execute(
        query("notices/facts", "standing of thread"), {"kinds": list(map(str, kinds)), "thread": thread}
    ).fetchall()
    end(conn, [Ending(number, sentence) for (number,) in found], now=now)


def settle(
    conn: psycopg.Connection,
    kinds: Sequence[Kind],
    standing: Iterable[Fact],
    *,
    now: datetime,
    over: Mapping[Kind, str],
) -> None:
    """Compare what stands now with what is known: new facts begin, missing ones are over in the words of `over`."""
    facts = {(fact.kind, fact.subject): fact for fact in standing}
    known = conn.execute(query("notices/facts", "standing"), {"kinds": list(map(str, kinds))}).fetchall()
    begin(conn, facts.values(), now=now)
    end(
        conn,
        [
            Ending(number, over[Kind(kind)].replace("{subject}", subject))
            for number, kind, subject in known
            if (kind, subject) not in facts
        ],
        now=now,
    )
