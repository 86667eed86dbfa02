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
_WORST = """
import contextlib, json, resource, sys, time
import psutil
from bench import delivery
class EnoughError(Exception):
    pass
taken = []
with delivery.own_server() as (url, folder):
    with delivery.database.connect(url) as connection:
        postmaster = psutil.Process(connection.info.backend_pid).parent()
    def used():
        there = sum(sum(child.cpu_times()[:2]) for child in postmaster.children())
        return time.process_time() + sum(postmaster.cpu_times()[:4]) + there
    def timed(work):
        began, before = time.perf_counter(), used()
        work()
        taken.append((time.perf_counter() - began, used() - before))
        raise EnoughError  # restating the whole day comes next, at which the build before stands still
    delivery.timed = timed
    with contextlib.suppress(EnoughError), contextlib.redirect_stdout(sys.stderr):
        delivery.worst_day(url, {millions}, folder)
memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({{"new": taken[0][0], "new processor": taken[0][1], "memory": memory}}))
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
    """One new day of so many million rows, from HTTP body to stored and summed rows."""
    taken: dict[str, list[Sample]] = {build.name: [] for build in builds}
    before = load()
    for _ in range(turns):
        for build in builds:
            taken[build.name].append(json.loads(build.ask(_WORST.format(millions=millions))))
        yield Results("worst-day", f"{millions:,} million rows in a day", taken, load=[before, load()])
