"""`campfill db psql|backup|restore`: a prompt, and copies of the whole database in one file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import typer

from campfill_pipeline.commands import render
from campfill_pipeline.settings import Settings
from campfill_pipeline.warehouse.postgres import backup as backups
from campfill_pipeline.warehouse.postgres import server


def psql(settings: Settings, arguments: Sequence[str] = ()) -> int:
    """An SQL prompt on campfill's tables, with psql's own arguments; the exit code of the program."""
    return backups.psql(server.database_url(settings), arguments)


def backup(settings: Settings, file: Path) -> None:
    """Write the database to `file`, which must not exist yet."""
    if file.exists():
        raise typer.BadParameter(f"{file} exists already; choose another name")
    with render.console(stderr=True).status("writing the backup …"):
        backups.backup(server.database_url(settings), file)
    typer.echo(f"{file} holds the whole database ({file.stat().st_size:,} bytes).", err=True)


def restore(settings: Settings, file: Path) -> None:
    """Put the database back as `file` has it."""
    if not file.is_file():
        raise typer.BadParameter(f"{file} is not there")
    with render.console(stderr=True).status("putting the backup back …"):
        backups.restore(server.database_url(settings), file)
    typer.echo("The database is as it was in the backup.", err=True)
