"""`campfill report --buyer|--advertiser`: the files for one client."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import typer

from campfill_pipeline.domain.client_words import words
from campfill_pipeline.language.speaking import Language
from campfill_pipeline.settings import Settings
from campfill_pipeline.warehouse import database
from campfill_pipeline.warehouse.figures.fulfillment import Knowledge
from campfill_pipeline.warehouse.postgres import server


def run(
    settings: Settings, as_of: date | None, out: Path | None, *, buyer: str | None, advertiser: str | None,
    prices: bool, language: Language, known: Knowledge = "now",
) -> None:  # fmt: skip
    """Write the client's files into `out`, or clients/ in the home's reports folder; the text to copy is printed."""
    from campfill_pipeline.reports.client import files
    from campfill_pipeline.warehouse.readers.page import client, reading

    now = datetime.now(UTC)
    day = as_of or now.astimezone(settings.timezone).date()
    with database.connect(server.database_url(settings)) as connection:
        found = client.find(connection, buyer=buyer, advertiser=advertiser)
        connection.commit()
        with reading.state_as_of(connection, settings.rules, as_of=day, now=now, known=known):
            data = client.load(connection, found, settings.rules, as_of=day)
    folder = out or settings.reports / "clients"
    if known == "then":
        folder = folder / f"known-{day}"
    written = files.write(folder, data, words(language), now, prices=prices)
    for path in (written.page, written.workbook, written.figures, written.text_file, written.sums):
        typer.echo(path)
    typer.echo(f"\n{written.text}", err=True)
