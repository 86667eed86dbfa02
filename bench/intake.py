"""The whole intake of a campaign list (read, validate, upsert, receipt) against three usual ways, on the same files.

(a) pandas and openpyxl, then `to_sql`       reads everything, checks nothing, replaces the table
(b) openpyxl read-only, an ORM upsert a row  checks nothing
(c) python-calamine → COPY → ON CONFLICT     checks nothing, text columns, the seven columns of use

python -m bench.intake                          300 × 7, 7,057 × 7 and 100,000 × 20
python -m bench.intake --sizes 1048575x20       the largest sheet there can be (about 210 MB; takes long)
python -m bench.intake --burst                  300 files of 300 rows, as one run

Each runs in a process of its own on a fresh database; imports are not counted, nor, of campfill, the list that a run's
process is forked after. Seconds are wall clock; CPU seconds are those of the contender's processes and of PostgreSQL
together, to be trusted more where the machine is shared; memory is the peak of the contender's processes together
(proportional set size). A contender whose rows would take too long is measured on the first rows and extrapolated, and
it says so.
"""

from __future__ import annotations

import argparse
import importlib
import json
import multiprocessing
import os
import random
import statistics
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

import psutil
import psycopg
import xlsxwriter

from campfill_pipeline.domain.columns import LIST_COLUMNS
from campfill_pipeline.warehouse import database
from campfill_pipeline.warehouse.postgres import server

HEADERS = [column.header for column in LIST_COLUMNS]
FIELDS = [column.field for column in LIST_COLUMNS]
RESULTS = Path(__file__).with_name("results")
CACHE = Path(tempfile.gettempdir()) / "campfill-bench-lists"
OUR_MODULES = [
    "pandera.backends.pandas.builtin_checks",  # Pandera imports it when it first checks something
    *(
        f"campfill_pipeline.intake.{name}"
        for name in (
            "judge.campaign_lists",
            "process.parser",
            "process.worker",
            "receipt.original_rows",
            "receipt.write",
        )
    ),
    *(f"campfill_pipeline.warehouse.register.{name}" for name in ("apply", "ledger", "uploads")),
]
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Figure:
    """One contender on one file: wall seconds, CPU seconds (of the database alone in `server_cpu_seconds`), peak MB."""

    contender: str
    size: str
    seconds: float
    cpu_seconds: float
    server_cpu_seconds: float
    peak_mb: float
    measured_rows: int | None = None
    parts: dict[str, float] | None = None


def make_list(rows: int, columns: int, seed: int = 1) -> Path:
    """A list like the real export: mixed notations, 8.7 % without budget, 1 row in 500 with a fault."""
    path = CACHE / f"list-{rows}x{columns}-{seed}.xlsx"
    if path.exists():
        return path
    CACHE.mkdir(exist_ok=True)
    rng = random.Random(seed)
    runtimes = [f"{d:02d}.{m:02d}.2026-{d + 3:02d}.{m:02d}.2026" for d in range(1, 25) for m in range(1, 13)]
    buyers = ["Not set"] * 5 + [f"AGENCY_{n} < Easymedia_rtb (Seat {608000 + n})" for n in range(60)]
    partial_file = path.with_suffix(".part")
    with xlsxwriter.Workbook(partial_file, {"strings_to_urls": False}) as book:
        page = book.add_worksheet("Campaign list")
        page.write_row(0, 0, [*HEADERS, *(f"Extra {n}" for n in range(columns - 7))])
        for number in range(1, rows + 1):
            goal, cpm = rng.randrange(3000, 720000), rng.randrange(1, 4500) / 100
            as_text = rng.random() < 0.2
            line = [
                f"2025_{number % 20000}_{number % 9999:04d}_3_Infoscreen_Sierra Germany GmbH_PPV {number}_04-06.09._",
                rng.choice(runtimes) if number % 500 else "31.09.2026-02.10.2026",
                f"{goal:,}".replace(",", ".") if as_text else goal,
                round(goal / 1000 * cpm, 2) if rng.random() > 0.087 else None,
                cpm,
                str(uuid.UUID(int=rng.getrandbits(128))),
                rng.choice(buyers),
            ]
            for n in range(columns - 7):
                kinds = (rng.random() * 1000, f"text {rng.randrange(3000)}", rng.randrange(10**6))
                line.append(kinds[n % 3])
            page.write_row(number, 0, line)
    partial_file.replace(path)
    return path


def ours(url: str, files: list[Path], work: Path) -> dict[str, float]:
    """The product's own steps, without Dagster around them. Returns the seconds of each part."""
    from campfill_pipeline.intake.judge import campaign_lists
    from campfill_pipeline.intake.process import parser as parsing
    from campfill_pipeline.intake.receipt import original_rows, write
    from campfill_pipeline.warehouse.register import apply, ledger, uploads

    parts = dict.fromkeys(("read", "validate", "upsert", "receipt"), 0.0)

    @contextmanager
    def part(name: str) -> Iterator[None]:
        start = time.perf_counter()
        yield
        parts[name] += time.perf_counter() - start

    limits = parsing.ParseLimits(max_bytes=250_000_000, memory_mb=4096, seconds=600)
    # As in a run of `campfill up`: the reading process is forked before there is a connection.
    with parsing.begun_ahead(), parsing.Parser(limits) as parser, database.connect(url) as connection:
        for number, file in enumerate(files):
            folder = work / str(number)
            with part("read"):
                parsed = parser.parse(file, file.name, folder)
            with part("validate"):
                verdict = campaign_lists.validate_list(parsed, folder)
            assert verdict.status != "rejected", verdict
            counts = uploads.Counts(
                verdict.rows_read, verdict.rows_accepted, verdict.rows_rejected, verdict.rows_skipped
            )
            raw_rows = partial(parser.raw_rows, file)
            with part("upsert"), original_rows.fetched_meanwhile(parsed, verdict.issues, folder, raw_rows):
                upload = ledger.record_arrival(
                    connection,
                    upload_id=uuid.uuid4(),
                    sha256=uuid.uuid4().hex * 2,
                    file_name=file.name,
                    file_bytes=file.stat().st_size,
                    archived_as="x",
                    door="command",
                    received_at=NOW,
                )
                judged = apply.JudgedList(
                    lines=verdict.lines,
                    issues=verdict.issues,
                    counts=counts,
                    content_date=parsed.content_date,
                )
                apply.apply_list(connection, upload, judged, now=NOW)
                connection.commit()
            with part("receipt"):
                upload = uploads.get(connection, upload.upload_id)
                told = apply.changes(connection, upload.upload_id, write.MOST_CHANGES)
                facts = write.ReceiptFacts(
                    upload_id=upload.upload_id,
                    file_name=upload.file_name,
                    received_at=upload.received_at,
                    status=upload.status,
                    reason=upload.reason,
                    message="",
                    hint="",
                    counts=upload,
                    parsed=parsed,
                    issues=verdict.issues,
                    changes=[vars(change) for change in told],
                    raw_rows=original_rows.kept(folder, raw_rows),
                )
                write.write_receipt(folder / "receipt.xlsx", facts)
    return parts


def pandas_to_sql(url: str, file: Path, _work: Path) -> None:
    import pandas as pd
    import sqlalchemy

    frame = pd.read_excel(file, engine="openpyxl")
    engine = sqlalchemy.create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    frame.to_sql("list_a", engine, if_exists="replace", index=False)


def orm_row_by_row(url: str, file: Path, _work: Path, *, most: int) -> int:
    import openpyxl
    import sqlalchemy
    from sqlalchemy.orm import Session, declarative_base

    base: Any = declarative_base()
    text = {name: sqlalchemy.Column(sqlalchemy.Text) for name in FIELDS if name != "id"}
    line = type(
        "Line",
        (base,),
        {"__tablename__": "list_b", "id": sqlalchemy.Column(sqlalchemy.Text, primary_key=True), **text},
    )
    engine = sqlalchemy.create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    base.metadata.create_all(engine)
    sheet = openpyxl.load_workbook(file, read_only=True).worksheets[0]
    done = 0
    with Session(engine) as session:
        for values in sheet.iter_rows(min_row=2, max_col=7, values_only=True):
            texts = [None if value is None else str(value) for value in values]
            session.merge(line(**dict(zip(FIELDS, texts, strict=True))))
            done += 1
            if done == most:
                break
        session.commit()
    return done


def calamine_copy(url: str, file: Path, _work: Path) -> None:
    import python_calamine

    columns = ", ".join(FIELDS)
    declared = ", ".join(f"{name} text{' PRIMARY KEY' if name == 'id' else ''}" for name in FIELDS)
    assigned = ", ".join(f"{name} = EXCLUDED.{name}" for name in FIELDS if name != "id")
    with psycopg.connect(url) as connection:
        connection.execute(f"CREATE TABLE IF NOT EXISTS list_c ({declared})")
        connection.execute("CREATE TEMP TABLE staging (LIKE list_c)")
        rows = python_calamine.CalamineWorkbook.from_path(str(file)).get_sheet_by_index(0).to_python()
        with connection.cursor().copy(f"COPY staging ({columns}) FROM STDIN") as copy:
            for row in rows[1:]:
                copy.write_row([str(value) for value in row[:7]])
        connection.execute(
            f"INSERT INTO list_c ({columns}) SELECT {columns} FROM staging "
            f"ON CONFLICT (id) DO UPDATE SET {assigned}"
        )


def _memory_mb(process: psutil.Process) -> float:
    total = 0
    for one in (process, *process.children(recursive=True)):
        with suppress(psutil.Error, OSError):
            for line in Path(f"/proc/{one.pid}/smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    total += int(line.split()[1])
    return total / 1024


def server_cpu(running: server.Server) -> float:
    """CPU seconds that the database server has used so far, its ended backends included."""
    postmaster = psutil.Process(int((running.data / "postmaster.pid").read_text().split()[0]))
    total = sum(postmaster.cpu_times()[:4])
    for child in postmaster.children():
        with suppress(psutil.Error):
            total += sum(child.cpu_times()[:2])
    return total


def measure(
    work: Callable[[], Any], modules: Sequence[str], ready: Callable[[], None] | None = None
) -> tuple[float, float, float, Any]:
    """Wall seconds, CPU seconds, peak MB and result of `work` in a new process that has imported these."""
    context = multiprocessing.get_context("spawn")
    inward, outward = context.Pipe(duplex=False)
    process = context.Process(target=_run, args=(work, modules, ready, outward))
    process.start()
    outward.close()
    peak, done = 0.0, threading.Event()

    def watch() -> None:
        nonlocal peak
        with suppress(psutil.Error):
            handle = psutil.Process(process.pid)
            while not done.wait(0.25):  # each look walks all pages: seldom enough to disturb nobody
                peak = max(peak, _memory_mb(handle))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        seconds, cpu, result = inward.recv()
    finally:
        done.set()
        watcher.join()
        process.join()
    return seconds, cpu, peak, result


def _run(
    work: Callable[[], Any], modules: Sequence[str], ready: Callable[[], None] | None, outward: Any
) -> None:
    for module in modules:
        importlib.import_module(module)
    if ready:
        ready()
    start, before = time.perf_counter(), os.times()
    result = work()
    used = os.times()
    cpu = sum(used[:4]) - sum(before[:4])
    outward.send((time.perf_counter() - start, cpu, result))


@contextmanager
def fresh(running: server.Server) -> Iterator[str]:
    """A migrated database of its own."""
    name = f"bench_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(running.url("postgres"), autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
        try:
            database.migrate(running.url(name))
            yield running.url(name)
        finally:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


def first_list_taken() -> None:
    """What a run's process is forked after."""
    # Not above: the build that stands beside this one uses other parts of this file, and has no such module.
    from campfill_pipeline.intake import first_list

    first_list.take()


@dataclass(frozen=True)
class _Ours:
    """campfill on these files; picklable, as the others are."""

    files: list[Path]
    modules: ClassVar[Sequence[str]] = OUR_MODULES
    ready = staticmethod(first_list_taken)

    def __call__(self, url: str, work: Path) -> Any:
        return ours(url, self.files, work)


@dataclass(frozen=True)
class _Way:
    """Another way to take in a file."""

    function: Callable[[str, Path, Path], Any]
    file: Path
    modules: Sequence[str]
    ready: ClassVar[None] = None

    def __call__(self, url: str, work: Path) -> Any:
        return self.function(url, self.file, work)


def contenders(file: Path, rows: int, chosen: str, most: int) -> Iterator[tuple[str, _Ours | _Way]]:
    """The chosen ways to take in `file`, by name."""
    orm = partial(orm_row_by_row, most=min(rows, most))
    ways: dict[str, tuple[str, _Ours | _Way]] = {
        "o": ("campfill", _Ours([file])),
        "a": (
            "(a) pandas + openpyxl + to_sql",
            _Way(pandas_to_sql, file, ["pandas", "openpyxl", "sqlalchemy"]),
        ),
        "b": ("(b) openpyxl read-only + ORM", _Way(orm, file, ["openpyxl", "sqlalchemy.orm"])),
        "c": ("(c) calamine + COPY + ON CONFLICT", _Way(calamine_copy, file, ["python_calamine"])),
    }
    for letter in chosen:
        yield ways[letter]


def compare(running: server.Server, size: str, chosen: str, runs: int, most: int) -> list[Figure]:
    """All contenders on one size, interleaved, the median of `runs`."""
    rows, columns = map(int, size.split("x"))
    file = make_list(rows, columns)
    taken: dict[str, list[Figure]] = {}
    for _ in range(runs if rows <= 100_000 else 1):
        for name, way in contenders(file, rows, chosen, most):
            with fresh(running) as url, tempfile.TemporaryDirectory() as work:
                before = server_cpu(running)
                seconds, cpu, peak, result = measure(partial(way, url, Path(work)), way.modules, way.ready)
                used = server_cpu(running) - before
            measured = None
            if isinstance(result, int) and result < rows:
                seconds, cpu, used = (figure * rows / result for figure in (seconds, cpu, used))
                measured = result
            parts = (
                {part: round(value, 2) for part, value in result.items()}
                if isinstance(result, dict)
                else None
            )
            taken.setdefault(name, []).append(
                Figure(name, size, seconds, cpu + used, used, peak, measured, parts)
            )
            print(
                f"{size:>12}  {name:36} {seconds:9.2f} s  {cpu + used:8.2f} CPU s  {peak:7.0f} MB  {parts or ''}",
                flush=True,
            )
    figures = []
    for found in taken.values():
        middle = statistics.median_low([figure.seconds for figure in found])
        figures.append(next(figure for figure in found if figure.seconds == middle))
    return figures


def burst(running: server.Server, files: int = 300, rows: int = 300) -> Figure:
    """Many small files as one run."""
    made = [make_list(rows, 7, seed) for seed in range(1, files + 1)]
    with fresh(running) as url, tempfile.TemporaryDirectory() as work:
        before = server_cpu(running)
        seconds, cpu, peak, parts = measure(partial(_Ours(made), url, Path(work)), _Ours.modules, _Ours.ready)
        used = server_cpu(running) - before
        with database.connect(url) as connection:
            loaded = connection.execute("SELECT count(*) FROM upload WHERE rows_read = %s", [rows]).fetchone()
    assert loaded == (files,), loaded
    print(
        f"burst of {files} files of {rows} rows: {seconds:.1f} s, {seconds / files:.3f} s a file, "
        f"{cpu + used:.1f} CPU s, {peak:.0f} MB"
    )
    return Figure("campfill, a burst", f"{files} files", seconds, cpu + used, used, peak, parts=parts)


def ratios(figures: list[Figure]) -> list[str]:
    """Sentences that compare campfill with the others, size by size."""
    said = []
    for size in dict.fromkeys(figure.size for figure in figures):
        here = {figure.contender: figure for figure in figures if figure.size == size}
        own = here.pop("campfill", None)
        if own is None:
            continue
        for other in here.values():
            guess = f", from {other.measured_rows:,} rows" if other.measured_rows else ""
            said.append(
                f"{size}: campfill takes {own.seconds / other.seconds:.2f} of the time of {other.contender} "
                f"({own.cpu_seconds / max(other.cpu_seconds, 0.01):.2f} of its CPU{guess}), "
                f"{own.peak_mb:.0f} MB against {other.peak_mb:.0f} MB"
            )
    return said


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", nargs="+", default=["300x7", "7057x7", "100000x20"])
    parser.add_argument("--contenders", default="oabc", help="letters of those to run: o is campfill")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--most", type=int, default=20_000, help="rows after which (b) is extrapolated")
    parser.add_argument("--burst", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="campfill-bench-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)
        running = server.start(folder)
        try:
            if options.burst:
                figures = [burst(running)]
            else:
                figures = []
                for size in options.sizes:
                    figures += compare(running, size, options.contenders, options.runs, options.most)
        finally:
            server.stop(running)
    for sentence in ratios(figures):
        print(sentence)
    RESULTS.mkdir(exist_ok=True)
    target = RESULTS / f"intake-{'burst' if options.burst else '-'.join(options.sizes)}.json"
    target.write_text(json.dumps([asdict(figure) for figure in figures], indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
