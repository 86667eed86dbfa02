"""The row of a first load: `campfill ingest` of many new lines, to figures, page and workbook.

Belongs here: this one command, in a new home each turn. Does not belong here: what is dropped into a running system.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psycopg

from bench.intake import make_list
from bench.speed.builds import Build, Home, home
from bench.speed.results import Results, Sample, load
from bench.speed.standing import temporary

_LAST = "SELECT FROM campfill.fulfillment OFFSET %s LIMIT 1"


def first_load(builds: list[Build], rows: int, turns: int) -> Iterator[Results]:
    """Each build in turns, each time in a home that has three lines."""
    file = make_list(rows, 7)
    taken: dict[str, list[Sample]] = {build.name: [] for build in builds}
    before = load()
    for _ in range(turns):
        for build in builds:
            with temporary() as folder, home(build, folder) as each:
                each.start_database()
                each.command("ingest", str(make_list(3, 7)))
                taken[build.name].append(_ingest(each, file, rows))
        yield Results("ingest", f"{rows:,} new lines × 7", taken, load=[before, load()])


def _ingest(each: Home, file: Path, rows: int) -> Sample:
    stored: list[float] = []
    ended = threading.Event()

    def look() -> None:
        with suppress(psycopg.Error), each.connection() as connection:
            while not stored and not ended.wait(0.1):
                # Figures are stored so many lines at a time; one row in five hundred has a fault, and none.
                if connection.execute(_LAST, [rows * 99 // 100]).fetchone() is not None:
                    stored.append(time.time())

    looking = threading.Thread(target=look)
    began = time.time()
    looking.start()
    cost = each.command("ingest", str(file))
    ended.set()
    looking.join()
    if not stored:
        raise SystemExit("No figures were stored.")
    page = each.page.stat().st_mtime
    return {
        "all": cost["seconds"], "figures": stored[0] - began, "page": page - began, "processor": cost["processor"],
    }  # fmt: skip
