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
from campfill_pipeline.intake.inbox import dropped_objects, fetching
from campfill_pipeline.language import notation
from campfill_pipeline.language.retelling import retold
from campfill_pipeline.language.speaking import Language, say, say_many, speaking
from campfill_pipeline.settings import ReportingSource, Settings, environment
from campfill_pipeline.storage import originals
from campfill_pipeline.storage.errors import StorageError
from campfill_pipeline.storage.objects import open_objects
from campfill_pipeline.warehouse import daemon_seat, database
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
            say("{name} folder", name=name),
            usable,
            str(folder),
            "" if usable else say("give yourself read and write access to {path}", path=folder),
        )
    free = shutil.disk_usage(settings.home).free
    yield Finding(
        say("disk space"),
        free > LITTLE_BYTES,
        say("{size} GB free", size=notation.number(free / 1e9, 1)),
        say("free some space, or move CAMPFILL_HOME to a larger disk"),
    )


def _inbox(settings: Settings) -> Iterator[Finding]:
    """What was dropped and will not be read: folders, and files that are closed to us."""
    strange = [
        entry for entry in settings.inbox.iterdir() if entry.is_dir() and not entry.name.startswith(".")
    ]
    if strange:
        yield Finding(
            say("folders in the inbox"),
            False,
            ", ".join(sorted(entry.name for entry in strange)[:5]),
            say("folders are not read: put the files themselves into the inbox"),
        )
    closed = [file for file in waiting_files(settings.inbox) if not os.access(file, os.R_OK)]
    if closed:
        yield Finding(
            say("files that cannot be read"),
            False,
            ", ".join(sorted(file.name for file in closed)[:5]),
            say("give the user who runs campfill the right to read them"),
        )


def _list_addresses(settings: Settings) -> Iterator[Finding]:
    for address in settings.list_urls:
        known = fetching.remembered(settings, address)
        name = say("list at {path}", path=address.shown)
        if known.fault:
            since = say(
                "{told} So since {moment}; the last list stays in force.",
                told=retold(known.fault),
                moment=known.fault_since,
            )
            mend = say("mend the address in CAMPFILL_LIST_URLS, or how the list is shared")
            yield Finding(name, False, since, mend)
        elif known.looked_at:
            told = {"moment": known.looked_at, "changed": known.fetched_at}
            yield Finding(name, True, say("looked at {moment}, changed {changed}", **told))
        else:
            yield Finding(name, None, say("was never looked at"), say("campfill lists fetch, or campfill up"))


def _up(settings: Settings) -> Iterator[Finding]:
    if settings.broker_url is not None:
        return  # among several machines, what matters is whether one of them has the daemon: `_workers`
    pid = running.holder(settings.home)
    yield Finding(
        "campfill up",
        True if pid else None,
        say("runs as process {pid}", pid=pid)
        if pid
        else say("does not run in this home: nothing is read or fetched by itself"),
        "" if pid else say("start it where you want it to run: campfill up"),
    )


def _workers(settings: Settings) -> Iterator[Finding]:
    """Where several machines work together: the broker, who hands out the runs, and who takes them."""
    if settings.broker_url is None:
        return
    from campfill_pipeline.defs import broker

    seen = broker.look(settings)
    yield Finding(
        say("broker"),
        seen.fault is None,
        seen.fault or say("answers; runs waiting in it: {waiting}", waiting=notation.number(seen.waiting)),
        say("check CAMPFILL_BROKER_URL, and that Redis runs there"),
    )
    if seen.fault is None:
        yield Finding(
            say("workers"),
            bool(seen.workers),
            ", ".join(seen.workers) or say("none: no run is begun"),
            say("start one on each worker machine: campfill up --role worker"),
        )
    with database.connect(server.database_url(settings)) as connection:
        keeper = daemon_seat.holder(connection)
    yield Finding(
        say("daemon"),
        keeper is not None,
        keeper or say("none: nothing is read or fetched by itself"),
        say("start one on one machine: campfill up --role daemon"),
    )


def _storage(settings: Settings) -> Iterator[Finding]:
    """Where an object store is set: does it answer, and does it keep what taking files from it needs?"""
    store = open_objects(settings)
    if store is None:
        return
    name = say("object storage")
    try:
        lying, folders = dropped_objects.waiting(store), dropped_objects.in_folders(store)
        kept = store.promises
    except StorageError as fault:
        yield Finding(name, False, retold(fault.problem), retold(fault.mend))
        return
    yield Finding(
        name,
        True,
        say(
            "{path} answers; objects in its inbox: {count}",
            path=store.shown,
            count=notation.number(len(lying)),
        ),
    )
    if not kept.puts_once:
        yield Finding(
            say("claims in object storage"),
            False,
            say(
                "it puts over what is there, although told not to: two machines may read one file, and it counts once"
            ),
            say("use a store that looks at the header If-None-Match when something is put"),
        )
    if not kept.deletes_what_was_seen:
        yield Finding(
            say("inbox in object storage"),
            False,
            say("it deletes without looking at the header If-Match, so what was read stays in the inbox"),
            say("have the store delete objects below inbox/ after some days, by a rule of the bucket"),
        )
    if folders:
        yield Finding(
            say("folders in the inbox"),
            False,
            ", ".join(folders[:5]),
            say("folders are not read: put the files themselves into the inbox"),
        )


def _archive(settings: Settings, names: list[str]) -> Finding:
    """Originals that the ledger names and nobody finds: without them, nothing can be made again."""
    missing = originals.missing(settings, names)
    return Finding(
        say("archive"),
        not missing,
        say(
            "{count} originals, {missing} missing",
            count=notation.number(len(names)),
            missing=notation.number(len(missing)),
        )
        + (say(", such as {file}", file=missing[0]) if missing else ""),
        say(
            "put the missing originals back into the archive folder from a copy: rebuild and receipts need them"
        ),
    )


def _backups(settings: Settings) -> Iterator[Finding]:
    if settings.backup_dir is None:
        yield Finding(
            say("backups"),
            None,
            say("none are made: CAMPFILL_BACKUP_DIR is not set"),
            say("set it to a folder, best on another disk; then campfill db backup --auto, and every night"),
        )
        return
    good = kept_backups.proven(settings.backup_dir)
    if not good:
        yield Finding(
            say("backups"),
            False,
            say("no proven backup in {path}", path=settings.backup_dir),
            say("make one, and see what it says: campfill db backup --auto"),
        )
        return
    age = datetime.now(UTC) - good[-1].made_at
    hours = int(age.total_seconds() // 3600)
    yield Finding(
        say("backups"),
        age < FRESH_FOR,
        say_many(
            "{count} proven, the newest {hours} hour old ({file})",
            "{count} proven, the newest {hours} hours old ({file})",
            hours,
            count=len(good),
            hours=hours,
            file=good[-1].file.name,
        ),
        say("the last nights failed: see the runs of job backup, or make one now: campfill db backup --auto"),
    )


def _database(settings: Settings) -> Iterator[Finding]:
    url = server.database_url(settings)
    with database.connect(url) as connection:
        version = connection.info.server_version
        yield Finding(
            say("database"),
            True,
            say(
                "PostgreSQL {version} answers on port {port}",
                version=version // 10000,
                port=connection.info.port,
            ),
        )
        if housekeeping.collation_changed(url):
            yield Finding(
                say("sorting"),
                False,
                say("the server sorts text by other rules than when the indexes were built"),
                say("build them anew: campfill maintain (every night does it)"),
            )
        facts = status.facts(connection, now=datetime.now(UTC))
        counted_in = zone.counted_in(connection)
        originals = status.archived(connection)
    if counted_in not in (None, settings.timezone.key):
        changed = zone.ZoneChangedError(counted_in or "", settings.timezone.key)
        yield Finding(say("time zone"), False, retold(changed.problem), retold(changed.mend))
    late = [
        upload
        for upload in facts["uploads"]
        if upload["status"] == UploadStatus.RECEIVED
        and (datetime.now(UTC) - upload["received_at"]).total_seconds() > LONG_WAIT_MINUTES * 60
    ]
    yield Finding(
        say("uploads"), not late,
        say(
            "{waiting} waiting, {late} of them for more than {minutes} minutes",
            waiting=facts["counts"]["waiting"], late=len(late), minutes=LONG_WAIT_MINUTES,
        ),
        say("is campfill up? Its daemon processes uploads; see logs/ in CAMPFILL_HOME"),
    )  # fmt: skip
    for source in facts["delivery"]:
        if source["failing_days"]:
            text = say_many(
                "{days} day failing: {told}",
                "{days} days failing: {told}",
                source["failing_days"],
                days=source["failing_days"],
                told=retold(source["latest_failure"] or ""),
            )
            yield Finding(say("delivery"), False, text, say("run campfill refresh once mended"))
        if source["refused_rows"]:
            yield Finding(
                say("rows of {source}", source=source["source"]),
                False,
                say_many(
                    "{rows} row was refused; figures may lack what it told",
                    "{rows} rows were refused; figures may lack what they told",
                    source["refused_rows"],
                    rows=notation.number(source["refused_rows"]),
                ),
                say(
                    "see table reconciliation (refused_row); ask the owner of the reporting API, then fetch the day "
                    "again"
                )
                if not source["source"].startswith("csv")
                else say("mend the rows that the receipt lists, and drop the export again"),
            )
    yield _archive(settings, originals)


def _token(settings: Settings) -> Iterator[Finding]:
    for source in settings.sources(environment()):
        file = source.token_file
        if file.exists():
            private = not stat.S_IMODE(file.stat().st_mode) & 0o077
            yield Finding(
                say("token file"),
                private,
                str(file),
                ""
                if private
                else say("run {command} again: others can read the file", command=source.command),
            )


def _reporting(settings: Settings) -> Iterator[Finding]:
    """Each API is asked on its own: one that is down, or badly described, keeps no other from being seen."""
    for source in settings.sources(environment()):
        try:
            yield from _reporting_api(settings, source)
        except CampfillError as error:
            yield Finding(_named(say("reporting API"), source), False, source.told(retold(str(error))), "")


def _named(what: str, source: ReportingSource) -> str:
    return what if source.is_first else f"{what} {source.name}"


def _reporting_api(settings: Settings, source: ReportingSource) -> Iterator[Finding]:
    from campfill_pipeline.reporting.connecting import trial
    from campfill_pipeline.reporting.description import connector

    described = connector.load(source.described)
    yield Finding(_named(say("connector"), source), True, f"{described.name} ({source.described})")
    if not (source.url or described.base_url):
        yield Finding(
            _named(say("reporting API"), source),
            None if source.is_first else False,
            say("not set up"),
            say("set {name}, or drop CSV exports into the inbox", name=source.variable("URL"))
            if source.is_first
            else say("set {name}", name=source.variable("URL")),
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
        _named(say("reporting API"), source),
        True,
        say_many(
            "answers; {rows} row in the last full hour asked for",
            "answers; {rows} rows in the last full hour asked for",
            shown.received,
            rows=notation.number(shown.received),
        ),
        rows=rows,
    )


CHECKS: tuple[Callable[[Settings], Iterator[Finding]], ...] = (
    _folders, _inbox, _storage, _list_addresses, _up, _workers, _database, _backups, _token, _reporting,
)  # fmt: skip


def run(settings: Settings, *, quiet: bool) -> tuple[list[dict[str, Any]], int]:
    """Make every check; returns the findings and the exit code, 1 where something is wrong."""
    findings: list[Finding] = []
    # JSON is the same in every language; a terminal speaks that of its house.
    with speaking(Language.ENGLISH if quiet else settings.language):
        for check in CHECKS:
            try:
                findings.extend(check(settings))
            except Exception as error:  # noqa: BLE001 - a check that breaks is a finding, and the others are still made
                findings.append(Finding(check.__name__.strip("_"), False, retold(str(error)), ""))
        if not quiet:
            _show(findings)
    return [asdict(finding) for finding in findings], int(any(finding.ok is False for finding in findings))


def _show(findings: list[Finding]) -> None:
    console = render.console()
    for finding in findings:
        mark = {True: "[blue]●[/] ", False: "[red]▼[/] ", None: "[dim]○[/] "}[finding.ok]
        console.print(f"{mark}{finding.name}: {finding.found}")
        if not finding.ok and finding.mend:
            console.print("    " + say("mend: {mend}", mend=finding.mend))
        if finding.rows:
            table = render.table(*((name, "left") for name in finding.rows[0]))
            for row in finding.rows[:5]:
                table.add_row(*("–" if value is None else str(value) for value in row.values()))
            console.print("    " + say("the first rows as they would be stored:"))
            console.print(table)
