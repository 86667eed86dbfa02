"""`campfill fulfillment --backtest`: how right the figures were, on the home's own history."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from rich.table import Table

from campfill_pipeline.commands import render
from campfill_pipeline.domain.back_test import LEAST_LINE_DAYS
from campfill_pipeline.domain.fulfillment import Pacing
from campfill_pipeline.language import notation
from campfill_pipeline.language.speaking import say, word
from campfill_pipeline.settings import Settings
from campfill_pipeline.warehouse import database
from campfill_pipeline.warehouse.postgres import server
from campfill_pipeline.warehouse.readers.back_test import back_test

NAMES = {Pacing.MEASURED.value: "measured week", Pacing.EVEN.value: "straight line"}


def facts(settings: Settings, *, as_of: date | None) -> dict[str, Any]:
    """What each rule had said of lines that have ended since; see `warehouse.readers.back_test.BackTest`."""
    day = as_of or datetime.now(UTC).astimezone(settings.timezone).date()
    with database.connect(server.database_url(settings)) as connection:
        connection.read_only = True
        return asdict(back_test(connection, settings.rules, as_of=day))


@render.aloud
def show(found: dict[str, Any]) -> None:
    """The same on a terminal, the measured week beside the straight line."""
    console = render.console()
    console.print(f"[bold]{say('How right were we?')}[/]")
    console.print(
        say(
            "{lines} lines that have ended, looked at on {days} days from {first} to {last}",
            lines=notation.number(found["lines"]),
            days=notation.number(found["days"]),
            first=render.on(found["first_day"]),
            last=render.on(found["last_day"]),
        )
    )
    if any(score["false_alarms_of_1000"] is None for score in found["scores"]):
        little = say("too little history: fewer than {days} days of healthy lines", days=LEAST_LINE_DAYS)
        console.print(f"[yellow]▲[/] {little}")
    table = Table("", *(word(NAMES[score["rule"]]) for score in found["scores"]))

    def row(name: str, cells: list[str]) -> None:
        table.add_row(name, *cells)

    scores = found["scores"]
    row(say("healthy line-days"), [notation.number(s["healthy_line_days"]) for s in scores])
    row(say("of 1,000 called behind"), [_or_unknown(s["false_alarms_of_1000"]) for s in scores])
    if found["days_together"]:
        row(say("… without days that held back many"), [_or_unknown(s["apart_of_1000"]) for s in scores])
    row(say("weak line-days found, from day 2"), [_percent(s["weak_found_pct"]) for s in scores])
    for place, span in enumerate(scores[0]["errors"]):
        until = "" if span["to_day"] == span["from_day"] else f"–{span['to_day'] or ''}"
        row(
            say("projection off by, after {days} days", days=f"{span['from_day']}{until}"),
            [_percent(s["errors"][place]["error_pct"]) for s in scores],
        )
    console.print(table)
    console.print(say("Nine in ten projections were off by less than that."))
    if found["days_together"]:
        console.print(
            say(
                "On {days} of the days a fifth or more of the healthy lines were behind at once: something held all "
                "of them back, and they caught up.",
                days=notation.number(found["days_together"]),
            )
        )


def _or_unknown(value: object) -> str:
    return "–" if value is None else notation.number(Decimal(str(value)))


def _percent(value: object) -> str:
    return "–" if value is None else notation.percent(Decimal(str(value)))
