"""What the machines work on: lists in waves and a reporting API, and what one machine makes of the same.

Belongs here: the load and its canonical dump. Does not belong here: machines (`hosts`).

Run as `python -m campfill_pipeline_tests.scale.a_publisher DAY`, it is the reporting API, on the loopback of each
machine.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import psycopg

from campfill_pipeline.simulator.api import SimulatedApi, serve
from campfill_pipeline.simulator.roster import Shape, WorldLine
from campfill_pipeline.simulator.world import World, make_world
from campfill_pipeline_tests.lists import row, write_list

PORT, TOKEN = 9_000, "a-token-of-the-tests"
ACCESS = {"CAMPFILL_REPORTING_URL": f"http://127.0.0.1:{PORT}", "CAMPFILL_REPORTING_TOKEN": TOKEN}
OWN = ("refreshed_at", "line_no")
DAYS = 31  # of which the first begins before any flight: thirty are fetched

CANONICAL = {
    "uploads": """
        SELECT file_name, status, reason, kind, rows_read, rows_accepted, rows_rejected FROM upload ORDER BY 1""",
    "lines": """
        SELECT id, name, kind, buyer, runtime, start_date, end_date, impression_goal, budget_eur, cpm_eur, placement,
               advertiser
        FROM line ORDER BY id""",
    "report rows": """
        SELECT source, hour_utc, site, campaign_id, deal_id, line_id, impressions, bids, wins, plays FROM report_row
        WHERE hour_utc < %(today)s ORDER BY 1, 2, 3, 4 NULLS FIRST, 5 NULLS FIRST""",
    "delivery": """
        SELECT line_id, day, impressions, bids, wins, plays FROM delivery_daily WHERE day < %(today)s ORDER BY 1, 2""",
    "fetched days": "SELECT source, day, status, rows FROM delivery_fetch WHERE day < %(today)s ORDER BY 1, 2",
}
"""What is stored, without what each home invents for itself (ids, moments), and without today's hours, which may have
been fetched in one home and not yet in the other. Revisions are left out: a list that is applied after one that arrived
later makes none for what that one has set already, whoever is quicker.
"""


def world(day: date) -> World:
    shape = Shape(
        lines=600, ended=420, live=80, scheduled=0, straddling=0, runtimes=260, goals=300, cpms=90,
        history_days=DAYS, sites=4,
    )  # fmt: skip
    return make_world(day, shape=shape)


def lines(of: World) -> list[WorldLine]:
    """Those whose whole flight the API knows."""
    first = of.today - timedelta(days=DAYS)
    return [line for line in of.lines if line.start > first]


def write_wave(folder: Path, of: World, wave: int, files: int, each: int) -> list[Path]:
    """`files` lists of `each` lines, no line in two of them; every wave changes goals of the one before."""
    booked = lines(of)
    folder.mkdir(parents=True, exist_ok=True)
    return [
        write_list(
            folder / f"wave-{wave}-{number:03}.xlsx",
            [
                row(0, name=line.name, runtime=f"{line.start:%d.%m.%Y}-{line.end:%d.%m.%Y}",
                    goal=line.goal + wave * (index % 3), cpm=line.cpm, id=line.id, buyer=line.buyer)
                for index, line in enumerate(booked[number * each % len(booked) :][:each])
            ],
        )
        for number in range(files)
    ]  # fmt: skip


def dump(url: str, today: date) -> bytes:
    """The canonical dump, byte for byte."""
    parts: list[bytes] = []
    with psycopg.connect(url, options="-c search_path=campfill -c timezone=UTC") as connection:
        for name, query in CANONICAL.items():
            parts.append(f"== {name}\n".encode())
            for found in connection.execute(query.encode(), {"today": today}):
                parts.append(
                    ("|".join("" if value is None else str(value) for value in found) + "\n").encode()
                )
    return b"".join(parts)


def figures(environ: dict[str, str], as_of: date) -> list[dict[str, Any]]:
    """The fulfillment of all lines as of a day, without when it was computed and without each home's own numbers."""
    done = subprocess.run(
        [sys.executable, "-m", "campfill_pipeline.cli", "fulfillment", "--as-of", str(as_of), "--json"],
        env=environ, capture_output=True, check=True,
    )  # fmt: skip
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return [{name: value for name, value in line.items() if name not in OWN} for line in found]


def on_one_machine(environ: dict[str, str], waves: list[list[Path]], first: date, last: date) -> None:
    """The same lists and days on a single machine, by its commands."""
    for wave in waves:
        subprocess.run(
            [sys.executable, "-m", "campfill_pipeline.cli", "ingest", "--json", *map(str, wave)],
            env=environ, stdout=subprocess.DEVNULL, check=True,
        )  # fmt: skip
    subprocess.run(
        [sys.executable, "-m", "campfill_pipeline.cli", "refresh", "--from", str(first), "--to", str(last), "--json"],
        env=environ, stdout=subprocess.DEVNULL, check=True,
    )  # fmt: skip


def serving(day: date) -> SimulatedApi:
    """The API of that day: the same answers at any time."""
    noon = datetime.combine(day, time(12), UTC)
    return serve(world(day), port=PORT, token=TOKEN, now=lambda: noon)


if __name__ == "__main__":
    with serving(date.fromisoformat(sys.argv[1])):
        signal.sigwait({signal.SIGTERM, signal.SIGINT})
