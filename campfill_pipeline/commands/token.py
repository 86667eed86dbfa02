"""`campfill token`: ask for the reporting token and store it readable by the owner only."""

from __future__ import annotations

import getpass
import sys

import typer

from campfill_pipeline.reporting.secrets import keep_private
from campfill_pipeline.settings import Settings


def run(settings: Settings) -> None:
    """Ask without echo (or read a line from a pipe), and replace the stored token in one move."""
    token = getpass.getpass("Reporting token (not shown): ") if sys.stdin.isatty() else sys.stdin.readline()
    token = token.strip()
    if not token:
        raise typer.BadParameter("no token was given; nothing was changed")
    settings.home.mkdir(parents=True, exist_ok=True)
    keep_private(settings.token_file, token + "\n")
    typer.echo(
        "The token is stored, readable by you only. A running system takes it at its next run.", err=True
    )
    if settings.reporting_token:
        typer.echo("Note: CAMPFILL_REPORTING_TOKEN is set and wins over the stored token.", err=True)
