"""Causes: how many of the planted ones are found, and whether healthy lines are accused: the docs' confusion table.

python -m bench.causes                 worlds of the real list's size, seeds 1, 2 and 3
python -m bench.causes --weekly        worlds whose sites have weeks: the straight line beside the measured week
python -m bench.causes --seeds 4 --small
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import psycopg

from bench.weekly import OPEN_WEEK, WeeklyWorld, fill
from campfill_pipeline.domain.fulfillment import FulfillmentRules, Pacing
from campfill_pipeline.simulator.roster import Shape
from campfill_pipeline.simulator.world import make_world
from campfill_pipeline.warehouse import database
from campfill_pipeline.warehouse.figures.fulfillment import compute, refresh
from campfill_pipeline.warehouse.figures.week import week_as_of
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


@contextmanager
def new_database(running: server.Server, name: str) -> Iterator[psycopg.Connection]:
    """An empty, migrated database and a connection to it."""
    with psycopg.connect(running.url("postgres"), autocommit=True) as admin:
        admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)".encode())
        admin.execute(f"CREATE DATABASE {name}".encode())
    database.migrate(running.url(name))
    with database.connect(running.url(name)) as connection:
        yield connection


@dataclass
class Tally:
    """What one rule said of one world. Line-days are live ones with something elapsed."""

    healthy_days: int = 0
    behind: int = 0
    weak_days: int = 0
    weak_behind: int = 0
    judged: int = 0
    named: int = 0
    accused: int = 0
    healthy_lines: int = 0
    errors: list[float] = field(default_factory=list)

    def row(self, rule: str) -> str:
        errors = sorted(self.errors)
        found, named = self.weak_behind / max(self.weak_days, 1), self.named / max(self.judged, 1)
        return (
            f"| {rule} | {1000 * self.behind / max(self.healthy_days, 1):.1f} | {found:.1%} | {named:.1%} | "
            f"{self.accused} of {self.healthy_lines:,} | {100 * errors[int(len(errors) * 0.9)]:.1f} % |"
        )


def weekly(seeds: list[int], lines: int, noise: float) -> None:
    """Judge weekly worlds by the straight line and by the measured week; then the world whose week changes."""
    tallies = {pacing: Tally() for pacing in Pacing}
    with tempfile.TemporaryDirectory(prefix="campfill-bench-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        running = server.start(Path(folder))
        try:
            for seed in seeds:
                with new_database(running, f"weekly_{seed}") as connection:
                    world = fill(connection, seed, lines=lines, last=TODAY - timedelta(1), stray=noise)
                    connection.commit()
                    for pacing, tally in tallies.items():
                        _follow(connection, world, FulfillmentRules(pacing=pacing), tally)
            print("| rule | healthy line-days behind, of 1,000 | weak line-days behind, from the second day |"
                  " planted causes named | healthy lines accused | projection error, 90 % quantile |")  # fmt: skip
            print("|---" * 6 + "|")
            for pacing, tally in tallies.items():
                print(tally.row(pacing.value))
            with new_database(running, "opens") as connection:
                opens = TODAY - timedelta(120)
                fill(connection, 9, lines=lines, last=TODAY - timedelta(1), days=240, opens=opens)
                print(_until_known(connection, opens))
        finally:
            server.stop(running)


def _follow(
    connection: psycopg.Connection, world: WeeklyWorld, rules: FulfillmentRules, tally: Tally
) -> None:
    """Look at each third day of the second half of the world's time, and judge causes on each ninth."""
    by_number = {line.number: line for line in world.lines}
    days = (world.last - world.first).days
    named: dict[int, str | None] = {}
    final: dict[int, Decimal] = dict(
        connection.execute("SELECT line_no, sum(impressions) FROM line_day GROUP BY line_no").fetchall()
    )
    for offset in range(days // 2 // 9 * 9, days + 2, 3):
        as_of = world.first + timedelta(offset)
        if offset % 9 == 0 or offset + 3 > days + 1:
            now = datetime(as_of.year, as_of.month, as_of.day, 8, tzinfo=UTC)
            refresh(connection, rules, as_of=as_of, now=now)
            connection.commit()
            causes: dict[int, str] = dict(
                connection.execute("SELECT line_no, cause FROM shortfall_cause").fetchall()
            )
            rows = connection.execute(
                "SELECT line_no FROM fulfillment WHERE lifecycle <> 'scheduled' AND elapsed_days > 1"
            ).fetchall()
            named |= {number: causes.get(number) for (number,) in rows}
            for number, cause in causes.items():
                tally.accused += by_number[number].weak is None and cause is not None
        for row in compute(connection, rules, as_of=as_of):
            line = by_number[row["line_no"]]
            if row["lifecycle"] != "live" or row["elapsed_days"] == 0:
                continue
            behind = row["pace"] == "behind"
            if line.weak is None:
                tally.healthy_days += 1
                tally.behind += behind
                if row["projected"] is not None and row["elapsed_days"] >= 2 and line.end <= world.last:
                    tally.errors.append(abs(float(row["projected"] / final[line.number]) - 1))
            elif row["elapsed_days"] >= 2:
                tally.weak_days += 1
                tally.weak_behind += behind
    for number, told in named.items():
        stage = by_number[number].weak
        if stage is None:
            tally.healthy_lines += 1
        else:
            tally.judged += 1
            tally.named += told == PLANTED[stage]


def _until_known(connection: psycopg.Connection, opens: date) -> str:
    """Days from the first open Sunday until the malls' Sunday reaches half, and nine tenths, of what it is now."""
    found: dict[float, int] = {}
    true = OPEN_WEEK[6] * 7 / sum(OPEN_WEEK)
    for after in range(0, 120, 2):
        week = week_as_of(connection, FulfillmentRules(), opens + timedelta(after))
        sundays = [
            place.week.weights[6] for place in week.places if place.placement == "Mall" and place.site_no
        ]
        mean = float(sum(sundays)) / max(len(sundays), 1)
        for share in (0.5, 0.9):
            if share not in found and mean >= share * true:
                found[share] = after
    return f"Malls open on Sundays: half is known after {found.get(0.5)} days, nine tenths after {found.get(0.9)}."


PLANTED = {
    "bids": "not_selected",
    "wins": "lost_auctions",
    "plays": "won_but_not_played",
    "audience": "low_audience",
}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seeds", default="1,2,3")
    parser.add_argument("--small", action="store_true")
    parser.add_argument("--weekly", action="store_true")
    parser.add_argument("--lines", type=int, default=1500, help="lines of a weekly world")
    parser.add_argument(
        "--noise", type=float, default=1.0, help="how far days of a weekly world stray; 1 is 4 %%"
    )
    options = parser.parse_args()
    if options.weekly:
        weekly(list(map(int, options.seeds.split(","))), options.lines, options.noise)
        return
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
