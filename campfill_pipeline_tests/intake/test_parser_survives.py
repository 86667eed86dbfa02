"""The reading process outlives every file: forks that die, run out of memory or time, and its own death."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
import xlsxwriter

from campfill_pipeline.intake.findings import CellKind
from campfill_pipeline.intake.process.parser import (
    ParseLimits,
    Parser,
    ReadingTroubleError,
    RowsUnreadableError,
    load_parsed,
)
from campfill_pipeline.intake.xlsx.workbook import Workbook
from campfill_pipeline_tests import kept_readers
from campfill_pipeline_tests.intake.workbooks import (
    HEADERS,
    LINE,
    TRANSITIONAL,
    list_sheet,
    row,
    sheet,
    table_rows,
    workbook,
)


def limits(*, seconds: float = 120, memory_mb: int = 700) -> ParseLimits:
    return ParseLimits(max_bytes=50_000_000, memory_mb=memory_mb, seconds=seconds)


@pytest.fixture(autouse=True)
def as_shipped() -> Iterator[None]:
    """Each parser has a process of its own, which is what these tests are about."""
    with kept_readers.as_shipped():
        yield


@pytest.fixture
def endless(tmp_path: Path) -> Path:
    """A file that takes long to read: many cells, and a comment that rules the fast way out."""
    rows = "".join(row(number, [1] * 60) for number in range(2, 5_000))
    return workbook(tmp_path / "endless.xlsx", sheet(row(1, HEADERS), rows, before="<!-- not regular -->"))


@pytest.fixture
def good(tmp_path: Path) -> Path:
    return workbook(tmp_path / "good.xlsx", list_sheet(LINE))


def worker_of(parser: Parser) -> psutil.Process:
    """The parser's reading process."""
    assert parser._worker is not None
    return psutil.Process(parser._worker.pid)


def test_a_file_that_takes_too_long_is_too_slow_and_the_next_is_read(
    tmp_path: Path, endless: Path, good: Path
) -> None:
    with Parser(limits(seconds=0.2)) as parser:
        start = time.monotonic()
        parsed = parser.parse(endless, "endless.xlsx", tmp_path / "work")
        assert parsed.reason == "too_slow"
        assert "longer than 0 seconds" in parsed.message
        assert time.monotonic() - start < 60
        assert worker_of(parser).children() == []  # the fork is gone, the worker is not


def test_a_file_that_needs_too_much_memory_is_too_large_and_the_next_is_read(
    tmp_path: Path, good: Path
) -> None:
    texts = f'<sst xmlns="{TRANSITIONAL}"><si><t>{"x" * 150_000_000}</t></si></sst>'
    greedy = workbook(tmp_path / "greedy.xlsx", list_sheet(LINE), shared=texts)
    with Parser(limits(memory_mb=300)) as parser:
        parsed = parser.parse(greedy, "greedy.xlsx", tmp_path / "work")
        assert parsed.reason == "too_large"
        assert "300 MB of memory" in parsed.message
        assert parser.parse(good, "good.xlsx", tmp_path / "work").reason is None


@pytest.mark.parametrize("sent", [signal.SIGSEGV, signal.SIGABRT, signal.SIGKILL])
def test_a_fork_that_dies_is_one_files_fault(
    tmp_path: Path, endless: Path, good: Path, sent: signal.Signals
) -> None:
    with Parser(limits()) as parser:
        worker = begun(parser, tmp_path)
        killer = threading.Thread(target=_kill_forks_of, args=(worker, sent, 1))
        killer.start()
        parsed = parser.parse(endless, "endless.xlsx", tmp_path / "work")
        killer.join()
        assert parsed.reason == ("too_large" if sent == signal.SIGKILL else "corrupt")
        assert parser.parse(good, "good.xlsx", tmp_path / "work").reason is None
        assert worker_of(parser).pid == worker.pid


def begun(parser: Parser, tmp_path: Path) -> psutil.Process:
    """The parser's reading process, begun by a file that leaves no fork behind."""
    (tmp_path / "empty.xlsx").touch()
    assert parser.parse(tmp_path / "empty.xlsx", "empty.xlsx", tmp_path / "work").reason == "empty_file"
    assert worker_of(parser).children() == []
    return worker_of(parser)


def _kill_forks_of(worker: psutil.Process, sent: signal.Signals, count: int) -> None:
    """Kill so many forks, each a moment after it was seen first."""
    killed: set[int] = set()
    deadline = time.monotonic() + 10
    while len(killed) < count and time.monotonic() < deadline:
        for fork in worker.children():
            if fork.pid not in killed:
                time.sleep(0.05)
                killed.add(fork.pid)
                os.kill(fork.pid, sent)
        time.sleep(0.002)


@pytest.mark.parametrize("sent", [signal.SIGSEGV, signal.SIGKILL])
def test_a_fork_that_dies_after_it_read_another_file_is_no_verdict_on_the_next(
    tmp_path: Path, good: Path, sent: signal.Signals
) -> None:
    rows = "".join(row(number, [1] * 60) for number in range(2, 2_000))
    slow = workbook(tmp_path / "slow.xlsx", sheet(row(1, HEADERS), rows, before="<!-- not regular -->"))
    assert slow.stat().st_size < 250_000  # or it would have a fork of its own in any case
    with Parser(limits()) as parser:
        # One fork may die of the earlier file; where the file's own one dies too, it is the file.
        for deaths, told in ((1, None), (2, "too_large" if sent == signal.SIGKILL else "corrupt")):
            assert parser.parse(good, "good.xlsx", tmp_path / "work").reason is None
            assert worker_of(parser).children()
            killer = threading.Thread(target=_kill_forks_of, args=(worker_of(parser), sent, deaths))
            killer.start()
            parsed = parser.parse(slow, "slow.xlsx", tmp_path / "work")
            killer.join()
            assert parsed.reason == told


def test_a_file_is_refused_by_a_fork_of_its_own(tmp_path: Path, good: Path) -> None:
    rows = "".join(row(number, [1] * 60) for number in [*range(2, 2_000), 7])  # a row 7 below all others
    slow = workbook(tmp_path / "slow.xlsx", sheet(row(1, HEADERS), rows, before="<!-- not regular -->"))
    seen: list[int] = []
    with Parser(limits()) as parser:
        parser.parse(good, "good.xlsx", tmp_path / "work")
        worker, done = worker_of(parser), threading.Event()

        def watch() -> None:
            while not done.wait(0.005):
                seen.extend(fork.pid for fork in worker.children())

        watcher = threading.Thread(target=watch)
        watcher.start()
        parsed = parser.parse(slow, "slow.xlsx", tmp_path / "work")
        done.set()
        watcher.join()
    assert parsed.reason == "corrupt"
    assert len(set(seen)) == 2  # that of the file before, then its own


def test_small_sound_files_share_a_fork_and_all_others_have_their_own(tmp_path: Path, good: Path) -> None:
    damaged = tmp_path / "damaged.xlsx"
    damaged.write_bytes(good.read_bytes()[:-30])
    large = tmp_path / "large.csv"
    lines = ";".join(map(str, LINE)) + "\n"
    large.write_text(";".join(HEADERS) + "\n" + lines * 3_000, encoding="utf-8")

    with Parser(limits()) as parser:

        def kept_after(path: Path) -> list[int]:
            parser.parse(path, path.name, tmp_path / "work")
            return [fork.pid for fork in worker_of(parser).children()]

        first = kept_after(good)
        assert len(first) == 1
        assert kept_after(good) == first
        parser.raw_rows(good, "Campaign list", [2])
        assert kept_after(good) == first
        assert kept_after(damaged) == []
        second = kept_after(good)
        assert second != first
        assert kept_after(large) == []
        kept_after(good)
        worker_of(parser).children()[0].kill()  # while it waits
        assert parser.parse(good, "good.xlsx", tmp_path / "work").reason is None


def test_a_fork_that_waits_ends_with_its_parser(tmp_path: Path, good: Path) -> None:
    parser = Parser(limits())
    parser.parse(good, "good.xlsx", tmp_path / "work")
    forks = worker_of(parser).children()
    assert forks
    parser.close()
    psutil.wait_procs(forks, timeout=10)
    assert not any(fork.is_running() for fork in forks)


def test_limits_count_anew_for_each_file_of_a_fork(tmp_path: Path, good: Path) -> None:
    texts = f'<sst xmlns="{TRANSITIONAL}"><si><t>{"x" * 150_000_000}</t></si></sst>'
    greedy = workbook(tmp_path / "greedy.xlsx", list_sheet(LINE), shared=texts)
    with Parser(limits(memory_mb=300)) as parser:
        for path, reason in ((good, None), (good, None), (greedy, "too_large"), (good, None)):
            assert parser.parse(path, path.name, tmp_path / "work").reason == reason


def test_a_worker_that_was_killed_is_replaced(tmp_path: Path, good: Path) -> None:
    with Parser(limits()) as parser:
        assert parser.parse(good, "good.xlsx", tmp_path / "work").reason is None
        worker = worker_of(parser)
        worker.kill()
        worker.wait()
        assert parser.parse(good, "good.xlsx", tmp_path / "work").reason is None


def test_nothing_runs_on_after_closing(tmp_path: Path, good: Path) -> None:
    parser = Parser(limits())
    parser.parse(good, "good.xlsx", tmp_path / "work")
    worker = worker_of(parser)
    parser.close()
    assert not worker.is_running()
    assert parser.parse(good, "good.xlsx", tmp_path / "work").reason is None  # and it can be used again
    parser.close()


def test_the_fork_ends_with_the_caller(tmp_path: Path, endless: Path) -> None:
    parser = Parser(limits())
    thread = threading.Thread(target=parser.parse, args=(endless, "endless.xlsx", tmp_path / "work"))
    thread.start()
    while parser._worker is None or not (found := worker_of(parser).children()):
        time.sleep(0.01)
    worker = parser._worker
    assert worker is not None
    worker.requests.close()  # what the system does when the caller dies
    assert worker.process.wait(10) == 0
    psutil.wait_procs(found, timeout=10)
    assert not any(fork.is_running() for fork in found)
    thread.join()
    parser.close()


def test_a_burst_of_small_files_costs_milliseconds_each(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", list_sheet(*([LINE] * 300)))
    with Parser(limits()) as parser:
        parser.parse(path, "a.xlsx", tmp_path / "work")
        before = worker_of(parser).cpu_times()
        for number in range(20):
            assert parser.parse(path, "a.xlsx", tmp_path / f"work-{number}").tables[0].rows == 300
        # Processor time, as the machine may be busy with other things.
        used = sum(worker_of(parser).cpu_times()[:4]) - sum(before[:4])
        assert used / 20 < 0.2


def test_the_caller_stays_small(tmp_path: Path) -> None:
    rows = "".join(row(number, LINE) for number in range(2, 30_000))
    path = workbook(tmp_path / "a.xlsx", sheet(row(1, HEADERS), rows))
    with Parser(limits()) as parser:
        before = psutil.Process().memory_info().rss
        assert parser.parse(path, "a.xlsx", tmp_path / "work").tables[0].rows == 29_998
        assert psutil.Process().memory_info().rss - before < 20_000_000


def test_what_is_not_the_files_fault_is_no_verdict_on_it(tmp_path: Path, good: Path) -> None:
    work = tmp_path / "work"
    with Parser(limits()) as parser:
        with pytest.raises(ReadingTroubleError, match="No such file"):
            parser.parse(tmp_path / "missing.xlsx", "missing.xlsx", work)
        (work / "table-1.arrow").mkdir()
        with pytest.raises(ReadingTroubleError, match="directory"):
            parser.parse(good, "good.xlsx", work)


def test_progress_is_shown(tmp_path: Path, endless: Path) -> None:
    seen: list[tuple[int, int]] = []
    with Parser(limits()) as parser:
        parser.parse(
            endless, "endless.xlsx", tmp_path / "work", lambda done, total: seen.append((done, total))
        )
    assert seen
    assert all(0 < done <= total for done, total in seen)
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)


def test_what_was_read_can_be_loaded_again(tmp_path: Path, good: Path) -> None:
    with Parser(limits()) as parser:
        parsed = parser.parse(good, "good.xlsx", tmp_path / "work")
    assert load_parsed(tmp_path / "work") == parsed
    assert len(table_rows(load_parsed(tmp_path / "work"))) == 1


def test_original_rows_are_fetched_with_all_their_columns(tmp_path: Path) -> None:
    cells = [*LINE, None, "extra", '<c r="J3" t="e"><v>#REF!</v></c>', '<c r="K3"><f>1</f></c>']
    path = workbook(
        tmp_path / "a.xlsx", sheet(row(1, HEADERS), row(2, LINE), row(3, cells), '<row r="4"/>', row(9, LINE))
    )
    with Parser(limits()) as parser:
        found = parser.raw_rows(path, "Campaign list", [9, 3, 4, 7])
    assert [cell.text for cell in found[0]] == [str(value) for value in LINE]
    assert [cell.text for cell in found[1]] == [*(str(value) for value in LINE), "", "extra", "#REF!", ""]
    assert [cell.kind for cell in found[1]][7:] == [
        CellKind.BLANK,
        CellKind.TEXT,
        CellKind.ERROR,
        CellKind.FORMULA_WITHOUT_VALUE,
    ]
    assert found[2] == found[3] == []


def test_original_rows_fetched_in_turns_have_all_their_shared_strings(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        only = book.add_worksheet("Sheet")
        for number, text in enumerate(("first", "second", "third")):
            only.write_row(number, 0, [text, f"{text} too"])
    opened = Workbook(path, limits())
    for number, text in ((1, "first"), (3, "third"), (2, "second")):
        rows = opened.raw_rows("Sheet", [number])
        assert [cell.text for cell in rows[number]] == [text, f"{text} too"]
    opened.close()


def test_original_rows_of_odd_xml_and_of_text_are_fetched_too(tmp_path: Path) -> None:
    xml = list_sheet(LINE, LINE).replace("<sheetData>", "<!-- odd --><sheetData>").replace("><", ">\n<")
    path = workbook(tmp_path / "a.xlsx", xml)
    text = tmp_path / "a.csv"
    text.write_text(";".join(HEADERS) + "\n\n" + ";".join(map(str, LINE)), encoding="utf-8")
    with Parser(limits()) as parser:
        assert [cell.text for cell in parser.raw_rows(path, "Campaign list", [3])[0]] == [
            str(value) for value in LINE
        ]
        assert parser.raw_rows(path, "No such sheet", [3]) == [[]]
        assert [cell.text for cell in parser.raw_rows(text, None, [3, 2])[0]] == [
            str(value) for value in LINE
        ]


def test_original_rows_that_cannot_be_had_are_said(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"PK\x03\x04 no more")
    with Parser(limits()) as parser, pytest.raises(RowsUnreadableError, match="cannot be fetched"):
        parser.raw_rows(path, "S", [2])
