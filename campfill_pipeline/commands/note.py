"""`campfill note`: a dated remark on a line, or on all, that marks a change."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import typer

from campfill_pipeline.commands import render, typed
from campfill_pipeline.language.speaking import say
from campfill_pipeline.settings import Settings
from campfill_pipeline.warehouse import database
from campfill_pipeline.warehouse.postgres import server
from campfill_pipeline.warehouse.readers.notes import add_note


def run(settings: Settings, text: str, line: str | None) -> dict[str, Any]:
    """Store the remark as of now; answers what was stored."""
    words = " ".join(text.split())
    if not words:
        raise typer.BadParameter("a note needs words, like: campfill note 'floor lowered'")
    try:
        line_id = None if line is None else typed.uuid(line)
    except ValueError:
        raise typer.BadParameter(
            f"{line!r} is no line id; copy it from the list or from campfill fulfillment"
        ) from None
    now = datetime.now(UTC)
    day = now.astimezone(settings.timezone).date()
    with database.connect(server.database_url(settings)) as connection:
        number = add_note(connection, words, line_id=line_id, day=day, now=now)
    return {
        "note_no": number,
        "line_id": None if line_id is None else str(line_id),
        "day": day.isoformat(),
        "text": words,
    }


@render.aloud
def show(document: dict[str, Any]) -> None:
    """What was stored, as a sentence."""
    told = {"day": render.on(date.fromisoformat(document["day"])), "text": document["text"]}
    typer.echo(
        say("Noted for all lines on {day}: {text}", **told)
        if document["line_id"] is None
        else say("Noted on line {id} on {day}: {text}", id=document["line_id"], **told)
    )
