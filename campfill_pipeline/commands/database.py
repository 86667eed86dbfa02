"""`campfill db psql|backup|restore|backups`: a prompt, and copies of the whole database in one file."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from campfill_pipeline.commands import render, running
from campfill_pipeline.commands.in_language import say_here
from campfill_pipeline.language import notation
from campfill_pipeline.language.speaking import say
from campfill_pipeline.settings import Settings
from campfill_pipeline.storage import originals
from campfill_pipeline.warehouse import daemon_seat, database
from campfill_pipeline.warehouse.postgres import backup as backups
from campfill_pipeline.warehouse.postgres import kept_backups, server
from campfill_pipeline.warehouse.postgres import upgrade as upgrades
from campfill_pipeline.warehouse.readers import status

if TYPE_CHECKING:
    from campfill_pipeline.warehouse.postgres.kept_backups import Made


def psql(settings: Settings, arguments: Sequence[str] = ()) -> int:
    """An SQL prompt on campfill's tables, with psql's own arguments; the exit code of the program."""
    return backups.psql(server.database_url(settings), arguments)


def backup(settings: Settings, file: Path) -> None:
    """Write the database to `file`, which must not exist yet."""
    if file.exists():
        raise typer.BadParameter(f"{file} exists already; choose another name")
    with render.console(stderr=True).status(say_here("writing the backup …")):
        backups.backup(server.database_url(settings), file)
    _show_backup(file)


@render.aloud
def _show_backup(file: Path) -> None:
    size = notation.number(file.stat().st_size)
    typer.echo(say("{file} holds the whole database ({size} bytes).", file=file, size=size), err=True)


def backup_by_rule(settings: Settings, *, quiet: bool) -> dict[str, Any]:
    """Do what every night does: a proven backup in CAMPFILL_BACKUP_DIR. Returns what was done."""
    from campfill_pipeline.defs.nightly_backup import back_up

    with render.console(stderr=True).status(
        say_here("writing the backup, and putting it back on a server of its own …")
    ):
        made = back_up(settings, server.database_url(settings), now=datetime.now(UTC))
    if not quiet:
        _show_made(made)
    return _as_document(made)


@render.aloud
def _show_made(made: Made) -> None:
    kept = made.backup
    typer.echo(
        say(
            "{file} holds the whole database ({size} bytes). Put back on a server of its own, all {tables} tables "
            "with {rows} rows were equal.",
            file=kept.file, size=notation.number(kept.size), tables=notation.number(len(kept.tables)),
            rows=notation.number(kept.rows),
        )
    )  # fmt: skip
    typer.echo(
        say(
            "originals beside it: {count}, of them {copied} copied now",
            count=notation.number(kept.originals), copied=notation.number(made.originals_copied),
        )
    )  # fmt: skip
    if made.originals_lost:
        typer.echo(
            say(
                "originals that nobody has any more: {count} (campfill doctor names them)",
                count=notation.number(made.originals_lost),
            )
        )
    for name in made.gone:
        typer.echo(say("no longer kept: {name}", name=name))


def _as_document(made: Made) -> dict[str, Any]:
    """What a backup by rule did, for `--json`."""
    return {
        "file": str(made.backup.file),
        "made_at": made.backup.made_at,
        "bytes": made.backup.size,
        "tables": len(made.backup.tables),
        "rows": made.backup.rows,
        "originals": made.backup.originals,
        "originals_copied": made.originals_copied,
        "originals_lost": made.originals_lost,
        "gone": list(made.gone),
    }


def upgrade(settings: Settings, programs: Path | None) -> None:
    """Move the home's database to this campfill's PostgreSQL. Raises RunsAlreadyError beside a running one."""
    if settings.database_url:
        raise typer.BadParameter("the database is a server of your own: upgrade it with that server's tools")
    with (
        running.only_one(settings.home),
        render.console(stderr=True).status(say_here("moving the database …")),
    ):
        done = upgrades.upgrade(settings.postgres, programs)
    if done is None:
        typer.echo(
            say_here("The database is of this campfill's PostgreSQL already; nothing to do."), err=True
        )
        return
    server.database_url(settings)
    _show_moved(done)


@render.aloud
def _show_moved(done: upgrades.Upgraded) -> None:
    rows = ", ".join(
        say("{name} with {rows} rows", name=name, rows=notation.number(count))
        for name, count in done.rows.items()
    )
    typer.echo(
        say(
            "Moved from PostgreSQL {before} to {after}, every table compared: {rows}.",
            before=done.before, after=done.after, rows=rows,
        ),
        err=True,
    )  # fmt: skip
    typer.echo(
        say("The old files are in {path}; delete them when you no longer want to go back.", path=done.kept),
        err=True,
    )


def restore(settings: Settings, file: Path, *, yes: bool) -> None:
    """Put the database back as `file` has it; what was there before is kept in a file beside.

    Where there is something to replace, a person at a terminal is asked first; `yes` says so beforehand, and without a
    terminal it must: silence, or an answer that nobody reads, is no consent. Raises RunsAlreadyError beside a running
    `campfill up`, DaemonAtWorkError beside one elsewhere.
    """
    if not file.is_file():
        raise typer.BadParameter(f"{file} is not there")
    with running.only_one(settings.home):
        _no_daemon(settings)
        console, url = render.console(stderr=True), server.database_url(settings)
        with ExitStack() as stack:
            with console.status(say_here("reading the backup …")):
                found = stack.enter_context(
                    backups.read(url, file)
                )  # refused before anything is asked or written
            _keep_what_is_there(settings, file, yes=yes)
            with console.status(say_here("putting the backup back …")):
                found.put_back()
        came = kept_backups.bring_originals(file, settings.archive)
        originals.keep_all(settings)
    typer.echo(say_here("The database is as it was in the backup."), err=True)
    if came:
        copied = say_here(
            "Originals that the archive lacked, copied from beside the backup: {count}.", count=came
        )
        typer.echo(copied, err=True)


def _no_daemon(settings: Settings) -> None:
    """Raise DaemonAtWorkError where one works on this database, on whatever machine."""
    with database.connect(server.database_url(settings)) as connection:
        if who := daemon_seat.holder(connection):
            raise daemon_seat.DaemonAtWorkError(who)


def _keep_what_is_there(settings: Settings, file: Path, *, yes: bool) -> None:
    with database.connect(server.database_url(settings)) as connection:
        found = status.facts(connection, now=datetime.now(UTC))
    lines, uploads = found["fulfillment"]["lines"], found["counts"]["uploads"]
    if not (lines or uploads):
        return
    if not yes and not sys.stdin.isatty():
        raise typer.BadParameter(
            f"the database holds {uploads:,} uploads and {lines:,} lines, and there is no terminal to ask at."
            " If they are to be replaced, say --yes"
        )
    if not yes:
        typer.confirm(
            say_here(
                "The database holds {uploads} uploads and {lines} lines. Replace them by {file}?",
                uploads=uploads,
                lines=lines,
                file=file,
            ),
            abort=True,
            err=True,
        )
    kept = settings.home / "backups" / f"before-restore-{datetime.now(UTC):%Y%m%d-%H%M%S}.backup"
    kept.parent.mkdir(parents=True, exist_ok=True)
    backup(settings, kept)
