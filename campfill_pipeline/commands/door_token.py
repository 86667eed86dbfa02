"""`campfill door token`: who may come in at the HTTP door."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import typer

from campfill_pipeline.commands import render
from campfill_pipeline.commands.in_language import say_here
from campfill_pipeline.language.speaking import say, word
from campfill_pipeline.settings import Settings
from campfill_pipeline.warehouse import database, door_tokens
from campfill_pipeline.warehouse.postgres import server

COLUMNS = ("name", "may", "made", "last used", "")
MAY = {"read": "read", "upload": "upload"}


def new(settings: Settings, name: str, may: door_tokens.May) -> None:
    """Print a new token, alone on stdout; what to know about it goes to stderr."""
    clean = " ".join(name.split())
    if not clean or len(clean) > 100 or not clean.isprintable():
        raise typer.BadParameter(f"{name!r} is no name: write one to 100 letters")
    with database.connect(server.database_url(settings)) as connection:
        token = door_tokens.new(connection, clean, may, now=datetime.now(UTC))
    typer.echo(say_here("Keep it now: it is stored nowhere and cannot be shown again."), err=True)
    typer.echo(token)


def facts(settings: Settings) -> list[dict[str, Any]]:
    """Every token, revoked ones too; never the token itself."""
    with database.connect(server.database_url(settings)) as connection:
        known = door_tokens.every(connection)
    return [
        {
            "name": token.name, "may": token.may, "made_at": token.made_at,
            "last_used_at": token.last_used_at, "revoked_at": token.revoked_at,
        }
        for token in known
    ]  # fmt: skip


@render.aloud
def show(tokens: list[dict[str, Any]]) -> None:
    """The same as a table."""
    console = render.console()
    if not tokens:
        console.print(say("No tokens. Make one: campfill door token new NAME --may upload"))
        return
    table = render.table(*((title, "left") for title in COLUMNS))
    now = datetime.now(UTC)
    for token in tokens:
        used = token["last_used_at"]
        table.add_row(
            token["name"],
            word(MAY[token["may"]]),
            render.moment(token["made_at"], now),
            render.moment(used, now) if used else say("never"),
            say("revoked") if token["revoked_at"] else "",
        )
    console.print(table)


def revoke(settings: Settings, name: str) -> None:
    """Close the door to the token of this name."""
    with database.connect(server.database_url(settings)) as connection:
        door_tokens.revoke(connection, name, now=datetime.now(UTC))
    typer.echo(say_here("{name} opens nothing any more.", name=name), err=True)
