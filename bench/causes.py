"""Causes: how many of the planted ones are found, and whether healthy lines are accused: the docs' confusion table.

python -m bench.causes                 worlds of the real list's size, seeds 1, 2 and 3
python -m bench.causes --seeds 4 --small
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import psycopg

from campfill_pipeline.domain.fulfillment import FulfillmentRules
from campfill_pipeline.simulator.roster import Shape
from campfill_pipeline.simulator.world import make_world
from campfill_pipeline.warehouse import database
from campfill_pipeline.warehouse.figures.fulfillment import refresh
from campfill_pipeline.warehouse.postgres import server
from campfill_pipeline_tests.warehouse.simulated import fetch_days, register

RESULTS = Path(__file__).with_name("results")
TODAY = date(2026, 6, 15)
NONE = "none"


def judge(url: str, seed: int, shape: Shape | None) -> Counter[tuple[str, str]]:
    """(planted, found) of every covered line of one world; outage victims count apart."""
    world = make_world(TODAY, seed, shape=shape)
    with database.connect(url) as connection:
        register(connection, world.lines, datetime(2026, 1, 1, tzinfo=UTC))
        connection.commit()
        fetch_days(connection, world, world.first_day, TODAY - timedelta(1))
        refresh(connection, FulfillmentRules(), as_of=TODAY, now=datetime(2026, 6, 15, 8, tzinfo=UTC))
        found = {
            str(line): cause
            for line, cause in connection.execute("SELECT line_id, cause FROM shortfall_cause").fetchall()
        }
    planted = dict(world.planted)
    planted |= {line: f"{planted[line]} (outage)" for line in world.outage_victims}
    planted |= dict.fromkeys(world.healthy, "healthy")
    return Counter((cause, found.get(line, NONE)) for line, cause in planted.items())


def markdown(table: Counter[tuple[str, str]]) -> str:
    """The table with a row for each planted cause and a column for each verdict."""
    verdicts = [*sorted({found for _, found in table} - {NONE}), NONE]
    lines = ["| planted | " + " | ".join(verdicts) + " |", "|---" * (len(verdicts) + 1) + "|"]
    for planted in sorted({planted for planted, _ in table}):
        numbers = (str(table[planted, found] or "") for found in verdicts)
        lines.append(f"| {planted} | " + " | ".join(numbers) + " |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seeds", default="1,2,3")
    parser.add_argument("--small", action="store_true")
    options = parser.parse_args()
    table: Counter[tuple[str, str]] = Counter()
    with tempfile.TemporaryDirectory(prefix="campfill-bench-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        running = server.start(Path(folder))
        try:
            for seed in map(int, options.seeds.split(",")):
                name = f"seed_{seed}"
                with psycopg.connect(running.url("postgres"), autocommit=True) as admin:
                    admin.execute(f"CREATE DATABASE {name}".encode())
                database.migrate(running.url(name))
                table += judge(running.url(name), seed, Shape.small() if options.small else None)
        finally:
            server.stop(running)
    planted = {key: number for key, number in table.items() if key[0] != "healthy"}
    right = sum(
        number for (cause, found), number in planted.items() if cause.removesuffix(" (outage)") == found
    )
    accused = sum(number for (cause, found), number in table.items() if cause == "healthy" and found != NONE)
    print(markdown(table))
    print(f"\n{right} of {sum(planted.values())} planted causes found; {accused} healthy lines accused")
    RESULTS.mkdir(exist_ok=True)
    rows = [
        {"planted": cause, "found": found, "lines": number}
        for (cause, found), number in sorted(table.items())
    ]
    (RESULTS / "causes.json").write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
