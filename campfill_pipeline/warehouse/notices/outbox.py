"""From facts to messages: what a recipient was not told yet, messages kept until sent, what became of them.

Belongs here: rows of outbox, messages and recipients. Does not belong here: who wants what (`telling/recipients`), how
a message is worded and sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

import psycopg
from psycopg.rows import class_row

from campfill_pipeline.domain.notices import Kind, pause_before
from campfill_pipeline.warehouse.statements import query


@dataclass(frozen=True)
class Item:
    """One thing to tell: a fact that began, or (`is_over`) ended. `muted`: its line is not to be spoken of today.

    `name`: with which of line, file or site `begun` begins; None where it begins with none.
    """

    item_no: int
    notice_no: int
    kind: str
    line_id: UUID | None
    weight: Decimal
    is_over: bool
    at: datetime
    begun_at: datetime
    begun: str
    over_at: datetime | None
    over: str | None
    name: str | None
    muted: bool


@dataclass(frozen=True)
class Message:
    """A message that waits. `taken_by`: those of its addresses that have it already."""

    message_no: int
    recipient: str
    mail_id: UUID
    title: str
    body_text: str
    body_html: str
    workbook: bool
    taken_by: list[str]
    attempts: int


@dataclass(frozen=True)
class Draft:
    """A message as it is made."""

    key: str
    title: str
    body_text: str
    body_html: str
    workbook: bool = False


def meet(conn: psycopg.Connection, recipient: str, *, now: datetime) -> None:
    """Know a recipient: a new one is told what stands and what follows, not what is over."""
    conn.execute(query("notices/outbox", "meet"), {"recipient": recipient, "now": now})


def untold(conn: psycopg.Connection, recipient: str, *, today: date) -> list[Item]:
    """What this recipient was not told yet, in the order in which it came."""
    return _items(conn, today, recipient=recipient)


def since(conn: psycopg.Connection, moment: datetime, *, today: date) -> list[Item]:
    """Everything that began or ended since a moment, whoever was told."""
    return _items(conn, today, moment=moment)


def standing(conn: psycopg.Connection, kinds: Sequence[Kind], *, today: date) -> list[Item]:
    """Facts of these kinds that stand, dearest first."""
    return _items(conn, today, kinds=kinds)


def _items(
    conn: psycopg.Connection, today: date, *, recipient: str | None = None, moment: datetime | None = None,
    kinds: Sequence[Kind] = (),
) -> list[Item]:  # fmt: skip
    values = {"recipient": recipient, "since": moment, "kinds": list(map(str, kinds)), "today": today}
    with conn.cursor(row_factory=class_row(Item)) as cursor:
        return cursor.execute(query("notices/outbox", "items"), values).fetchall()


def leave_out(conn: psycopg.Connection, recipient: str, items: Sequence[int]) -> None:
    """Note items that this recipient does not want, or whose line is muted."""
    conn.execute(
        query("notices/outbox", "told"), {"recipient": recipient, "items": list(items), "message": None}
    )


def put(
    conn: psycopg.Connection, recipient: str, draft: Draft, items: Sequence[int], *, now: datetime
) -> None:
    """Keep a message with the items it tells, once for each key; part of the caller's transaction."""
    row = conn.execute(
        query("notices/outbox", "put"), {**vars(draft), "recipient": recipient, "now": now}
    ).fetchone()
    if row is not None:
        conn.execute(
            query("notices/outbox", "told"), {"recipient": recipient, "items": list(items), "message": row[0]}
        )


def is_made(conn: psycopg.Connection, key: str) -> bool:
    """Whether a message of this key was made before."""
    return conn.execute("SELECT FROM notice_message WHERE key = %s", [key]).fetchone() is not None


def waiting(conn: psycopg.Connection, recipients: Sequence[str], *, now: datetime) -> list[int]:
    """Numbers of messages to these recipients whose turn it is, oldest first."""
    values = {"recipients": list(recipients), "now": now}
    return [number for (number,) in conn.execute(query("notices/outbox", "waiting"), values).fetchall()]


def claim(conn: psycopg.Connection, message_no: int, *, now: datetime) -> Message | None:
    """Hold a waiting message for the caller's transaction, so that nobody else sends it; None where that is done."""
    with conn.cursor(row_factory=class_row(Message)) as cursor:
        return cursor.execute(
            query("notices/outbox", "claim"), {"message": message_no, "now": now}
        ).fetchone()


def note_tried(
    conn: psycopg.Connection, message: Message, taken_by: Sequence[str], fault: str | None, *, now: datetime
) -> None:
    """Keep what became of an attempt; without a fault the message is sent."""
    conn.execute(
        query("notices/outbox", "tried"),
        {
            "message": message.message_no,
            "taken": list(taken_by),
            "fault": fault,
            "now": now,
            "next": now + pause_before(message.attempts + 1),
        },
    )


def forget_old(conn: psycopg.Connection, *, before: datetime) -> int:
    """Let go of facts that were over, and of messages sent, before this moment; answers how many facts went."""
    values = {"before": before}
    conn.execute(query("notices/outbox", "forget messages"), values)
    return conn.execute(query("notices/outbox", "forget facts"), values).rowcount


@dataclass(frozen=True)
class Unsent:
    """A message that waits, for reading."""

    recipient: str
    title: str
    made_at: datetime
    attempts: int
    fault: str | None


def unsent(conn: psycopg.Connection) -> list[Unsent]:
    """Messages that wait, oldest first."""
    with conn.cursor(row_factory=class_row(Unsent)) as cursor:
        return cursor.execute(query("notices/outbox", "unsent")).fetchall()
