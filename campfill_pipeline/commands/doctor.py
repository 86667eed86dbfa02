"""`campfill doctor`: checks of everything that can be wrong, each with its mend."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from campfill_pipeline.commands import render, running
from campfill_pipeline.commands.status import waiting_files
from campfill_pipeline.domain.backup_keeping import FRESH_FOR
from campfill_pipeline.domain.disk_room import LITTLE_BYTES
from campfill_pipeline.domain.errors import CampfillError
from campfill_pipeline.domain.uploads import UploadStatus
from campfill_pipeline.intake.inbox import fetching
from campfill_pipeline.settings import ReportingSource, Settings, environment
from campfill_pipeline.warehouse import database
from campfill_pipeline.warehouse.delivery import zone
from campfill_pipeline.warehouse.postgres import housekeeping, kept_backups, server
from campfill_pipeline.warehouse.readers import status

LONG_WAIT_MINUTES = 10


@dataclass(frozen=True)
class Finding:
    """One check: `ok` is None where it could not be made (then `found` says why)."""

    name: str
    ok: bool | None
    found: str
    mend: str = ""
    rows: tuple[dict[str, Any], ...] = ()


def _folders(settings: Settings) -> Iterator[Finding]:
    settings.make_folders()
    for name, folder in (("home", settings.home), ("inbox", settings.inbox), ("outbox", settings.outbox)):
        usable = os.access(folder, os.R_OK | os.W_OK | os.X_OK)
        yield Finding(
            f"{name} folder",
            usable,
            str(folder),
            "" if usable else f"give yourself read and write access to {folder}",
        )
    free = shutil.disk_usage(settings.home).free
    yield Finding(
        "disk space",
        free > LITTLE_BYTES,
        f"{free / 1e9:,.1f} GB free",
        "free some space, or move CAMPFILL_HOME to a larger disk",
    )


def _inbox(settings: Settings) -> Iterator[Finding]:
    """What was dropped and will not be read: folders, and files that are closed to us."""
    strange = [
        entry for entry in settings.inbox.iterdir() if entry.is_dir() and not entry.name.startswith(".")
    ]
    if strange:
        yield Finding(
            "folders in the inbox",
            False,
            ", ".join(sorted(entry.name for entry in strange)[:5]),
            "folders are not read: put the files themselves into the inbox",
        )
    closed = [file for file in waiting_files(settings.inbox) if not os.access(file, os.R_OK)]
    if closed:
        yield Finding(
            "files that cannot be read",
            False,
            ", ".join(sorted(file.name for file in closed)[:5]),
            "give the user who runs campfill the right to read them",
        )


def _list_addresses(settings: Settings) -> Iterator[Finding]:
    for address in settings.list_urls:
        known = fetching.remembered(settings, address)
        name = f"list at {address.shown}"
        if known.fault:
            since = f"{known.fault} So since {known.fault_since}; the last list stays in force."
            yield Finding(
                name, False, since, "mend the address in CAMPFILL_LIST_URLS, or how the list is shared"
            )
        elif known.looked_at:
            yield Finding(name, True, f"looked at {known.looked_at}, changed {known.fetched_at}")
        else:
            yield Finding(name, None, "was never looked at", "campfill lists fetch, or campfill up")


def _up(settings: Settings) -> Iterator[Finding]:
    pid = running.holder(settings.home)
    yield Finding(
        "campfill up",
        True if pid else None,
        f"runs as process {pid}"
        if pid
        else "does not run in this home: nothing is read or fetched by itself",
        "" if pid else "start it where you want it to run: campfill up",
    )


def _archive(settings: Settings, names: list[str]) -> Finding:
    """Originals that the ledger names and nobody finds: without them, nothing can be made again."""
    missing = [name for name in names if not (settings.archive / name).is_file()]
    return Finding(
        "archive",
        not missing,
        f"{len(names):,} originals, {len(missing):,} missing"
        + (f", such as {missing[0]}" if missing else ""),
        "put the missing originals back into the archive folder from a copy: rebuild and receipts need them",
    )


def _backups(settings: Settings) -> Iterator[Finding]:
    if settings.backup_dir is None:
        yield Finding(
            "backups",
            None,
            "none are made: CAMPFILL_BACKUP_DIR is not set",
            "set it to a folder, best on another disk; then campfill db backup --auto, and every night",
        )
        return
    good = kept_backups.proven(settings.backup_dir)
    if not good:
        yield Finding(
            "backups",
            False,
            f"no proven backup in {settings.backup_dir}",
            "make one, and see what it says: campfill db backup --auto",
        )
        return
    age = datetime.now(UTC) - good[-1].made_at
    hours = int(age.total_seconds() // 3600)
    yield Finding(
        "backups",
        age < FRESH_FOR,
        f"{len(good)} proven, the newest {hours} hours old ({good[-1].file.name})",
        "the last nights failed: see the runs of job backup, or make one now: campfill db backup --auto",
    )


def _database(settings: Settings) -> Iterator[Finding]:
    url = server.database_url(settings)
    with database.connect(url) as connection:
        version = connection.info.server_version
        yield Finding(
            "database", True, f"PostgreSQL {version // 10000} answers on port {connection.info.port}"
        )
        if housekeeping.collation_changed(url):
            yield Finding(
                "sorting",
                False,
                "the server sorts text by other rules than when the indexes were built",
                "build them anew: campfill maintain (every night does it)",
            )
        facts = status.facts(connection, now=datetime.now(UTC))
        counted_in = zone.counted_in(connection)
        originals = status.archived(connection)
    if counted_in not in (None, settings.timezone.key):
        changed = zone.ZoneChangedError(counted_in or "", settings.timezone.key)
        yield Finding("time zone", False, changed.problem, changed.mend)
    late = [
        upload
        for upload in facts["uploads"]
        if upload["status"] == UploadStatus.RECEIVED
        and (datetime.now(UTC) - upload["received_at"]).total_seconds() > LONG_WAIT_MINUTES * 60
    ]
    yield Finding(
        "uploads", not late,
        f"{facts['counts']['waiting']} waiting, {len(late)} of them for more than {LONG_WAIT_MINUTES} minutes",
        "is campfill up? Its daemon processes uploads; see logs/ in CAMPFILL_HOME",
    )  # fmt: skip
    for source in facts["delivery"]:
        if source["failing_days"]:
            text = f"{source['failing_days']} days failing: {source['latest_failure']}"
            yield Finding("delivery", False, text, "run campfill refresh once mended")
        if source["refused_rows"]:
            yield Finding(
                f"rows of {source['source']}",
                False,
                f"{source['refused_rows']:,} rows were refused; figures may lack what they told",
                "see table reconciliation (refused_row); ask the owner of the reporting API, then fetch the day again"
                if not source["source"].startswith("csv")
                else "mend the rows that the receipt lists, and drop the export again",
            )
    yield _archive(settings, originals)


def _token(settings: Settings) -> Iterator[Finding]:
    for source in settings.sources(environment()):
        file = source.token_file
        if file.exists():
            private = not stat.S_IMODE(file.stat().st_mode) & 0o077
            yield Finding(
                "token file",
                private,
                str(file),
                "" if private else f"run {source.command} again: others can read the file",
            )


def _reporting(settings: Settings) -> Iterator[Finding]:
    """Each API is asked on its own: one that is down, or badly described, keeps no other from being seen."""
    for source in settings.sources(environment()):
        try:
            yield from _reporting_api(settings, source)
        except CampfillError as error:
            yield Finding(_named("reporting API", source), False, source.told(str(error)), "")


def _named(what: str, source: ReportingSource) -> str:
    return what if source.is_first else f"{what} {source.name}"


def _reporting_api(settings: Settings, source: ReportingSource) -> Iterator[Finding]:
    from campfill_pipeline.reporting.connecting import trial
    from campfill_pipeline.reporting.description import connector

    described = connector.load(source.described)
    yield Finding(_named("connector", source), True, f"{described.name} ({source.described})")
    if not (source.url or described.base_url):
        yield Finding(
            _named("reporting API", source),
            None if source.is_first else False,
            "not set up",
            f"set {source.variable('URL')}"
            + (", or drop CSV exports into the inbox" if source.is_first else ""),
        )
        return
    shown = trial.try_connector(
        described,
        source.url,
        source.current_token(),
        environ=environment(),
        now=datetime.now(UTC),
        timezone=settings.timezone,
    )
    rows = tuple(shown.rows)
    yield Finding(
        _named("reporting API", source),
        True,
        f"answers; {shown.received:,} rows in the last full hour asked for",
        rows=rows,
    )


CHECKS: tuple[Callable[[Settings], Iterator[Finding]], ...] = (
    _folders, _inbox, _list_addresses, _up, _database, _backups, _token, _reporting,
)  # fmt: skip


def run(settings: Settings, *, quiet: bool) -> tuple[list[dict[str, Any]], int]:
    """Make every check; returns the findings and the exit code, 1 where something is wrong."""
    findings: list[Finding] = []
    for check in CHECKS:
        try:
            findings.extend(check(settings))
        except Exception as error:  # noqa: BLE001 - a check that breaks is a finding, and the others are still made
            findings.append(Finding(check.__name__.strip("_"), False, str(error), ""))
    if not quiet:
        _show(findings)
    return [asdict(finding) for finding in findings], int(any(finding.ok is False for finding in findings))


def _show(findings: list[Finding]) -> None:
    console = render.console()
    for finding in findings:
        mark = {True: "[blue]●[/] ", False: "[red]▼[/] ", None: "[dim]○[/] "}[finding.ok]
        console.print(f"{mark}{finding.name}: {finding.found}")
        if not finding.ok and finding.mend:
            console.print(f"    mend: {finding.mend}")
        if finding.rows:
            table = render.table(*((name, "left") for name in finding.rows[0]))
            for row in finding.rows[:5]:
                table.add_row(*("–" if value is None else str(value) for value in row.values()))
            console.print("    the first rows as they would be stored:")
            console.print(table)
