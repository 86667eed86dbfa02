"""docs/commands.md: what the commands print, typed for real against a small world that is the same every day.

The world ended on 30 September 2025. What depends on the moment of typing is set to one moment: the day and the time.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from campfill_pipeline.simulator.api import serve
from campfill_pipeline.simulator.roster import Shape
from campfill_pipeline.simulator.world import World, make_world
from campfill_pipeline_tests import shell
from campfill_pipeline_tests.environment import without_settings
from campfill_pipeline_tests.lists import write_list

SHOWN_DAY, SHOWN_TIME = "2026-01-05", "09:30"
SHAPE = Shape(
    lines=120, ended=80, live=20, scheduled=5, straddling=5, history_days=30, ahead_days=40,
    runtimes=90, goals=100, cpms=40, sites=6,
)  # fmt: skip
HEAD = """# What the commands print

Each block was typed for real, against a small invented world that ended on 30 September 2025. `--json` gives the same
as data, on stdout and nothing else there; messages go to stderr.
"""

ORDERS = """Auftragsnr.;Kampagne;Von;Bis;Zielmenge;TKP €;Kunde
K-4711;Frühling am Bahnhof;01.03.2026;31.03.2026;120.000;7,50;Sonnfeld AG
K-4712;Sommer im Center;15.06.2026;14.07.2026;80.000;8,25;Lindenhof KG
"""
"""A list that no description reads."""


def _list(world: World, path: Path) -> None:
    """The world's campaign list, with a day that does not exist and a goal that is no number."""
    rows: list[list[Any]] = [
        [line.name, line.runtime, line.goal, line.budget, line.cpm, line.id, line.buyer]
        for line in world.lines
    ]
    healthy = [row for row in rows if row[5] not in world.planted]
    healthy[3][1] = "01.09.2025-31.09.2025"
    healthy[5][2] = "1,5 Mio"
    write_list(path, rows)


class Typist:
    """Types `campfill …` and keeps what was shown."""

    def __init__(self, folder: Path, environ: dict[str, str]) -> None:
        self.folder = folder
        self.environ = without_settings(**environ, CAMPFILL_HOME=str(folder / "campfill-data"), COLUMNS="80")
        self.days: set[date] = set()

    def type(self, words: Sequence[str]) -> tuple[str, int]:
        """What appears on the terminal, stdout before stderr, and the exit code."""
        done = shell.campfill(words, environ=self.environ, folder=self.folder)
        self.days |= {
            datetime.now(zone).date() for zone in (UTC, ZoneInfo("Europe/Berlin"))
        }  # as commands tell it
        return done.stdout + done.stderr, done.returncode

    def block(self, *words: str) -> str:
        """A Markdown block of the command and what it printed, at SHOWN_DAY and SHOWN_TIME."""
        text, code = self.type(words)
        for day in self.days:
            text = text.replace(day.isoformat(), SHOWN_DAY)
        text = re.sub(r"\b(today|" + SHOWN_DAY + r") \d\d:\d\d", rf"\1 {SHOWN_TIME}", text)
        shown = "\n".join(line.rstrip() for line in text.rstrip().splitlines())
        ends = f"\nExit code {code}.\n" if code else ""
        return f"```console\n$ campfill {' '.join(words)}\n{shown}\n```\n{ends}"


def commands_page(database_url: str, folder: Path) -> str:
    """The page, made by typing in `folder` with a fresh database."""
    world = make_world(date(2025, 9, 30), 3, shape=SHAPE)
    _list(world, folder / "campaigns.xlsx")
    (folder / "orders.csv").write_text(ORDERS, encoding="utf-8")
    (folder / "campfill-data").mkdir(exist_ok=True)  # a new home would be said, with a path of this machine
    with serve(world) as api:
        typist = Typist(
            folder,
            {
                "CAMPFILL_DATABASE_URL": database_url,
                "CAMPFILL_REPORTING_URL": api.url,
                "CAMPFILL_REPORTING_TOKEN": api.token,
            },
        )
        parts = [
            HEAD,
            "## Take files in\n\nEach error with its cell and its mend; the receipt holds the rows to mend.\n",
            typist.block("ingest", "campaigns.xlsx"),
            "## Fetch delivery\n",
            typist.block("refresh", "--from", f"{world.first_day}", "--to", "2025-09-29"),
            "## All lines, worst first\n",
            "As they stood on a day; without `--as-of`, today. Marks and words say what the colours say.\n",
            typist.block("fulfillment", "--as-of", "2025-09-30", "--limit", "8"),
            "## One line\n",
            "Contract, figures, the cause with its evidence, where the contract came from, the last days.\n",
            typist.block("line", _a_short_line(world)),
            "## What somebody else counted\n",
            "A measurement firm's table of one line, dropped like a list: [the second count](second-count.md).\n",
            typist.block("ingest", _a_second_count(world, folder).name),
            typist.block("counts"),
            "## How it stands\n",
            typist.block("status"),
            "## Lists of other houses\n",
            "The [descriptions](lists.md) at hand, and what becomes of a list; nothing is stored.\n",
            typist.block("lists"),
            typist.block("lists", "try", "orders.csv"),
            "## Reporting APIs\n",
            "The [descriptions](connect-your-api.md) at hand, and what one makes of a day; nothing is stored.\n",
            typist.block("connect"),
            typist.block("connect", "try", "ppv", "--day", f"{world.first_day}"),
        ]
    return "\n".join(parts)


def _a_second_count(world: World, folder: Path) -> Path:
    """What a measurement firm counted for that line: whole days in UTC, the last one left out."""
    line = next(line for line in world.lines if line.id == _a_short_line(world))
    last = min(line.end, date(2025, 9, 29))
    rows = ["Line ID;Day;Counted impressions;Time zone;Counted by"]
    for number in range(6, 0, -1):
        rows.append(f"{line.id};{last - timedelta(days=number)};{1200 + number * 25},5;UTC;Measure One")
    file = folder / "measured.csv"
    file.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return file


def _a_short_line(world: World) -> str:
    """A line that ended and whose auctions were lost: its whole funnel is there to be seen."""
    ended = {line.id for line in world.lines if world.first_day < line.start and line.end < date(2025, 9, 30)}
    return min(line for line, cause in world.planted.items() if cause == "lost_auctions" and line in ended)
