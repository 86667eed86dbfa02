"""The door `campfill care`: who takes care of a line, and make-goods."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import Annotated, Any
from uuid import UUID

import typer

from campfill_pipeline.commands import render, typed
from campfill_pipeline.commands.as_json import Json, print_json
from campfill_pipeline.domain import care as words
from campfill_pipeline.language.speaking import say, word
from campfill_pipeline.settings import load_settings

ACTS = {
    "owner": "owner", "note": "note", "mute": "muted", "acknowledge": "acknowledged", "lift": "lifted",
    "agree": "make-good agreed", "close": "make-good closed",
}  # fmt: skip
Day = Annotated[date | None, typer.Option(parser=typed.day, metavar="DAY")]


def add_to(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command()(care)


def care(
    line_id: Annotated[
        str | None, typer.Argument(metavar="[ID]", help="The line's UUID; without it, all lines are listed.")
    ] = None,
    owner: Annotated[str | None, typer.Option(help="Who takes care; '' for nobody any more.")] = None,
    note: Annotated[str | None, typer.Option(help="A remark, also on a make-good; '' takes it back.")] = None,
    until: Annotated[
        date | None,
        typer.Option(help="Acknowledged until this local day, inclusive.", parser=typed.day, metavar="DAY"),
    ] = None,
    lift: Annotated[bool, typer.Option("--lift", help="Acknowledged or muted no more.")] = False,
    make_good: Annotated[
        int | None, typer.Option("--make-good", help="Impressions agreed to make good.", min=1)
    ] = None,
    first: Annotated[
        date | None, typer.Option("--from", help="Its first local day.", parser=typed.day, metavar="DAY")
    ] = None,
    last: Annotated[
        date | None,
        typer.Option("--to", help="Its last local day, inclusive.", parser=typed.day, metavar="DAY"),
    ] = None,
    by: Annotated[
        str | None,
        typer.Option(metavar="ID", help="The line that delivers it; default: the same, after its flight."),
    ] = None,
    change: Annotated[
        str | None, typer.Option(metavar="MAKE-GOOD", help="The make-good that this takes the place of.")
    ] = None,
    close: Annotated[
        str | None, typer.Option(metavar="MAKE-GOOD", help="A make-good that is settled.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Show or say who takes care of a line, and what was agreed to make good."""
    from campfill_pipeline.warehouse import database
    from campfill_pipeline.warehouse.notices import care as kept
    from campfill_pipeline.warehouse.postgres import server
    from campfill_pipeline.warehouse.unknown_line import assure_known

    line, settles = _uuid(line_id, "line id"), _uuid(close, "make-good")
    agreed = _agreed(make_good, first, last, by, change, note)
    said = kept.Said(owner, None if agreed or settles else note, until, lift)
    says = said != kept.Said()
    if line is None and (says or agreed):
        raise typer.BadParameter("name the line: campfill care ID …")
    settings, now, who = load_settings(), datetime.now(UTC), typed.who()
    with database.connect(server.database_url(settings)) as connection:
        if line is not None:
            assure_known(connection, line)
        if line is not None and says:
            today = now.astimezone(settings.timezone).date()
            kept.say(connection, line, said, said_by=who, today=today, now=now)
        if line is not None and agreed is not None:
            kept.agree(connection, line, agreed, said_by=who, now=now)
        if settles is not None:
            line = kept.close(connection, settles, text=note or "", said_by=who, now=now).line_id
        document: dict[str, Any] = {
            "lines": [asdict(one) for one in kept.standing(connection, line)],
            "make_goods": [asdict(one) for one in kept.make_goods(connection, line)],
            "over_owed": [asdict(one) for one in kept.over_owed(connection, line)],
        }
        if line is not None:
            document["history"] = [asdict(one) for one in kept.history(connection, line)]
    if as_json:
        print_json(document)
    else:
        _show(document)


def _agreed(
    impressions: int | None, first: date | None, last: date | None, by: str | None, change: str | None,
    note: str | None,
) -> Any:  # fmt: skip
    from campfill_pipeline.warehouse.notices.care import Agreed

    if impressions is None:
        if first or last or by or change:
            raise typer.BadParameter("--from, --to, --by and --change go with --make-good IMPRESSIONS")
        return None
    if first is None or last is None:
        raise typer.BadParameter("a make-good has its days: give --from and --to")
    return Agreed(impressions, first, last, _uuid(by, "line id"), note or "", _uuid(change, "make-good"))


def _uuid(text: str | None, what: str) -> UUID | None:
    try:
        return None if text is None else typed.uuid(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no {what}; `campfill care` and the page show them") from None


@render.aloud
def _show(document: dict[str, Any]) -> None:
    if not document["lines"]:
        typer.echo(say("Nothing was said so far. Say it: campfill care ID --owner NAME --until 2026-12-01"))
    for one in document["lines"]:
        said = [one["owner"] or say("nobody")]
        if one["acknowledged_until"]:
            said.append(say("acknowledged until {day}", day=render.on(one["acknowledged_until"])))
        if one["muted_until"]:
            said.append(say("muted until {day}", day=render.on(one["muted_until"])))
        said += [f"“{one['note']}”"] if one["note"] else []
        typer.echo(f"{one['line_id']}  {one['name']}\n    {', '.join(said)}")
    for one in document["make_goods"]:
        typer.echo(say("make-good {id} for {line}", id=one["make_good"], line=one["name"]))
        typer.echo(f"    {words.of_make_good(one)}")
    for one in document["over_owed"]:
        over = words.over_owed(one["name"], one["agreed"], one["owed"], ended=one["ended"])
        typer.echo(say("Warning: {told}", told=over))
    for one in document.get("history", ()):
        said = [str(one[part]) for part in ("text", "until", "impressions", "make_good") if one[part]]
        typer.echo(
            f"{render.at(one['at'])} UTC  {one['said_by'] or '-'}: {word(ACTS[one['act']])} {' '.join(said)}".rstrip()
        )
