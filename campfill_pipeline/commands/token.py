"""`campfill token`: ask for the reporting token and store it readable by the owner only."""

from __future__ import annotations

import getpass
import os
import sys

import typer

from campfill_pipeline.settings import Settings


def run(settings: Settings) -> None:
    """Ask without echo (or read a line from a pipe), and replace the stored token in one move."""
    token = getpass.getpass("Reporting token (not shown): ") if sys.stdin.isatty() else sys.stdin.readline()
    token = token.strip()
    if not token:
        raise typer.BadParameter("no token was given; nothing was changed")
    settings.home.mkdir(parents=True, exist_ok=True)
    new = settings.token_file.with_suffix(".new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(token + "\n")
    new.replace(settings.token_file)
    typer.echo(
        "The token is stored, readable by you only. A running system takes it at its next run.", err=True
    )
    if settings.reporting_token:
        typer.echo("Note: CAMPFILL_REPORTING_TOKEN is set and wins over the stored token.", err=True)
