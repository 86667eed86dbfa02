"""How this build's cost grows: with lines, hundreds to hundreds of thousands, and with hourly rows behind them.

Belongs here: drop to figure, page, recompute and disk at each size. Does not belong here: the build before; drawing.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime

import psutil
import psycopg

from bench import fulfillment as figures
from bench.intake import make_list
from bench.speed.builds import HERE, Build, Home, home
from bench.speed.results import NOW, Results, Sample, load
from bench.speed.standing import dropped, temporary
from campfill_pipeline.domain.fulfillment import FulfillmentRules
from campfill_pipeline.warehouse import database
from campfill_pipeline.warehouse.figures.fulfillment import refresh

LINES = (300, 3_000, 30_000, 300_000)
ROWS = {1: (5, 1), 10: (16, 3), 100: (17, 28)}
"""Millions of rows, and the hours and sites of 7,057 lines that make them."""
DROPPED = 300


def with_lines(points: list[int]) -> Iterator[Results]:
    """A list of so many new lines, dropped into a new home."""
    build = Build(NOW, HERE)
    for lines in points:
        before = load()
        with temporary() as folder, home(build, folder) as each:
            each.up()
            began = each.drop([make_list(3, 7)])
            each.figures_stored(1)
            each.page_written(began)
            empty = each.bytes_of_database()
            found = dropped(each, [make_list(lines, 7)], 2)
            with database.connect(each.url) as connection:
                found |= recomputed(connection)
            found["disk"] = (each.bytes_of_database() - empty) / 1e6
        yield Results(f"lines-{lines}", f"{lines:,} lines", {NOW: [found]}, load=[before, load()])


def with_rows(millions: list[int], lines: int) -> Iterator[Results]:
    """A list of 300 new lines, dropped into a home that has so many hourly rows."""
    build = Build(NOW, HERE)
    for million in millions:
        before = load()
        hours, sites = ROWS[million]
        with temporary() as folder, home(build, folder) as each:
            each.start_database()
            each.command("ingest", str(make_list(3, 7)))  # makes the tables
            empty = each.bytes_of_database()
            rows = _filled(each, figures.World(lines, 365, hours, sites))
            with database.connect(each.url) as connection:
                found = recomputed(connection)
            found["disk"] = (each.bytes_of_database() - empty) / 1e6
            each.up()
            began = each.drop([make_list(3, 7, seed=2)])
            each.figures_stored(2)
            each.page_written(began)
            found |= dropped(each, [make_list(DROPPED, 7, seed=3)], 3)
        yield Results(f"rows-{million}", f"{rows:,} hourly rows", {NOW: [found]}, load=[before, load()])


def _filled(each: Home, shape: figures.World) -> int:
    with database.connect(each.url, autocommit=True) as connection:
        # The lines of the world are numbered from one.
        connection.execute("TRUNCATE line_register, line_dirty, fulfillment CASCADE")
        figures.fill(connection, shape)
        row = connection.execute("SELECT sum(rows) FROM line_day").fetchone()
    assert row is not None
    return int(row[0])


def recomputed(connection: psycopg.Connection) -> Sample:
    """A full recompute, on the clock and in the processor time of the database's process."""
    backend = psutil.Process(connection.info.backend_pid)
    began, used = time.perf_counter(), sum(backend.cpu_times()[:2])
    now = datetime.now(UTC)
    refresh(connection, FulfillmentRules(), as_of=now.date(), now=now, full=True)
    connection.commit()
    return {
        "recompute": time.perf_counter() - began,
        "recompute processor": sum(backend.cpu_times()[:2]) - used,
    }
