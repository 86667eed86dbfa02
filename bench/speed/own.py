"""Rows that each build measures with its own benchmarks: the intake beside other ways, and the worst day.

Belongs here: asking a checkout for its own `bench.intake` and `bench.delivery`, in turns. Does not belong here: those.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from bench.intake import OUR_MODULES
from bench.speed.builds import Build
from bench.speed.results import NOW, Results, Sample, load

CONTENDERS = {
    "campfill": "",
    "(a) pandas + openpyxl + to_sql": "pandas",
    "(b) openpyxl read-only + ORM": "openpyxl",
    "(c) calamine + COPY + ON CONFLICT": "calamine",
}
_INTAKE = """
import contextlib, importlib, json, sys, tempfile
from dataclasses import asdict
from pathlib import Path
from bench import intake
from campfill_pipeline.warehouse.postgres import server
def there(name):
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError:
        return None
# What is imported before the clock starts, by the names of either build: those in its own benchmark may be older.
intake._Ours.modules = [name for name in {modules!r} if there(name)]
with tempfile.TemporaryDirectory(prefix="campfill-bench-", ignore_cleanup_errors=True) as name:
    Path(name).chmod(0o755)
    running = server.start(Path(name))
    try:
        with contextlib.redirect_stdout(sys.stderr):
            found = intake.compare(running, "{size}", "{chosen}", 1, 1)
    finally:
        server.stop(running)
print(json.dumps([asdict(figure) for figure in found]))
"""
LONGEST = "100000x20"
"""The build before, in its own benchmark, was at one UPDATE of it for six minutes when it was stopped."""
RESTATED_BY = (NOW,)
"""Who is asked to restate a stored day: the build before was still at it after ten minutes, twice."""
_WORST = """
import contextlib, json, sys, time
import psutil
from bench import delivery
class EnoughError(Exception):
    pass
taken, told = [], {{}}
with delivery.own_server() as (url, folder):
    with delivery.database.connect(url) as connection:
        postmaster = psutil.Process(connection.info.backend_pid).parent()
    def used():
        there = sum(sum(child.cpu_times()[:2]) for child in postmaster.children())
        return time.process_time() + sum(postmaster.cpu_times()[:4]) + there
    def timed(work):
        began, before = time.perf_counter(), used()
        work()
        seconds = time.perf_counter() - began
        taken.append((seconds, used() - before))
        if not {restated}:
            raise EnoughError
        return seconds
    delivery.timed = timed
    with contextlib.suppress(EnoughError), contextlib.redirect_stdout(sys.stderr):
        told = delivery.worst_day(url, {millions}, folder)
found = {{"rows": {millions} * 1_000_000, "new": taken[0][0], "new processor": taken[0][1]}}
if told:
    found |= {{"rows": told["rows"], "restated": taken[1][0], "restated processor": taken[1][1],
              "memory": told["restated throughout peak MB"]}}
print(json.dumps(found))
"""


def intake(builds: list[Build], sizes: list[str], turns: int) -> Iterator[Results]:
    """The whole intake of each build and of ways that check nothing, on the same files; the longest by this alone."""
    for size in sizes:
        asked = [build for build in builds if build.name == NOW or size != LONGEST]
        taken: dict[str, list[Sample]] = {build.name: [] for build in asked}
        before = load()
        for _ in range(turns):
            for build in asked:
                chosen = "oac" if build.name == NOW else "o"
                for figure in json.loads(
                    build.ask(_INTAKE.format(size=size, chosen=chosen, modules=OUR_MODULES))
                ):
                    name = CONTENDERS[figure["contender"]] or build.name
                    taken.setdefault(name, []).append(
                        {
                            "seconds": figure["seconds"], "processor": figure["cpu_seconds"],
                            "memory": figure["peak_mb"],
                        }
                    )  # fmt: skip
            rows, columns = size.split("x")
            yield Results(f"intake-{size}", f"{int(rows):,} rows × {columns}", taken, load=[before, load()])


def worst_day(builds: list[Build], millions: int, turns: int) -> Iterator[Results]:
    """One day of so many rows, from HTTP body to stored and summed rows; then each of them restated, if soon enough."""
    taken: dict[str, list[Sample]] = {build.name: [] for build in builds}
    before, rows = load(), 0
    for _ in range(turns):
        for build in builds:
            found: Sample = json.loads(
                build.ask(_WORST.format(millions=millions, restated=build.name in RESTATED_BY))
            )
            rows = max(rows, int(found.pop("rows")))
            taken[build.name].append(found)
        yield Results("worst-day", f"{rows:,} rows in a day", taken, load=[before, load()])
