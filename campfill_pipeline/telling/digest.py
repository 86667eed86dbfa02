"""The overview of a morning: what needs care today, what changed, what ended, what begins soon.

Belongs here: choosing and wording it. Does not belong here: for whom and when.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from campfill_pipeline.domain.attention import percent, whole
from campfill_pipeline.domain.notices import WORDS, Group, Kind
from campfill_pipeline.language import notation
from campfill_pipeline.language.speaking import say, say_many
from campfill_pipeline.telling.message import SHOWN, Entry, Section, Worded, section, stored, worded
from campfill_pipeline.warehouse.notices import outbox, quiet
from campfill_pipeline.warehouse.readers import coming_and_going
from campfill_pipeline.warehouse.readers.attention import attention

if TYPE_CHECKING:
    from campfill_pipeline.warehouse.database import Connection

SOON_DAYS = 3

OfLine = tuple[UUID, Entry]
"""A line and what is told of it."""


def digest(
    conn: Connection, today: date, now: datetime, *, groups: frozenset[Group], week: bool, link: str | None
) -> Worded:
    """The overview of a local day for a recipient who wants these groups; `week` looks back seven days, else one."""
    back = timedelta(days=7 if week else 1)
    kinds = [kind for kind in Kind if WORDS[kind].group in groups]
    items = outbox.since(conn, now - back, today=today)
    news = [item for item in items if item.kind in kinds and not item.muted]
    new_lines = {item.line_id for item in news if item.line_id and _is_line(item) and item.over_at is None}
    sections, care, named = list[Section](), 0, set[UUID]()
    if Group.LINES in groups:
        untaken, taken = _attention(conn, today, new_lines)
        care = len(untaken)
        sections += _section(say("Needs care today"), [told for _, told in untaken])
        sections += _section(say("Somebody takes care"), [told for _, told in taken])
        named = {line_id for part in (untaken, taken) for line_id, _ in part[:SHOWN]}
    begun = [item for item in news if item.over_at is None and not (item.line_id in named and _is_line(item))]
    over = [item for item in news if item.is_over]
    told_as_new = {item.notice_no for item in begun}
    named |= {item.line_id for item in begun[:SHOWN] if item.line_id and _is_line(item)}
    others = [kind for kind in kinds if WORDS[kind].group != Group.LINES]
    standing = [one for one in outbox.standing(conn, others, today=today) if one.notice_no not in told_as_new]
    sections += _section(say("Still stands"), [stored(one.begun, one.name) for one in standing])
    new = say("New since last Monday") if week else say("New since yesterday")
    past = say("Over since last Monday") if week else say("Over since yesterday")
    sections += _section(new, [stored(item.begun, item.name) for item in begun])
    sections += _section(past, [stored(item.over or "", item.name) for item in over])
    if Group.LINES in groups:
        ended = coming_and_going.ended(conn, today - back, today - timedelta(days=1))
        unnamed = [line for line in ended if line.line_id not in named]
        sections += _section(
            say("Ended") if len(unnamed) == len(ended) else say("Ended, too"),
            [
                Entry(
                    say("{line}: {share} of its goal", line=line.name, share=percent(line.fulfillment_pct))
                    if line.covered
                    else say("{line}: not known, days of its flight are not here", line=line.name),
                    line.name,
                )
                for line in unnamed
            ],
        )
        soon = coming_and_going.starting(conn, today, today + timedelta(days=SOON_DAYS))
        sections += _section(
            say("Starts soon"),
            [
                Entry(
                    say(
                        "{line}: {day}, {amount} impressions",
                        line=line.name,
                        day=notation.day_of_year(line.day),
                        amount=whole(line.impression_goal),
                    ),
                    line.name,
                )
                for line in soon
            ],
        )
    head = (
        say_many("{lines} line to look at", "{lines} lines to look at", care, lines=notation.number(care))
        if Group.LINES in groups
        else say("overview")
    )
    told = {"day": notation.weekday_and_day(today), "head": head}
    title = (
        say("campfill, the week to {day}: {head}", **told) if week else say("campfill, {day}: {head}", **told)
    )
    return worded(title, sections or [Section(say("Nothing needs care, and nothing changed."), ())], link)


def _attention(conn: Connection, today: date, new: set[UUID]) -> tuple[list[OfLine], list[OfLine]]:
    """The lines that need attention, those that nobody has taken and the others; what is new of them is marked, so
    that nothing is said twice.
    """
    muted = {line_id for line_id, said in quiet.in_force(conn, today).items() if said.act == "mute"}
    items = [item for item in attention(conn) if item.line_id not in muted]
    untaken = [
        (
            item.line_id,
            Entry(
                say("{line}: New. {told}", line=item.name, told=item.reason)
                if item.line_id in new
                else f"{item.name}: {item.reason}",
                item.name,
            ),
        )
        for item in items
        if not item.taken
    ]
    return untaken, [
        (item.line_id, Entry(f"{item.name}: {item.care}", item.name)) for item in items if item.taken
    ]


def _is_line(item: outbox.Item) -> bool:
    return WORDS[Kind(item.kind)].group == Group.LINES


def _section(heading: str, entries: list[Entry]) -> list[Section]:
    return [section(heading, entries)] if entries else []
