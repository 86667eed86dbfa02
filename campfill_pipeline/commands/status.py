"""`campfill status`: uploads, the latest refresh, what waits, what failed."""

from __future__ import annotations

import os
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from campfill_pipeline.commands import render, running
from campfill_pipeline.domain.uploads import UploadStatus
from campfill_pipeline.intake.inbox import dropped_objects
from campfill_pipeline.intake.inbox.settling import is_dropped_file
from campfill_pipeline.language import notation
from campfill_pipeline.language.retelling import retold
from campfill_pipeline.language.speaking import say, say_many, word
from campfill_pipeline.settings import Settings
from campfill_pipeline.storage.errors import StorageError
from campfill_pipeline.storage.objects import open_objects
from campfill_pipeline.warehouse import daemon_seat, database
from campfill_pipeline.warehouse.postgres import server
from campfill_pipeline.warehouse.readers import status
from campfill_pipeline.warehouse.register import uploads

PERIODS = {"7d": "ended in 7 days", "30d": "ended in 30 days", "this_year": "ended this year"}
MARKS = {
    UploadStatus.RECEIVED: ("…", "cyan"), UploadStatus.LOADED: ("●", "blue"),
    UploadStatus.PARTLY_LOADED: ("▲", "yellow"),
    UploadStatus.REJECTED: ("▼", "red"), UploadStatus.DUPLICATE: ("○", "bright_black"),
    "reverted": ("○", "bright_black"),
}  # fmt: skip
STATES = {state: str(state).replace("_", " ") for state in MARKS}
COLUMNS = (
    ("no.", "right"), ("received", "left"), ("file", "left"), ("status", "left"), ("rows", "right"),
    ("rejected", "right"),
)  # fmt: skip
WINDOWS = (("", "left"), ("lines", "right"), ("", "left"), ("fulfilled", "right"), ("Σ delivered", "right"))


def facts(settings: Settings) -> dict[str, Any]:
    """What is known right now; see `warehouse.status.facts`. `files_waiting` counts files still lying in the inbox."""
    now = datetime.now(UTC)
    with database.connect(server.database_url(settings)) as connection:
        found = status.facts(connection, now=now)
        elsewhere = daemon_seat.holder(connection)  # one of several machines
        lying = _waiting_in_storage(settings, connection)
    known = {source["source"].removesuffix("_day") for source in found["delivery"]}
    further = settings.connectors or settings.reporting_url
    found["never_fetched"] = [name for name in settings.asked if further and name not in known]
    found["connected"] = bool(further)
    found["files_waiting"] = len(waiting_files(settings.inbox)) + lying
    found["up"] = elsewhere is not None or running.holder(settings.home) is not None
    found["now"] = now.astimezone(settings.timezone)
    return found


def _waiting_in_storage(settings: Settings, connection: database.Connection) -> int:
    """How many objects lie in the inbox of the object store and are not in the ledger; none where it is away."""
    with suppress(StorageError):  # `campfill doctor` says what is wrong with it
        if store := open_objects(settings):
            claims = [each.claim for each in dropped_objects.waiting(store)]
            return len(claims) - len(uploads.entered(connection, claims))
    return 0


def waiting_files(inbox: Path) -> list[Path]:
    """Files in the inbox that will be read: no lock files, nothing that is still being copied."""
    if not inbox.is_dir():
        return []
    with os.scandir(inbox) as entries:
        return [Path(entry.path) for entry in entries if is_dropped_file(entry)]


@render.aloud
def show(found: dict[str, Any]) -> None:
    """The same at a glance, at 80 columns."""
    console = render.console()
    _show_figures(console, found)
    _show_delivery(console, found)
    _show_uploads(console, found)


def _show_figures(console: Console, found: dict[str, Any]) -> None:
    figures = found["fulfillment"]
    if not figures["lines"]:
        console.print(
            say("No lines yet. Drop a campaign list into the inbox, or run: campfill ingest FILE") + "\n"
        )
        return
    console.print(
        say_many(
            "[bold]{lines} line[/], {live} live, {covered} covered; as of {day}, computed {moment}",
            "[bold]{lines} lines[/], {live} live, {covered} covered; as of {day}, computed {moment}",
            figures["lines"],
            lines=notation.number(figures["lines"]),
            live=notation.number(figures["live"]),
            covered=notation.number(figures["covered"]),
            day=render.on(figures["as_of"]),
            moment=render.moment(figures["refreshed_at"], found["now"]),
        )
    )
    if figures["value_at_risk_eur"]:
        console.print(
            say(
                "At risk or lost with covered lines: [bold]{euros}[/]",
                euros=render.money(figures["value_at_risk_eur"]),
            )
        )
    table = render.table(*WINDOWS)
    for window in found["windows"]:
        table.add_row(
            word(PERIODS[window["period"]]),
            render.whole(window["lines"]),
            render.bar(window["fulfilled_pct"]),
            render.percent(window["fulfilled_pct"]),
            render.percent(window["delivered_pct"]),
        )
    if found["windows"]:
        console.print(table)
    console.print()


def _show_delivery(console: Console, found: dict[str, Any]) -> None:
    if not found["delivery"]:
        console.print(
            (
                say("Delivery: nothing fetched yet. Run: campfill refresh (or drop a CSV export)")
                if found["connected"]
                else say(
                    "Delivery: none yet. Set CAMPFILL_REPORTING_URL, or drop CSV exports into the inbox."
                )
            )
            + "\n"
        )
        return
    for name in found["never_fetched"]:
        console.print(
            say(
                "Delivery ({name}): [yellow]nothing fetched yet[/]. Run: campfill refresh --connector {name}",
                name=name,
            )
        )
    for source in found["delivery"]:
        console.print(
            say_many(
                "Delivery ({name}): {days} complete day, {first} … {last}; fetched {moment}",
                "Delivery ({name}): {days} complete days, {first} … {last}; fetched {moment}",
                source["complete_days"],
                name=source["source"],
                days=notation.number(source["complete_days"]),
                first=_day(source["first_complete_day"]),
                last=_day(source["last_complete_day"]),
                moment=render.moment(source["latest_fetch"], found["now"]),
            )
        )
        for hole in found["holes"]:
            if hole["source"] == source["source"]:
                console.print(f"  [yellow]▲ {_missing(hole)}[/]")
        if source["failing_days"]:
            failing = say_many(
                "  [red]▼ {days} day failing[/]: {told}",
                "  [red]▼ {days} days failing[/]: {told}",
                source["failing_days"],
                days=notation.number(source["failing_days"]),
                told=retold(source["latest_failure"] or ""),
            )
            console.print(failing)
        if source["refused_rows"]:
            console.print(f"  [yellow]▲ {refused(source)}[/]")
    console.print()


def _missing(hole: dict[str, Any]) -> str:
    command = f"campfill refresh --from {hole['first']} --to {hole['last']}"
    return say_many(
        "{days} day between them is missing. Run: {command}",
        "{days} days between them are missing. Run: {command}",
        hole["days"],
        days=notation.number(hole["days"]),
        command=command,
    )


def refused(source: dict[str, Any]) -> str:
    """How many rows of a source could not be used, in one sentence."""
    return say_many(
        "{rows} row refused; what was stored for it stays. It is listed in table reconciliation.",
        "{rows} rows refused; what was stored for them stays. They are listed in table reconciliation.",
        source["refused_rows"],
        rows=notation.number(source["refused_rows"]),
    )


def _day(day: date | None) -> str:
    return "–" if day is None else render.on(day)


def _show_uploads(console: Console, found: dict[str, Any]) -> None:
    counts = found["counts"]
    waits = counts["waiting"] + found["files_waiting"]
    console.print(
        say(
            "Uploads: {uploads} so far, {waiting} waiting, {rejected} rejected in the last 7 days",
            uploads=notation.number(counts["uploads"]),
            waiting=notation.number(waits),
            rejected=notation.number(counts["rejected_last_7_days"]),
        )
    )
    if not found["up"]:
        console.print(say("[yellow]campfill up does not run here[/]: nothing is read or fetched by itself."))
    table = render.table(*COLUMNS)
    table.columns[2].max_width = 22
    for upload in found["uploads"]:
        state = "reverted" if upload["reverted_at"] else upload["status"]
        mark, style = MARKS[state]
        table.add_row(
            str(upload["seq"]),
            render.moment(upload["received_at"], found["now"]),
            Text(upload["file_name"]),
            Text(f"{mark} {word(STATES[state])}", style=style),
            render.whole(upload["rows_read"]),
            render.whole(upload["rows_rejected"]),
        )
    if found["uploads"]:
        console.print(table)
