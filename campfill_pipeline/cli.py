"""The `campfill` command: the doors, each a few lines; what takes more lives in `commands/`.

Nothing heavy is imported before a command needs it: `campfill status` must answer at once, without Dagster or pandas.
"""

from __future__ import annotations

import sys
import traceback
from datetime import UTC, date, datetime
from enum import StrEnum
from importlib import metadata
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typer.main import get_command

from campfill_pipeline.commands import (
    care_doors,
    connect,
    counts_doors,
    in_language,
    lab_doors,
    lists_doors,
    notify_doors,
    quiet_doors,
    typed,
)
from campfill_pipeline.commands.as_json import Json, print_json
from campfill_pipeline.commands.roles import Role
from campfill_pipeline.domain.disk_room import is_disk_full
from campfill_pipeline.domain.errors import CampfillError, DiskFullError, UnexpectedFaultError
from campfill_pipeline.domain.fulfillment import Band
from campfill_pipeline.domain.kinds import LineKind
from campfill_pipeline.language.speaking import Language
from campfill_pipeline.settings import load_settings

app = typer.Typer(
    name="campfill",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
db = typer.Typer(help="The database.", no_args_is_help=True)
app.add_typer(db, name="db")
door = typer.Typer(help="The HTTP door.", no_args_is_help=True)
app.add_typer(door, name="door")
door_token = typer.Typer(help="Tokens: who may come in at the HTTP door.", no_args_is_help=True)
door.add_typer(door_token, name="token")
app.add_typer(lab_doors.app, name="lab")
app.add_typer(lists_doors.app, name="lists")
app.add_typer(connect.app, name="connect")
app.add_typer(counts_doors.app, name="counts")
app.add_typer(notify_doors.app, name="notify")
quiet_doors.add_to(app)
care_doors.add_to(app)


class May(StrEnum):
    """What a token of the HTTP door opens."""

    READ = "read"
    UPLOAD = "upload"


class When(StrEnum):
    """Which state of knowledge a past figure uses."""

    NOW = "now"
    THEN = "then"


def _say_version(asked: bool) -> None:
    if asked:
        typer.echo(f"campfill {metadata.version('campfill')}")
        raise typer.Exit()


WITHOUT_HOME = {"lab", "settings", "simulate-api", "up"}  # need none, or say themselves which


@app.callback()
def campfill(
    context: typer.Context,
    version: Annotated[
        bool,
        typer.Option("--version", help="Show the version.", callback=_say_version, is_eager=True),
    ] = False,
) -> None:
    """Campaign fulfillment you can trust: drop a list, see which lines reached their goal, which did not, and why."""
    if context.invoked_subcommand in WITHOUT_HOME or {"--help", "-h"} & set(sys.argv):
        return
    home = load_settings().home
    if not home.exists():
        typer.echo(
            "campfill: "
            + in_language.say_here(
                "{path} is new, and empty. If you have a home elsewhere, go to its folder or set CAMPFILL_HOME.",
                path=home,
            ),
            err=True,
        )


@app.command()
def up(
    host: Annotated[str, typer.Option(help="Address the HTTP door listens on.")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(help="Port of the web UI; the HTTP door takes the next.", min=1, max=65534)
    ] = 3000,
    demo: Annotated[
        bool, typer.Option("--demo", help="In the demo's own home, with the simulated API.")
    ] = False,
    behind_proxy: Annotated[
        bool,
        typer.Option(
            "--behind-proxy",
            help="A proxy with TLS stands before it: the HTTP door asks everybody for a token.",
        ),
    ] = False,
    role: Annotated[
        Role,
        typer.Option(
            help="Which part of the system this machine runs, where several work together (docs/scale.md)."
        ),
    ] = Role.ALL,
) -> None:
    """Start database, web UI, HTTP door and daemon; Ctrl-C stops all it started."""
    from campfill_pipeline.commands import up as command

    raise typer.Exit(command.run(host=host, port=port, demo=demo, behind_proxy=behind_proxy, role=role))


@app.command()
def ingest(
    files: Annotated[
        list[Path], typer.Argument(help="Campaign lists or CSV exports; they are copied, not moved.")
    ],
    as_json: Json = False,
) -> None:
    """Run the upload job now, in this process, on these files."""
    from campfill_pipeline.commands import ingest as command

    reports, code = command.run(files, quiet=as_json)
    if as_json:
        print_json(reports)
    raise typer.Exit(code)


@app.command()
def refresh(
    first: Annotated[
        date | None, typer.Option("--from", help="First local day.", parser=typed.day, metavar="DAY")
    ] = None,
    last: Annotated[
        date | None, typer.Option("--to", help="Last local day, inclusive.", parser=typed.day, metavar="DAY")
    ] = None,
    accept: Annotated[
        bool, typer.Option("--accept", help="Take these days as they come, however much of them is missing.")
    ] = False,
    connector: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Ask only this API: api, or a name of CAMPFILL_CONNECTORS."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Fetch delivery for these local days (default: today and the restatement days), and update fulfillment."""
    from campfill_pipeline.commands import refresh as command

    document, code = command.run(first, last, accept=accept, only=connector, quiet=as_json)
    if as_json:
        print_json(document)
    raise typer.Exit(code)


@app.command()
def token(
    connector: Annotated[
        str | None,
        typer.Argument(metavar="[NAME]", help="Whose token, of the names in CAMPFILL_CONNECTORS."),
    ] = None,
) -> None:
    """Ask for the reporting token and store it, readable by you only. A running system takes it at its next run."""
    from campfill_pipeline.commands import token as command

    command.run(load_settings(), connector)


@app.command()
def note(
    text: Annotated[str, typer.Argument(help="What changed, like 'floor lowered'.")],
    line: Annotated[
        str | None, typer.Option(metavar="ID", help="The line it is about; without it, all lines.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Note what changed today, on a line or for all: `campfill line` tells what came of it."""
    from campfill_pipeline.commands import note as command

    document = command.run(load_settings(), text, line)
    if as_json:
        print_json(document)
    else:
        command.show(document)


@app.command()
def status(as_json: Json = False) -> None:
    """Show uploads, the latest refresh, what waits, what failed."""
    from campfill_pipeline.commands import status as command

    document = command.facts(load_settings())
    if as_json:
        print_json(document)
    else:
        command.show(document)


@app.command()
def fulfillment(
    as_of: Annotated[
        date | None, typer.Option(help="Local day; computes, never writes.", parser=typed.day, metavar="DAY")
    ] = None,
    contract: Annotated[
        When, typer.Option(help="The contract as it stands now, or as it stood then.")
    ] = When.NOW,
    known: Annotated[
        When, typer.Option(help="With today's knowledge of delivery, or that of then.")
    ] = When.NOW,
    kind: Annotated[LineKind | None, typer.Option(help="Only campaigns or only deals.")] = None,
    band: Annotated[Band | None, typer.Option(help="Only one band.")] = None,
    limit: Annotated[int, typer.Option(help="Lines shown on a terminal (JSON and CSV: all).")] = 25,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV on stdout.")] = False,
    backtest: Annotated[
        bool, typer.Option("--backtest", help="How right were we? What was said of lines that have ended.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Show the fulfillment of all lines, worst first."""
    from campfill_pipeline.commands import fulfillment as command

    if backtest:
        from campfill_pipeline.commands import back_test

        found = back_test.facts(load_settings(), as_of=as_of)
        if as_json:
            print_json(found)
        else:
            back_test.show(found)
        return
    rows, shown = command.rows(
        load_settings(), as_of=as_of, contract=contract.value, known=known.value,
        kind=kind.value if kind else None, band=band.value if band else None,
    )  # fmt: skip
    if as_json:
        print_json(rows)
    elif as_csv:
        command.write_csv(rows)
    else:
        command.show(rows, shown, limit=limit)


@app.command()
def line(
    line_id: Annotated[str, typer.Argument(metavar="ID", help="The line's UUID.")], as_json: Json = False
) -> None:
    """Show one line: contract, history, delivery by day, cause with evidence."""
    from campfill_pipeline.commands import line as command

    document = command.facts(load_settings(), line_id)
    if as_json:
        print_json(document)
    else:
        command.show(document)


@app.command()
def revert(
    upload_id: Annotated[str, typer.Argument(help="Its number, as `campfill status` shows it, or its id.")],
    again: Annotated[bool, typer.Option("--again", help="Undo an earlier revert: it counts again.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what it would change; change nothing.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Undo what an upload changed, as a new revision; history stays."""
    from campfill_pipeline.commands import revert as command

    document = command.run(upload_id, again=again, quiet=as_json, dry_run=dry_run)
    if as_json:
        print_json(document)


@app.command()
def report(
    as_of: Annotated[date | None, typer.Option(help="Local day.", parser=typed.day, metavar="DAY")] = None,
    known: Annotated[
        When,
        typer.Option(help="With today's knowledge of delivery, or that of then (in a folder of its own)."),
    ] = When.NOW,
    out: Annotated[Path | None, typer.Option(help="Folder; default: reports/ in CAMPFILL_HOME.")] = None,
    buyer: Annotated[
        str | None,
        typer.Option(help="Only the lines of this agency (all its seats) or buyer: a sheet for them."),
    ] = None,
    advertiser: Annotated[str | None, typer.Option(help="Only the lines of this advertiser.")] = None,
    prices: Annotated[
        bool, typer.Option("--prices", help="With --buyer or --advertiser: show their prices, too.")
    ] = False,
    language: Annotated[
        Language, typer.Option(help="With --buyer or --advertiser: the language of their sheet.")
    ] = Language.ENGLISH,
) -> None:
    """Write the HTML page and the XLSX; with --buyer or --advertiser, a sheet that this client may see."""
    if buyer is not None and advertiser is not None:
        raise typer.BadParameter("give --buyer or --advertiser, one of them")
    if buyer is not None or advertiser is not None:
        from campfill_pipeline.commands import client_sheet

        client_sheet.run(
            load_settings(), as_of, out, buyer=buyer, advertiser=advertiser, prices=prices,
            language=language, known=known.value,
        )  # fmt: skip
        return
    if prices:
        raise typer.BadParameter("--prices goes with --buyer or --advertiser: the house's own page has them")
    from campfill_pipeline.commands import report as command

    command.run(load_settings(), as_of, out, known=known.value)


@app.command()
def rebuild(as_json: Json = False) -> None:
    """Make every derived table again from archive, ledger events and report rows."""
    from campfill_pipeline.commands import rebuild as command

    document, code = command.run(load_settings())
    if as_json:
        print_json(document)
    raise typer.Exit(code)


@app.command()
def maintain(
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would be done; change nothing.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Do the housekeeping of every night now: prune what is old, vacuum, make the next months."""
    from campfill_pipeline.commands import maintain as command

    document = command.run(load_settings(), dry_run=dry_run, quiet=as_json)
    if as_json:
        print_json(document)


@app.command("simulate-api")
def simulate_api(
    port: Annotated[int, typer.Option(help="Port on 127.0.0.1; 0 chooses a free one.")] = 8800,
    seed: Annotated[int, typer.Option(help="The same seed makes the same world.")] = 1,
    faults: Annotated[str, typer.Option(help="Comma-separated faults to mix in; `list` names them.")] = "",
) -> None:
    """Serve a reporting API on this machine, for demo and tests. Token: CAMPFILL_REPORTING_TOKEN, else one is made."""
    from campfill_pipeline.commands import simulate_api as command

    command.run(load_settings(), port, seed, faults)


@app.command()
def settings(as_json: Json = False) -> None:
    """Show every setting with its meaning; secrets are masked."""
    from campfill_pipeline.commands import show_settings as command

    document = command.facts()
    if as_json:
        print_json(document)
    else:
        command.show(document)


@app.command()
def doctor(as_json: Json = False) -> None:
    """Check everything that can be wrong, and say how to mend it."""
    from campfill_pipeline.commands import doctor as command

    document, code = command.run(load_settings(), quiet=as_json)
    if as_json:
        print_json(document)
    raise typer.Exit(code)


@db.command()
def url(
    dagster: Annotated[
        bool, typer.Option("--dagster", help="Dagster's own database, for CAMPFILL_DAGSTER_URL.")
    ] = False,
) -> None:
    """Print the database's address, one line."""
    from campfill_pipeline.defs import instance
    from campfill_pipeline.warehouse.postgres import server

    chosen = load_settings()
    typer.echo(instance.storage_url(chosen) if dagster else server.database_url(chosen))


@db.command("start")
def db_start() -> None:
    """Start the database and leave it running."""
    from campfill_pipeline.warehouse.postgres import server

    server.database_url(load_settings())
    typer.echo(in_language.say_here("The database runs. Its address: campfill db url"), err=True)


@db.command("stop")
def db_stop() -> None:
    """Stop the database cleanly."""
    from campfill_pipeline.warehouse.postgres import server

    stopped = server.stop(load_settings())
    typer.echo(
        in_language.say_here("The database is stopped.")
        if stopped
        else in_language.say_here("The database did not run."),
        err=True,
    )


@db.command(context_settings={"ignore_unknown_options": True, "allow_extra_args": True})
def psql(context: typer.Context) -> None:
    """Open an SQL prompt on campfill's tables; what follows goes to psql: campfill db psql -c "SELECT 1"."""
    from campfill_pipeline.commands import database as command

    raise typer.Exit(command.psql(load_settings(), context.args))


@db.command()
def backup(
    file: Annotated[Path | None, typer.Argument(help="File to write.")] = None,
    auto: Annotated[
        bool,
        typer.Option(
            "--auto", help="As every night: into CAMPFILL_BACKUP_DIR, proven, older ones by the rule."
        ),
    ] = False,
    as_json: Json = False,
) -> None:
    """Write the whole database to one file."""
    from campfill_pipeline.commands import database as command

    if auto == (file is not None):
        raise typer.BadParameter("give a file to write, or --auto, one of them")
    if file is None:
        document = command.backup_by_rule(load_settings(), quiet=as_json)
        if as_json:
            print_json(document)
    else:
        command.backup(load_settings(), file)


@db.command()
def restore(
    file: Annotated[Path, typer.Argument(help="A file made by `campfill db backup`.")],
    yes: Annotated[bool, typer.Option("--yes", help="Replace what is there without asking.")] = False,
) -> None:
    """Put the database back as it was in a backup; what was there is kept in backups/ in CAMPFILL_HOME."""
    from campfill_pipeline.commands import database as command

    command.restore(load_settings(), file, yes=yes)


@db.command()
def upgrade(
    programs: Annotated[
        Path | None,
        typer.Option(help="Folder of the old version's programs, where they are in no usual place."),
    ] = None,
) -> None:
    """Move the database to the PostgreSQL of this campfill; the old files stay beside."""
    from campfill_pipeline.commands import database as command

    command.upgrade(load_settings(), programs)


@db.command()
def reader(
    name: Annotated[str | None, typer.Option(help="The login's name; default: <database>_analysis.")] = None,
    revoke: Annotated[bool, typer.Option("--revoke", help="Take the login away.")] = False,
    as_json: Json = False,
) -> None:
    """Make a login for analysis tools, or give it a new password: it reads schema reporting only. Shown once."""
    from campfill_pipeline.commands import analysis_login as command

    settings = load_settings()
    login = command.run(settings, name, revoke=revoke)
    if as_json:
        print_json(login)
    elif login is None:
        typer.echo(in_language.say_here("The login is gone."), err=True)
    else:
        command.show(settings, login)


@door_token.command("new")
def door_token_new(
    name: Annotated[str, typer.Argument(help="Whose it is, or what for.")],
    may: Annotated[May, typer.Option(help="Only read, or upload and take back, too.")],
) -> None:
    """Make a token and show it, this once."""
    from campfill_pipeline.commands import door_token as command

    command.new(load_settings(), name, may.value)


@door_token.command("list")
def door_token_list(as_json: Json = False) -> None:
    """Show all tokens: what each may, when it was made, last used, revoked."""
    from campfill_pipeline.commands import door_token as command

    document = command.facts(load_settings())
    if as_json:
        print_json(document)
    else:
        command.show(document)


@door_token.command("revoke")
def door_token_revoke(name: Annotated[str, typer.Argument(help="Its name.")]) -> None:
    """From now on a token opens nothing."""
    from campfill_pipeline.commands import door_token as command

    command.revoke(load_settings(), name)


_MOST_FAULT_BYTES = 5_000_000  # of the file of faults; an older one is kept beside


def _keep_trace(error: BaseException) -> Path | None:
    """Write the details of an unexpected fault to the log folder: people see a sentence, maintainers the trace."""
    try:
        logs = load_settings().logs
        logs.mkdir(parents=True, exist_ok=True)
        file = logs / "campfill-faults.log"
        if file.exists() and file.stat().st_size > _MOST_FAULT_BYTES:
            file.replace(file.with_name(f"{file.name}.1"))
        with file.open("a", encoding="utf-8") as log:
            log.write(f"{datetime.now(UTC).isoformat()} campfill {' '.join(sys.argv[1:])}\n")
            log.write("".join(traceback.format_exception(error)) + "\n")
    except (OSError, ValueError):
        return None
    return file


def command() -> TyperGroup:
    """The parser of everything that can be typed, in English."""
    made = get_command(app)
    assert isinstance(made, TyperGroup)
    return made


def main(arguments: list[str] | None = None, *, parser: TyperGroup | None = None) -> Any:
    """Entry point: every fault ends as a sentence and exit code 1, never as a traceback.

    `parser` is a new one of `command` where it was made before.
    """
    try:
        return in_language.run(parser or command(), arguments)
    except KeyboardInterrupt:
        return sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()  # the reader (head, less) has seen enough
        return sys.exit(0)
    except Exception as error:  # noqa: BLE001 - the outermost door: recorded, then said in a sentence
        if isinstance(error, CampfillError):
            in_language.say_fault(error)
        elif is_disk_full(error):
            in_language.say_fault(DiskFullError(load_settings().home))
        else:
            file = _keep_trace(error)
            in_language.say_fault(UnexpectedFaultError(error, file))
        return sys.exit(1)


if __name__ == "__main__":
    main()
