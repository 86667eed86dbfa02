"""`campfill refresh`: fetch delivery for some local days now, and bring fulfillment up to date."""

from __future__ import annotations

from datetime import date
from typing import Any

import typer

from campfill_pipeline.commands import render
from campfill_pipeline.commands.progress import progress
from campfill_pipeline.settings import load_settings


def refused_sentence(day: date, source: str, refused: int) -> str:
    """What is to be known of rows that could not be used."""
    return (
        f"{day} ({source}): {refused:,} rows were refused; what was stored for them stays. "
        "Table reconciliation lists them: ask the owner of the reporting API."
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
        console = render.console(stderr=True)
        for failure in document["failures"]:
            console.print(f"[red]▼[/] {failure}")
        for day in document["days"]:
            if day["refused"]:
                console.print(f"[yellow]▲[/] {refused_sentence(day['day'], day['source'], day['refused'])}")
        rows = sum(day["rows"] for day in document["days"])
        console.print(f"{len(document['days']):,} days here, {rows:,} rows; fulfillment is up to date")
    return document, 1 if document["failures"] else 0
