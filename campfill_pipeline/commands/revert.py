"""`campfill revert`: take back what an upload changed."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import typer
from rich.markup import escape

from campfill_pipeline.commands import render
from campfill_pipeline.commands.progress import progress
from campfill_pipeline.language import notation
from campfill_pipeline.language.speaking import Language, say, say_many, spoken, word
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
            _show(document, would=True)
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


@render.aloud
def _show(document: dict[str, Any], *, would: bool = False) -> None:
    console = render.console()
    done = _done(in_force=document["in_force"], would=would)
    if "ids" in document or "counts" in document:
        held: int = document["ids"] if "ids" in document else document["counts"]
        told = {"file": escape(document["file"]), "done": done, "count": notation.number(held)}
        console.print(
            say("{file}: {done} with {count} ids; their rows are attributed anew", **told)
            if "ids" in document
            else say("{file}: {done} with {count} figures of a second count", **told)
        )
        return
    if "delivery" in document:
        _show_delivery(document, done)
        return
    back, left = len(document["taken_back"]), len(document["left"])
    lines = say_many("{lines} line", "{lines} lines", back, lines=notation.number(back))
    console.print(say("{file}: {done}: {lines}", file=escape(document["file"]), done=done, lines=lines))
    for line in document["taken_back"][:SHOWN]:
        console.print(f"    {word(line['action'])}: {escape(line['name'])}")
        for change in document["changes"]:
            if change["line_id"] == line["line_id"]:
                values = f"{_value(change['before'])} → {_value(change['after'])}"
                console.print(f"        {escape(_field(change['field']))}: {escape(values)}")
    if back > SHOWN:
        console.print("    " + say("… and {more} more; --json lists all", more=notation.number(back - SHOWN)))
    if left:
        console.print(
            say_many(
                "{lines} line is left as a later list has it:",
                "{lines} lines are left as later lists have them:",
                left,
                lines=notation.number(left),
            )
        )
    for line in document["left"][:SHOWN]:
        by = say("by {file}", file=escape(line["file_name"]))
        console.print(f"    {escape(line['name'])} ({by})")


def _done(*, in_force: bool, would: bool) -> str:
    if would:
        return say("would be back in force") if in_force else say("would be taken back")
    return say("back in force") if in_force else say("taken back")


def _show_delivery(document: dict[str, Any], done: str) -> None:
    """An export: what its days and lines were, and what they are now."""
    console = render.console()
    delivery = document["delivery"]
    days, lines = delivery["days"], delivery["lines"]
    told = {"file": escape(document["file"]), "done": done}
    console.print(say("{file}: {done}. What exports tell of its lines in its hours:", **told))
    if not days:
        console.print("    " + say("nothing changes: other exports in force say the same"))
    for day in days[:SHOWN]:
        known = "" if day["status_before"] == day["status_after"] else word(STATUS[day["status_after"]])
        console.print(f"    {_day(day['day'])}: {_figure(day['before'])} → {_figure(day['after'])}{known}")
    if len(days) > SHOWN:
        console.print("    " + say("and {more} more days", more=notation.number(len(days) - SHOWN)))
    for line in lines[:SHOWN]:
        console.print(f"    {escape(line['name'])}: {_figure(line['before'])} → {_figure(line['after'])}")
    if len(lines) > SHOWN:
        console.print("    " + say("and {more} more lines", more=notation.number(len(lines) - SHOWN)))


STATUS = {
    None: "; no export tells of this day any more",
    "partial": "; not whole any more",
    "complete": "; whole now",
}


def _day(value: date | str) -> str:
    return render.on(value if isinstance(value, date) else date.fromisoformat(value))


def _field(name: str) -> str:
    return name if spoken() is Language.ENGLISH else word(name.replace("_", " "))


def _figure(value: Decimal | str) -> str:
    return notation.number(Decimal(value), 2)


def _value(text: str | None) -> str:
    return say("blank") if text is None else text
