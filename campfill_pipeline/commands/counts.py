"""`campfill counts`: second counts beside ours, on the terminal in the language of CAMPFILL_LANGUAGE.

Belongs here: asking and showing. Does not belong here: words and options (`counts_doors`), any figure.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from rich.text import Text

from campfill_pipeline.commands import render
from campfill_pipeline.domain import count_words
from campfill_pipeline.domain.count_days import Days
from campfill_pipeline.language import notation
from campfill_pipeline.language.speaking import say, speaking
from campfill_pipeline.settings import Settings
from campfill_pipeline.warehouse import database
from campfill_pipeline.warehouse.counts import comparing
from campfill_pipeline.warehouse.postgres import server

SHOWN = 30


def compared(settings: Settings, month: Days | None) -> comparing.Compared:
    """All second counts in force beside ours, over the days their files speak of or one month."""
    today = datetime.now(UTC).astimezone(settings.timezone).date()
    with database.connect(server.database_url(settings)) as connection:
        connection.read_only = True
        return comparing.compare(
            connection, settings.timezone, today=today, tolerance=settings.count_tolerance, month=month
        )


def document(settings: Settings, found: comparing.Compared) -> dict[str, Any]:
    """The same for a program: decimals exact, a part that cannot be known is null."""
    return {
        "tolerance_percent": settings.count_tolerance,
        "counts": [asdict(one) for one in found.rows],
        "left_out": [asdict(one) for one in found.left_out],
    }


def show(settings: Settings, found: comparing.Compared) -> None:
    """A table, worst first, each with what its discrepancy is made of."""
    console = render.console()
    with speaking(settings.language):
        if not found.rows:
            console.print(
                say(
                    "No second count. Drop a table with the columns Line ID, Day, Counted impressions, Counted by."
                )
            )
        else:
            table = render.table(
                (say("line"), "left"), (say("counted by"), "left"), (say("ours"), "right"), (say("theirs"), "right"),
                ("", "right"),
            )  # fmt: skip
            table.columns[0].max_width, table.columns[1].max_width = 28, 14
            for one in found.rows[:SHOWN]:
                style = "yellow" if one.beyond else "blue"
                figures = count_words.exactly(one.ours), count_words.exactly(one.theirs)
                mark = Text(f"{'▲' if one.beyond else '●'} {count_words.percent(one)}", style)
                table.add_row(Text(one.name), Text(one.counted_by), *figures, mark)
            console.print(table)
            console.print()
            for one in found.rows[:SHOWN]:
                console.print(Text(f"{one.name} · {one.counted_by}", "bold"))
                console.print(Text(f"    {count_words.sentence(one)}", "bright_black"))
            if len(found.rows) > SHOWN:
                console.print(
                    say("and {more} more; --json lists all", more=notation.number(len(found.rows) - SHOWN))
                )
            beyond = sum(one.beyond for one in found.rows)
            console.print(
                say(
                    "{beyond} of {all} beyond the tolerance of {tolerance} %.",
                    beyond=notation.number(beyond), all=notation.number(len(found.rows)),
                    tolerance=count_words.exactly(settings.count_tolerance),
                )
            )  # fmt: skip
        for left in found.left_out:
            console.print(
                say(
                    "Not compared: {file} tells {impressions} of line {line} for days beyond this month.",
                    file=left.file, impressions=count_words.exactly(left.impressions), line=left.line_id,
                )
            )  # fmt: skip
