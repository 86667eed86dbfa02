"""`campfill lists ids`: reported ids that no line has and that look like one, as a mapping file to check and to drop.

Belongs here: showing and writing. Does not belong here: what looks alike (`warehouse/register/id_maps`), applying it.
"""

from __future__ import annotations

import csv
from dataclasses import asdict
from pathlib import Path
from typing import Any

import typer
from rich.markup import escape

from campfill_pipeline.commands import render
from campfill_pipeline.language import notation
from campfill_pipeline.language.speaking import say, say_many, word
from campfill_pipeline.settings import Settings
from campfill_pipeline.warehouse import database
from campfill_pipeline.warehouse.postgres import server
from campfill_pipeline.warehouse.register import id_maps

COLUMNS = ("reported id", "reported as", "looks like", "why")
HEAD = ("Source ID", "Line ID", "Connector", "Reported as", "Name of the line", "Why")


def facts(settings: Settings) -> list[dict[str, Any]]:
    """The proposals, by most impressions."""
    with database.connect(server.database_url(settings)) as connection:
        return [asdict(one) for one in id_maps.proposed(connection)]


@render.aloud
def show(found: list[dict[str, Any]]) -> None:
    """The same as a table."""
    console = render.console()
    if not found:
        console.print(say("No reported id without a line looks like one of the lines."))
        return
    table = render.table(*((title, "left") for title in COLUMNS))
    for one in found[:40]:
        name = one["reported_name"] or ""
        table.add_row(escape(one["source_id"]), escape(name), escape(one["line_name"]), word(one["why"]))
    console.print(table)
    console.print(
        say_many(
            "{count} proposal, not applied. Write it to a file with --out ids.csv, and drop it into the inbox.",
            "{count} proposals, none of them applied. Write them to a file with --out ids.csv, take out what is wrong, "
            "and drop it into the inbox.",
            len(found),
            count=notation.number(len(found)),
        )
    )


def write(found: list[dict[str, Any]], file: Path) -> None:
    """Write a mapping file of them. Refuses to overwrite one."""
    if file.exists():
        raise typer.BadParameter(f"{file} is there already, and is not overwritten")
    with file.open("w", encoding="utf-8-sig", newline="") as opened:
        rows = csv.writer(opened, delimiter=";")
        rows.writerow(HEAD)
        for one in found:
            told = (
                one["source_id"],
                one["line_id"],
                "",
                one["reported_name"] or "",
                one["line_name"],
                one["why"],
            )
            rows.writerow(told)
