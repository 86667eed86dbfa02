"""`campfill report`: write the page and the workbook."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import typer

from campfill_pipeline.settings import Settings
from campfill_pipeline.warehouse import database
from campfill_pipeline.warehouse.figures.fulfillment import Knowledge
from campfill_pipeline.warehouse.postgres import server


def run(settings: Settings, as_of: date | None, out: Path | None, *, known: Knowledge = "now") -> None:
    """Both files as of a local day (default: today), in `out` or the home's reports folder.

    What was known then goes into a folder of its own there: it must not be taken for the page of today.
    """
    from campfill_pipeline.reports.both import write_reports
    from campfill_pipeline.reports.reuse import NOTE
    from campfill_pipeline.storage import published

    now = datetime.now(UTC)
    day = as_of or now.astimezone(settings.timezone).date()
    with database.connect(server.database_url(settings)) as connection:
        folder = out or (settings.reports / f"known-{day}" if known == "then" else settings.reports)
        written = write_reports(
            connection, folder, settings.rules, day, now, known=known, language=settings.language,
            tolerance=settings.count_tolerance,
        )  # fmt: skip
    if folder == settings.reports:
        note = folder / NOTE
        published.publish(settings, [written.page, written.workbook, *([note] if note.exists() else [])])
    typer.echo(written.page)
    typer.echo(written.workbook)
