"""`campfill refresh`: fetch delivery for some local days now, and bring fulfillment up to date."""

from __future__ import annotations

from datetime import date
from typing import Any

import typer

from campfill_pipeline.commands import render
from campfill_pipeline.commands.progress import progress
from campfill_pipeline.settings import load_settings


def run(first: date | None, last: date | None, *, quiet: bool) -> tuple[dict[str, Any], int]:
    """Returns what was fetched, per day, and the exit code: 1 where a day could not be fetched."""
    if first and last and first > last:
        raise typer.BadParameter(f"--from {first} lies after --to {last}")
    from campfill_pipeline.defs.local_runs import local_runs
    from campfill_pipeline.defs.refresh import refresh

    with progress(quiet=quiet) as show, local_runs(load_settings(), show) as runs:
        document = refresh(runs, first, last)
    if not quiet:
        console = render.console(stderr=True)
        for failure in document["failures"]:
            console.print(f"[red]▼[/] {failure}")
        rows = sum(day["rows"] for day in document["days"])
        console.print(f"{len(document['days']):,} days here, {rows:,} rows; fulfillment is up to date")
    return document, 1 if document["failures"] else 0
