"""The overview of a morning: what needs care today, what changed, what ended, what begins soon.

Belongs here: choosing and wording it. Does not belong here: for whom and when.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from campfill_pipeline.domain.attention import percent, whole
from campfill_pipeline.domain.notices import WORDS, Group, Kind
from campfill_pipeline.language import notation
from campfill_pipeline.language.retelling import retold
from campfill_pipeline.language.speaking import say, say_many
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
        sections += _section(say("Needs care today"), untaken) + _section(say("Somebody takes care"), taken)
    others = [kind for kind in kinds if WORDS[kind].group != Group.LINES]
    standing = [retold(item.begun) for item in outbox.standing(conn, others, today=today)]
    sections += _section(say("Stands"), standing)
    news = [
        item for item in outbox.since(conn, now - back, today=today) if item.kind in kinds and not item.muted
    ]
    new = say("New since last Monday") if week else say("New since yesterday")
    past = say("Over since last Monday") if week else say("Over since yesterday")
    sections += _section(new, [retold(item.begun) for item in news if not item.is_over])
    sections += _section(past, [retold(item.over or "") for item in news if item.is_over])
    if Group.LINES in groups:
        ended = coming_and_going.ended(conn, today - back, today - timedelta(days=1))
        sections += _section(
            say("Ended"),
            [
                say("{line}: {share} of its goal", line=line.name, share=percent(line.fulfillment_pct))
                if line.covered
                else say("{line}: not known, days of its flight are not here", line=line.name)
                for line in ended
            ],
        )
        soon = coming_and_going.starting(conn, today, today + timedelta(days=SOON_DAYS))
        sections += _section(
            say("Starts soon"),
            [
                say(
                    "{line}: {day}, {amount} impressions",
                    line=line.name,
                    day=notation.day_of_year(line.day),
                    amount=whole(line.impression_goal),
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


def _section(heading: str, entries: list[str]) -> list[Section]:
    return [section(heading, entries)] if entries else []
