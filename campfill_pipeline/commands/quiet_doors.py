"""The doors `campfill mute` and `campfill ack`: a line that nobody need be told of, or that somebody takes care of."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated

import typer

from campfill_pipeline.commands import render, typed
from campfill_pipeline.language.speaking import say
from campfill_pipeline.settings import load_settings

Line = Annotated[str, typer.Argument(metavar="ID", help="The line's UUID.")]
Until = Annotated[
    date | None,
    typer.Option(help="The last local day on which it counts.", parser=typed.day, metavar="DAY"),
]
Words = Annotated[str, typer.Option("--note", help="A remark that is kept with it.")]
Lift = Annotated[bool, typer.Option("--lift", help="End it now.")]


def add_to(app: typer.Typer) -> None:
    """Add both commands to the application."""
    app.command()(mute)
    app.command()(ack)


def mute(line_id: Line, until: Until = None, note: Words = "", lift: Lift = False) -> None:
    """Tell nobody of a line until a day. What was said stays in its history."""
    _say(line_id, "mute", until, note, lift)


def ack(line_id: Line, until: Until = None, note: Words = "", lift: Lift = False) -> None:
    """Somebody takes care of a line until a day: the digest asks no more, and tells when it is over."""
    _say(line_id, "acknowledge", until, note, lift)


def _say(line_id: str, act: str, day: date | None, note: str, lift: bool) -> None:
    from campfill_pipeline.warehouse import database
    from campfill_pipeline.warehouse.notices import quiet
    from campfill_pipeline.warehouse.postgres import server

    if lift == (day is not None):
        raise typer.BadParameter("give --until and a day, or --lift, one of them")
    try:
        line = typed.uuid(line_id)
    except ValueError:
        raise typer.BadParameter(
            f"{line_id!r} is no line id; copy it from the list or from campfill fulfillment"
        ) from None
    settings, now = load_settings(), datetime.now(UTC)
    if day is not None and day < now.astimezone(settings.timezone).date():
        raise typer.BadParameter(f"{day} is past; give a day to come")
    with database.connect(server.database_url(settings)) as connection:
        quiet.say(connection, line, "lift" if lift else act, until=day, text=" ".join(note.split()), now=now)
    _show(str(line), act, None if lift else day)


@render.aloud
def _show(line: str, act: str, day: date | None) -> None:
    if day is None:
        typer.echo(say("{line} is told of again.", line=line))
    elif act == "mute":
        typer.echo(say("{line} is muted until {day}.", line=line, day=render.on(day)))
    else:
        typer.echo(say("{line} is acknowledged until {day}.", line=line, day=render.on(day)))
