"""From the outbox to people: messages are made, kept, sent, and tried again until they are taken.

Belongs here: for whom a message is due, and the order of claim, send, mark. Does not belong here: wording (`message`,
`digest`), the way out (`sending`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from campfill_pipeline.domain.notices import WORDS, Digest, Kind, digest_due, is_gathered
from campfill_pipeline.language.speaking import Language, speaking
from campfill_pipeline.telling import digest, message, sending
from campfill_pipeline.telling.recipients import Recipient
from campfill_pipeline.warehouse.notices import outbox

if TYPE_CHECKING:
    from campfill_pipeline.warehouse.database import Connection

Open = Callable[[], AbstractContextManager["Connection"]]
"""Opens a transaction, committed at its end."""


@dataclass(frozen=True)
class Office:
    """What messages are made with: whom to tell, the time zone, the page's address, the workbook, the language."""

    recipients: Sequence[Recipient]
    timezone: ZoneInfo
    link: str | None
    workbook: Path
    language: Language = Language.ENGLISH


@dataclass(frozen=True)
class Sent:
    """What one round did; faults name the recipient, never the address."""

    sent: int
    faults: tuple[str, ...]


def prepare(conn: Connection, office: Office, *, now: datetime) -> None:
    """Make the messages that are due, in the caller's transaction: items are told with the message, or neither is."""
    for recipient in office.recipients:
        outbox.meet(conn, recipient.key, now=now)
    for recipient in _awake(office, now):
        _prepare_items(conn, office, recipient, now)
        _prepare_digest(conn, office, recipient, now)


def _prepare_items(conn: Connection, office: Office, recipient: Recipient, now: datetime) -> None:
    today = now.astimezone(office.timezone).date()
    items = outbox.untold(conn, recipient.key, today=today)
    wanted = [item for item in items if WORDS[Kind(item.kind)].group in recipient.groups and not item.muted]
    chosen = {item.item_no for item in wanted}
    if unwanted := [item.item_no for item in items if item.item_no not in chosen]:
        outbox.leave_out(conn, recipient.key, unwanted)
    if not wanted or not is_gathered(min(i.at for i in wanted), max(i.at for i in wanted), now):
        return
    with speaking(office.language):
        words = message.of_items(wanted, office.link)
    key = f"{recipient.key} {wanted[0].item_no}-{wanted[-1].item_no}"
    outbox.put(
        conn, recipient.key, outbox.Draft(key, words.title, words.text, words.html), sorted(chosen), now=now
    )


def _prepare_digest(conn: Connection, office: Office, recipient: Recipient, now: datetime) -> None:
    local = now.astimezone(office.timezone)
    day = digest_due(recipient.digest, recipient.digest_at, local)
    if day is None or outbox.is_made(conn, key := f"{recipient.key} digest {day}"):
        return
    week = recipient.digest == Digest.WEEKLY or day.weekday() == 0
    with speaking(office.language):
        words = digest.digest(conn, day, now, groups=recipient.groups, week=week, link=office.link)
    draft = outbox.Draft(key, words.title, words.text, words.html, workbook=recipient.workbook)
    outbox.put(conn, recipient.key, draft, [], now=now)


def is_waiting(conn: Connection, office: Office, *, now: datetime) -> bool:
    """Whether a message's turn has come."""
    return bool(outbox.waiting(conn, [each.key for each in _awake(office, now)], now=now))


def _awake(office: Office, now: datetime) -> list[Recipient]:
    local = now.astimezone(office.timezone).time()
    return [each for each in office.recipients if not (each.quiet and each.quiet.hold(local))]


def send_waiting(open_connection: Open, office: Office, *, now: datetime) -> Sent:
    """Send every message whose turn it is. One that is not taken is kept, and tried again later."""
    awake = {recipient.key: recipient for recipient in _awake(office, now)}
    sent, faults = 0, list[str]()
    with open_connection() as conn:
        waiting = outbox.waiting(conn, list(awake), now=now)
    for number in waiting:
        with open_connection() as conn:  # held while it is sent, and marked at once
            mine = outbox.claim(conn, number, now=now)
            if mine is None:
                continue
            fault = _send(conn, mine, awake[mine.recipient], office, now)
        if fault is None:
            sent += 1
        else:
            faults.append(f"{mine.recipient}: {fault}")
    return Sent(sent, tuple(faults))


def _send(
    conn: Connection, mine: outbox.Message, recipient: Recipient, office: Office, now: datetime
) -> str | None:
    outcome = sending.send(
        recipient.address,
        message_id=f"{mine.mail_id}@campfill",
        title=mine.title, text=mine.body_text, html=mine.body_html,
        attachment=office.workbook if mine.workbook else None, taken_by=mine.taken_by,
    )  # fmt: skip
    outbox.note_tried(conn, mine, outcome.taken_by, outcome.fault, now=now)
    return outcome.fault
