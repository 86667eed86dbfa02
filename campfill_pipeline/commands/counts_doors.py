"""The doors `campfill counts …`: second counts, who bills by which, months frozen for billing.

Belongs here: words and options of the commands. Does not belong here: what they do (`counts`, `count_bills`).
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Annotated

import typer

from campfill_pipeline.domain.count_days import Days, month_of
from campfill_pipeline.domain.plain_json import plain
from campfill_pipeline.settings import load_settings

app = typer.Typer(help="Second counts: what others counted, beside ours.", invoke_without_command=True)

Json = Annotated[
    bool, typer.Option("--json", help="Print one JSON document on stdout and nothing else there.")
]


def _month(value: datetime | None) -> Days | None:
    return None if value is None else month_of(value.year, value.month)


def _print(document: object) -> None:
    typer.echo(json.dumps(document, default=plain, ensure_ascii=False, indent=1))


@app.callback()
def every(
    context: typer.Context,
    month: Annotated[
        datetime | None,
        typer.Option(help="All days of one month, like 2026-10; default: the days their files speak of.",
                     formats=["%Y-%m"]),
    ] = None,
    as_json: Json = False,
) -> None:  # fmt: skip
    """Second counts beside ours: the discrepancy of each line, and what it is made of."""
    if context.invoked_subcommand is not None:
        return
    from campfill_pipeline.commands import counts as command

    settings = load_settings()
    found = command.compared(settings, _month(month))
    if as_json:
        _print(command.document(settings, found))
    else:
        command.show(settings, found)
