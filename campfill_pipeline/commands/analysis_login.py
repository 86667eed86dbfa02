"""`campfill db reader`: the login for analysis tools, shown once."""

from __future__ import annotations

from typing import Any

import typer

from campfill_pipeline.commands import render
from campfill_pipeline.language.speaking import say
from campfill_pipeline.settings import Settings
from campfill_pipeline.warehouse.postgres import reader, server

TIMEOUT_SECONDS = 60


def run(settings: Settings, name: str | None, *, revoke: bool) -> dict[str, Any] | None:
    """Make the login or renew its password, and return how to connect; with `revoke` take it away, and return None."""
    url = server.database_url(settings)
    name = name or reader.default_name(url)
    if revoke:
        reader.remove(url, name)
        return None
    login = reader.make(
        url, name, timezone=settings.timezone.key, timeout_seconds=TIMEOUT_SECONDS,
        embedded=settings.database_url is None,
    )  # fmt: skip
    return {
        "host": login.host, "port": login.port, "database": login.database, "schema": "reporting",
        "user": login.user, "password": login.password, "url": login.url, "renewed": login.renewed,
    }  # fmt: skip


@render.aloud
def show(settings: Settings, login: dict[str, Any]) -> None:
    """The login, line by line, on stdout; what to mind on stderr."""
    for name in ("host", "port", "database", "schema", "user", "password", "url"):
        typer.echo(f"{name:<9} {login[name]}")
    what = (
        say("The password is new; the old one opens nothing any more.")
        if login["renewed"]
        else say("The login is made.")
    )
    once = say("It is shown this once: run the command again for another.")
    typer.echo(f"\n{what} {once}", err=True)
    typer.echo(
        say("It reads the views of schema reporting and nothing else. What they mean: docs/analysis.md"),
        err=True,
    )
    if settings.database_url:
        return
    if settings.database_port is None:
        typer.echo(
            say("The port may be another one after a start. Fix it in .env: CAMPFILL_DATABASE_PORT=5433"),
            err=True,
        )
    elif settings.database_port != login["port"]:
        typer.echo(
            say(
                "CAMPFILL_DATABASE_PORT={port} counts from the next start: stop `campfill up`, then campfill db stop.",
                port=settings.database_port,
            ),
            err=True,
        )
