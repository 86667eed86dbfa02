"""The fulfillment page: how long it takes to make, how large it is, how soon a reader sees it; and its workbook.

python -m bench.report                  the demo's 7,057 lines from its database, then 50,000 invented ones
python -m bench.report --lines 50000    invented lines only
python -m bench.report --workbook       the workbook only

The workbook is made of 7,057 and of 100,000 invented lines in turns: by XlsxWriter cell by cell, and as campfill does.
A page is opened from disk in Chromium five times; the medians are told. Beside it, the same lines as plain JSON, one
object a line: what the page would hold if it were not packed in columns and deflated.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
import psycopg
from playwright.sync_api import Browser, sync_playwright

from campfill_pipeline.domain.fulfillment import FulfillmentRules
from campfill_pipeline.reports import page, workbook
from campfill_pipeline.reports.both import write_reports
from campfill_pipeline.simulator.world import make_world
from campfill_pipeline.warehouse import database
from campfill_pipeline.warehouse.figures.fulfillment import refresh
from campfill_pipeline.warehouse.postgres import server
from campfill_pipeline_tests.reports import by_xlsxwriter
from campfill_pipeline_tests.reports.invented import NOW, invent, invent_details
from campfill_pipeline_tests.warehouse import simulated

RESULTS = Path(__file__).with_name("results")
RULES = FulfillmentRules()
OPENINGS = 5
WORKBOOKS = {7_057: 5, 100_000: 3}
"""How many lines a workbook has, and how often it is made."""
DRAWN = "document.querySelector('main')?.dataset.shown === level && document.documentElement.dataset.charts === 'ready'"
GO = f"""async (level) => {{
  const began = performance.now();
  location.hash = level;
  while (!({DRAWN})) await new Promise(requestAnimationFrame);
  return performance.now() - began;
}}"""
PAINT = "performance.getEntriesByName('first-contentful-paint')[0].startTime"


@dataclass(frozen=True)
class Opened:
    """Medians in seconds: until something is seen, the first level is drawn, the list, one line."""

    first_paint: float
    overview: float
    lines: float
    line: float


@dataclass(frozen=True)
class Made:
    """One page (the demo's with its workbook): what it took to make, its weight, how it opens.

    `plain_mb` are its lines as plain JSON.
    """

    lines: int
    made_seconds: float
    made_cpu_seconds: float
    page_mb: float
    plain_mb: float
    opened: Opened


@dataclass(frozen=True)
class Books:
    """Medians of making one workbook cell by cell with XlsxWriter and as campfill does: seconds, processor time, MB."""

    lines: int
    by_cell_seconds: float
    seconds: float
    by_cell_cpu_seconds: float
    cpu_seconds: float
    by_cell_mb: float
    mb: float


def workbooks(lines: int, turns: int, folder: Path) -> Books:
    """Make both workbooks of so many invented lines in turns, so that what else the machine does meets both."""
    data = invent(lines)
    measured = []
    for _ in range(turns):
        pair = []
        for render in (by_xlsxwriter.render, workbook.render):
            file = folder / "measured.xlsx"
            began, cpu = time.perf_counter(), time.process_time()
            render(data, file, NOW)
            pair.append((time.perf_counter() - began, time.process_time() - cpu, _weigh(file)))
        measured.append([figure for both in zip(*pair, strict=True) for figure in both])
    return Books(lines, *(round(statistics.median(column), 2) for column in zip(*measured, strict=True)))


def open_page(browser: Browser, file: Path, line_id: str) -> Opened:
    """Open the file as a reader does, each time in a fresh context."""
    seen = []
    for _ in range(OPENINGS):
        tab = browser.new_page(viewport={"width": 1440, "height": 900}, locale="en-GB")
        tab.set_default_timeout(60_000)
        began = time.perf_counter()
        tab.goto(file.as_uri())
        tab.wait_for_selector('html[data-charts="ready"]', state="attached")
        overview = time.perf_counter() - began
        steps = [tab.evaluate(GO, level) / 1000 for level in ("/lines?state=all", f"/line/{line_id}")]
        seen.append((tab.evaluate(PAINT) / 1000, overview, *steps))
        tab.close()
    return Opened(*(round(statistics.median(column), 2) for column in zip(*seen, strict=True)))


def _weigh(path: Path) -> float:
    return round(path.stat().st_size / 1e6, 1)


def invented(browser: Browser, count: int, folder: Path) -> Made:
    """A page of `count` invented lines, every fifth with a full detail; made without a database."""
    data = invent(count)
    details = invent_details(data)
    began, cpu = time.perf_counter(), time.process_time()
    text, _ = page.render(data, details, RULES, NOW)
    file = folder / "invented.html"
    file.write_text(text, encoding="utf-8")
    seconds, busy = time.perf_counter() - began, time.process_time() - cpu
    plain = len(orjson.dumps([asdict(line) for line in data.lines], default=str)) / 1e6
    opened = open_page(browser, file, str(data.lines[0].id))
    return Made(count, round(seconds, 1), round(busy, 1), _weigh(file), round(plain, 1), opened)


@contextmanager
def demo_database(folder: Path) -> Iterator[psycopg.Connection]:
    """The demo's world in a database of its own: 7,056 lines, a hundred days of delivery, all figures."""
    running = server.start(folder / "postgres")
    try:
        database.migrate(running.url("postgres"))
        now = datetime.now(UTC)
        world = make_world(now.date())
        with database.connect(running.url("postgres")) as connection:
            connection.execute(
                """INSERT INTO upload (upload_id, order_no, partition_key, sha256, file_name, file_bytes, archived_as,
                                       door, kind, status, received_at)
                   VALUES ('00000000-0000-0000-0000-000000000001', 1, '000001-lines', 'x', 'lines.xlsx', 1, 'x',
                           'inbox', 'campaign_list', 'loaded', %s)""",
                [now - timedelta(days=1)],
            )
            simulated.register(connection, world.lines, now - timedelta(days=1))
            simulated.fetch_days(connection, world, world.first_day, world.today - timedelta(days=1))
            refresh(connection, RULES, as_of=world.today, now=now)
            connection.commit()
            connection.execute("ANALYZE")
            connection.commit()
            yield connection
    finally:
        server.stop(running)


def of_the_demo(browser: Browser, folder: Path) -> tuple[Made, float]:
    """The demo's page and workbook, queries included, and the seconds that both take as of another day."""
    now = datetime.now(UTC)
    with demo_database(folder) as connection:
        began, cpu = time.perf_counter(), time.process_time()
        written = write_reports(connection, folder, RULES, now.date(), now)
        seconds, busy = time.perf_counter() - began, time.process_time() - cpu
        began = time.perf_counter()
        write_reports(connection, folder / "another-day", RULES, now.date() - timedelta(days=10), now)
        another_day = time.perf_counter() - began
        row = connection.execute("SELECT sum(length(row_to_json(f)::text)) FROM fulfillment f").fetchone()
        worst = connection.execute(
            "SELECT line_id FROM fulfillment WHERE covered ORDER BY shortfall DESC"
        ).fetchone()
        assert row is not None and worst is not None
    opened = open_page(browser, written.page, str(worst[0]))
    plain = round(row[0] / 1e6, 1)
    made = Made(written.facts.lines, round(seconds, 1), round(busy, 1), _weigh(written.page), plain, opened)
    return made, round(another_day, 1)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and tell; the figures are kept in bench/results/."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--lines", type=int, help="only this many invented lines, no demo")
    parser.add_argument("--workbook", action="store_true", help="the workbook only")
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="campfill-bench-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)
        if not chosen.workbook:
            _keep("report", [asdict(made) for made in _pages(folder, chosen.lines)])
        if not chosen.lines:
            books = [workbooks(lines, turns, folder) for lines, turns in WORKBOOKS.items()]
            for made in books:
                _tell_books(made)
            _keep("workbook", [asdict(made) for made in books])


def _pages(folder: Path, lines: int | None) -> list[Made]:
    executable = os.environ.get("CHROMIUM") or shutil.which("chromium") or "chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=["--headless", "--no-sandbox"])
        measured = []
        if not lines:
            made, another_day = of_the_demo(browser, folder)
            measured.append(made)
            _tell(made)
            print(f"  page and workbook of another day, a full refresh included: {another_day} s")
        measured.append(invented(browser, lines or 50_000, folder))
        _tell(measured[-1])
        browser.close()
    return measured


def _keep(name: str, measured: list[dict[str, object]]) -> None:
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{name}.json").write_text(json.dumps(measured, indent=1) + "\n")


def _tell_books(made: Books) -> None:
    time_ratio, cpu_ratio = made.seconds / made.by_cell_seconds, made.cpu_seconds / made.by_cell_cpu_seconds
    print(
        f"workbook of {made.lines:,} lines: cell by cell {made.by_cell_seconds} s ({made.by_cell_cpu_seconds} s of "
        f"processor time, {made.by_cell_mb} MB), as campfill makes it {made.seconds} s ({made.cpu_seconds} s, "
        f"{made.mb} MB): {time_ratio:.2f} of the time, {cpu_ratio:.2f} of the processor time"
    )


def _tell(made: Made) -> None:
    opened = made.opened
    print(
        f"{made.lines:,} lines: made in {made.made_seconds} s ({made.made_cpu_seconds} s of processor time), "
        f"{made.page_mb} MB (its lines as plain JSON: {made.plain_mb} MB)\n"
        f"  first paint {opened.first_paint} s, overview drawn {opened.overview} s, "
        f"list of all lines {opened.lines} s, one line {opened.line} s"
    )


if __name__ == "__main__":
    main()
