"""`campfill revert`: take back what an upload changed."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import typer

from campfill_pipeline.commands import render
from campfill_pipeline.commands.progress import progress
from campfill_pipeline.settings import load_settings


def run(upload_id: str, *, quiet: bool) -> dict[str, Any]:
    """Runs the revert job and brings fulfillment up to date. Returns what was undone and what was left."""
    try:
        wanted = UUID(upload_id)
    except ValueError:
        raise typer.BadParameter(
            f"{upload_id!r} is no upload id; `campfill status --json` shows them"
        ) from None
    from campfill_pipeline.defs import reverting

    with progress(quiet=quiet) as show:
        document = reverting.run(load_settings(), wanted, show)
    if not quiet:
        console = render.console()
        for name, value in document.items():
            console.print(f"{name.replace('_', ' ')}: {len(value) if isinstance(value, list) else value}")
    return document
