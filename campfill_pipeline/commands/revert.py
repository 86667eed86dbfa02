"""`campfill revert`: take back what an upload changed."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import typer
from rich.markup import escape

from campfill_pipeline.commands import render
from campfill_pipeline.commands.progress import progress
from campfill_pipeline.settings import Settings, load_settings
from campfill_pipeline.warehouse import database
from campfill_pipeline.warehouse.postgres import server
from campfill_pipeline.warehouse.register import uploads

SHOWN = 10


def run(upload_id: str, *, again: bool = False, quiet: bool, dry_run: bool = False) -> dict[str, Any]:
    """Runs the revert job and brings fulfillment up to date. Returns what was undone and what was left.

    `dry_run`: only says so, and changes nothing.
    """
    settings = load_settings()
    wanted = _upload(settings, upload_id)
    if dry_run:
        with database.connect(server.database_url(settings)) as connection:
            from campfill_pipeline.intake.taking_back import take_back

            document = take_back(settings, connection, wanted, datetime.now(UTC), again=again, dry_run=True)
        if not quiet:
            _show(document, "would be ")
        return document
    from campfill_pipeline.defs.local_runs import local_runs
    from campfill_pipeline.defs.revert import take_upload_back

    with progress(quiet=quiet) as show, local_runs(settings, show) as runs:
        document = take_upload_back(runs, wanted, again=again)
    if not quiet:
        _show(document)
    return document


def _upload(settings: Settings, given: str) -> UUID:
    """The id that was given, or that of the upload whose number was given."""
    if given.isdecimal():
        with database.connect(server.database_url(settings)) as connection:
            known = uploads.by_number(connection, int(given))
        if known:
            return known.upload_id
        raise typer.BadParameter(f"there is no upload {given}; `campfill status` shows the latest ones")
    try:
        return UUID(given)
    except ValueError:
        raise typer.BadParameter(
            f"{given!r} is neither an upload's number, as `campfill status` shows it, nor its id"
        ) from None


def _show(document: dict[str, Any], would: str = "") -> None:
    console = render.console()
    if "ids" in document:
        done = f"{would}back in force" if document["in_force"] else f"{would}taken back"
        console.print(
            f"{escape(document['file'])}: {done} with {document['ids']:,} ids; their rows are attributed anew"
        )
        return
    if "counts" in document:
        done = f"{would}back in force" if document["in_force"] else f"{would}taken back"
        console.print(
            f"{escape(document['file'])}: {done} with {document['counts']:,} figures of a second count"
        )
        return
    if "delivery" in document:
        _show_delivery(document, would)
        return
    back, left = len(document["taken_back"]), len(document["left"])
    done = f"{would}back in force" if document["in_force"] else f"{would}taken back"
    console.print(f"{document['file']}: {done} with {back:,} {'line' if back == 1 else 'lines'}")
    for line in document["taken_back"][:SHOWN]:
        console.print(f"    {line['action']}: {escape(line['name'])}")
        for change in document["changes"]:
            if change["line_id"] == line["line_id"]:
                told = f"{change['field']}: {_value(change['before'])} → {_value(change['after'])}"
                console.print(f"        {escape(told)}")
    if back > SHOWN:
        console.print(f"    … and {back - SHOWN:,} more; --json lists all")
    if left:
        lines = (
            "line is left as a later list has it" if left == 1 else "lines are left as later lists have them"
        )
        console.print(f"{left:,} {lines}:")
    for line in document["left"][:SHOWN]:
        console.print(f"    {escape(line['name'])} (by {escape(line['file_name'])})")


def _show_delivery(document: dict[str, Any], would: str) -> None:
    """An export: what its days and lines were, and what they are now."""
    console = render.console()
    delivery = document["delivery"]
    days, lines = delivery["days"], delivery["lines"]
    done = f"{would}back in force" if document["in_force"] else f"{would}taken back"
    console.print(f"{escape(document['file'])}: {done}. What exports tell of its lines in its hours:")
    if not days:
        console.print("    nothing changes: other exports in force say the same")
    for day in days[:SHOWN]:
        known = "" if day["status_before"] == day["status_after"] else _STATUS[day["status_after"]]
        console.print(f"    {day['day']}: {_figure(day['before'])} → {_figure(day['after'])}{known}")
    if len(days) > SHOWN:
        console.print(f"    and {len(days) - SHOWN:,} more days")
    for line in lines[:SHOWN]:
        console.print(f"    {escape(line['name'])}: {_figure(line['before'])} → {_figure(line['after'])}")
    if len(lines) > SHOWN:
        console.print(f"    and {len(lines) - SHOWN:,} more lines")


_STATUS = {
    None: "; no export tells of this day any more",
    "partial": "; not whole any more",
    "complete": "; whole now",
}


def _figure(value: Decimal | str) -> str:
    return f"{Decimal(value):,.2f}"


def _value(text: str | None) -> str:
    return "blank" if text is None else text
