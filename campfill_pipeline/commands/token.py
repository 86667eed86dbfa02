"""`campfill token`: ask for the reporting token and store it readable by the owner only."""

from __future__ import annotations

import getpass
import sys

import typer

from campfill_pipeline.commands.in_language import say_here
from campfill_pipeline.domain.reporting_sources import FIRST
from campfill_pipeline.reporting.secrets import keep_private
from campfill_pipeline.settings import Settings, environment


def run(settings: Settings, name: str | None = None) -> None:
    """Ask without echo (or read a line from a pipe), and replace the stored token in one move."""
    found = {one.name: one for one in (settings.first_source, *settings.sources(environment()))}
    source = found.get(name or FIRST)
    if source is None:
        raise typer.BadParameter(
            f"no reporting API here is called {name}; CAMPFILL_CONNECTORS names: "
            + (", ".join(one.name for one in settings.connectors) or "none")
        )
    token = (
        getpass.getpass(say_here("Reporting token (not shown): "))
        if sys.stdin.isatty()
        else sys.stdin.readline()
    )
    token = token.strip()
    if not token:
        raise typer.BadParameter("no token was given; nothing was changed")
    settings.home.mkdir(parents=True, exist_ok=True)
    keep_private(source.token_file, token + "\n")
    done = say_here("The token is stored, readable by you only. A running system takes it at its next run.")
    typer.echo(done, err=True)
    if source.given_token:
        variable = source.variable("TOKEN")
        typer.echo(say_here("Note: {name} is set and wins over the stored token.", name=variable), err=True)
