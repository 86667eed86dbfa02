"""`campfill refresh`: fetch delivery for some local days now, and bring fulfillment up to date."""

from __future__ import annotations

from datetime import date
from typing import Any

import typer

from campfill_pipeline.commands import render
from campfill_pipeline.commands.progress import progress
from campfill_pipeline.language import notation
from campfill_pipeline.language.retelling import retold
from campfill_pipeline.language.speaking import say, say_many
from campfill_pipeline.settings import load_settings


def refused_sentence(day: date, source: str, refused: int) -> str:
    """What is to be known of rows that could not be used."""
    return say_many(
        "{day} ({source}): {rows} row was refused; what was stored for it stays. Table reconciliation lists it: ask "
        "the owner of the reporting API.",
        "{day} ({source}): {rows} rows were refused; what was stored for them stays. Table reconciliation lists them: "
        "ask the owner of the reporting API.",
        refused,
        day=render.on(day),
        source=source,
        rows=notation.number(refused),
    )


@render.aloud
def show_fetched(document: dict[str, Any]) -> None:
    """What was fetched, what failed, what was refused."""
    console = render.console(stderr=True)
    for failure in document["failures"]:
        console.print(f"[red]▼[/] {retold(failure)}")
    for day in document["days"]:
        if day["refused"]:
            console.print(f"[yellow]▲[/] {refused_sentence(day['day'], day['source'], day['refused'])}")
    here = [day for day in document["days"] if day.get("status") not in ("failed", "gone")]
    if document["failures"] and not here:
        console.print(say("None of these days is here. What was stored before still counts."))
        return
    rows = sum(day["rows"] for day in here)
    console.print(
        say_many(
            "{days} day here, {rows} rows; fulfillment is up to date",
            "{days} days here, {rows} rows; fulfillment is up to date",
            len(here),
            days=notation.number(len(here)),
            rows=notation.number(rows),
        )
    )


def run(
    first: date | None, last: date | None, *, accept: bool, quiet: bool, only: str | None = None
) -> tuple[dict[str, Any], int]:
    """Returns what was fetched, per day, and the exit code: 1 where a day could not be fetched.

    `accept`: days are taken as they come, even where most of what they held is missing. `only`: this API is asked.
    """
    if first and last and first > last:
        raise typer.BadParameter(f"--from {first} lies after --to {last}")
    from campfill_pipeline.defs.local_runs import local_runs
    from campfill_pipeline.defs.refresh import refresh

    with progress(quiet=quiet) as show, local_runs(load_settings(), show) as runs:
        document = refresh(runs, first, last, accept=accept, only=only)
    if not quiet:
        show_fetched(document)
    return document, 1 if document["failures"] else 0
