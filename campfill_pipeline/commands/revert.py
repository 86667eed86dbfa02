"""`campfill revert`: take back what an upload changed."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import typer
from rich.markup import escape

from campfill_pipeline.commands import render
from campfill_pipeline.commands.progress import progress
from campfill_pipeline.settings import load_settings

SHOWN = 10


def run(upload_id: str, *, quiet: bool) -> dict[str, Any]:
    """Runs the revert job and brings fulfillment up to date. Returns what was undone and what was left."""
    try:
        wanted = UUID(upload_id)
    except ValueError:
        raise typer.BadParameter(
            f"{upload_id!r} is no upload id; `campfill status --json` shows them"
        ) from None
    from campfill_pipeline.defs.local_runs import local_runs
    from campfill_pipeline.defs.reverting import take_upload_back

    with progress(quiet=quiet) as show, local_runs(load_settings(), show) as runs:
        document = take_upload_back(runs, wanted)
    if not quiet:
        _show(document)
    return document


def _show(document: dict[str, Any]) -> None:
    console = render.console()
    console.print(f"{document['file']}: taken back with {len(document['taken_back']):,} lines")
    for line in document["taken_back"][:SHOWN]:
        console.print(f"    {line['action']}: {escape(line['name'])}")
    if document["left"]:
        console.print(f"{len(document['left']):,} lines are left, because later uploads changed them again:")
    for line in document["left"][:SHOWN]:
        console.print(f"    {escape(line['name'])} (by {escape(line['file_name'])})")
