"""The overview of a morning: what needs care today, what changed, what ended, what begins soon.

Belongs here: choosing and wording it. Does not belong here: for whom and when.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from campfill_pipeline.domain.attention import percent, whole
from campfill_pipeline.domain.notices import WORDS, Group, Kind
from campfill_pipeline.telling.message import Section, Worded, section, worded
from campfill_pipeline.warehouse.notices import outbox, quiet
from campfill_pipeline.warehouse.readers import coming_and_going
from campfill_pipeline.warehouse.readers.attention import attention

if TYPE_CHECKING:
    from campfill_pipeline.warehouse.database import Connection

SOON_DAYS = 3


def digest(
    conn: Connection, today: date, now: datetime, *, groups: frozenset[Group], week: bool, link: str | None
) -> Worded:
    """The overview of a local day for a recipient who wants these groups; `week` looks back seven days, else one."""
    back = timedelta(days=7 if week else 1)
    kinds = [kind for kind in Kind if WORDS[kind].group in groups]
    sections, care = list[Section](), 0
    if Group.LINES in groups:
        said = quiet.in_force(conn, today)
        items = attention(conn)
        muted = {line_id for line_id, quiet_ in said.items() if quiet_.act == "mute"}
        untaken = [
            f"{item.name}: {item.reason}" for item in items if not item.taken and item.line_id not in muted
        ]
        taken = [f"{item.name}: {item.care}" for item in items if item.taken and item.line_id not in muted]
        care = len(untaken)
        sections += _section("Needs care today", untaken) + _section("Somebody takes care", taken)
    others = [kind for kind in kinds if WORDS[kind].group != Group.LINES]
    standing = [item.begun for item in outbox.standing(conn, others, today=today)]
    sections += _section("Stands", standing)
    news = [
        item for item in outbox.since(conn, now - back, today=today) if item.kind in kinds and not item.muted
    ]
    since = "last Monday" if week else "yesterday"
    sections += _section(f"New since {since}", [item.begun for item in news if not item.is_over])
    sections += _section(f"Over since {since}", [item.over or "" for item in news if item.is_over])
    if Group.LINES in groups:
        ended = coming_and_going.ended(conn, today - back, today - timedelta(days=1))
        sections += _section(
            "Ended", [f"{line.name}: {percent(line.fulfillment_pct)} of its goal" if line.covered
                      else f"{line.name}: not known, days of its flight are not here" for line in ended],
        )  # fmt: skip
        soon = coming_and_going.starting(conn, today, today + timedelta(days=SOON_DAYS))
        sections += _section(
            "Starts soon",
            [
                f"{line.name}: {line.day.day} {line.day:%b}, {whole(line.impression_goal)} impressions"
                for line in soon
            ],
        )
    head = f"{care:,} line{'' if care == 1 else 's'} to look at" if Group.LINES in groups else "overview"
    title = f"campfill, {'the week to ' if week else ''}{today:%a} {today.day} {today:%b %Y}: {head}"
    return worded(title, sections or [Section("Nothing needs care, and nothing changed.", ())], link)


def _section(heading: str, entries: list[str]) -> list[Section]:
    return [section(heading, entries)] if entries else []
