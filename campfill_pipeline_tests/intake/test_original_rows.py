"""Rows to mend are fetched while the lines are applied, and are the same as those fetched for the receipt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import openpyxl
import pytest

from campfill_pipeline.intake.findings import Parsed, RawCell
from campfill_pipeline.intake.judge.campaign_lists import validate_list
from campfill_pipeline.intake.process.parser import ParseLimits, Parser, RowsUnreadableError
from campfill_pipeline.intake.receipt.facts import RawRows
from campfill_pipeline.intake.receipt.original_rows import fetched_meanwhile, kept
from campfill_pipeline_tests.intake.tables import HEADERS, line


@dataclass
class Asked:
    """Original rows, and how often they were asked for."""

    raw_rows: RawRows
    calls: list[tuple[str | None, list[int]]] = field(default_factory=list)

    def __call__(self, sheet: str | None, rows: Sequence[int]) -> list[list[RawCell]]:
        self.calls.append((sheet, list(rows)))
        return self.raw_rows(sheet, rows)


@dataclass
class Read:
    """A list whose second line on each of two sheets is to be mended."""

    parsed: Parsed
    issues: Path
    work: Path
    rows: Asked


@pytest.fixture
def read(tmp_path: Path) -> Read:
    path = tmp_path / "list.xlsx"
    book = openpyxl.Workbook()
    for name, bad in (("North", "x"), ("South", "Ärger 😀")):
        sheet = book.create_sheet(name)
        for row in (HEADERS, line(1 if name == "North" else 3), line(2 if name == "North" else 4, goal=bad)):
            sheet.append(list(row))
    book.save(path)
    with Parser(ParseLimits(max_bytes=10_000_000, memory_mb=1024, seconds=60)) as parser:
        parsed = parser.parse(path, path.name, tmp_path / "work")
        rows = {sheet: parser.raw_rows(path, sheet, [3]) for sheet in ("North", "South")}
    verdict = validate_list(parsed, tmp_path / "work")
    return Read(parsed, Path(verdict.issues), tmp_path / "work", Asked(lambda sheet, _rows: rows[str(sheet)]))


def test_rows_fetched_meanwhile_need_not_be_fetched_again(read: Read) -> None:
    with fetched_meanwhile(read.parsed, read.issues, read.work, read.rows):
        pass
    assert read.rows.calls == [("North", [3]), ("South", [3])]
    rows_of = kept(read.work, read.rows)
    assert [rows_of(sheet, [3]) for sheet in ("North", "South")] == [
        read.rows.raw_rows("North", [3]), read.rows.raw_rows("South", [3])
    ]  # fmt: skip
    assert len(read.rows.calls) == 2
    rows_of("North", [2])
    assert read.rows.calls[2:] == [("North", [2])]  # others are fetched as ever


@pytest.mark.parametrize("error", [RowsUnreadableError("too slow", ""), OSError("the disk is full")])
def test_what_cannot_be_fetched_is_asked_for_again(read: Read, error: Exception) -> None:
    def fails(_sheet: str | None, _rows: Sequence[int]) -> list[list[RawCell]]:
        raise error

    with fetched_meanwhile(read.parsed, read.issues, read.work, fails):
        pass
    assert kept(read.work, read.rows)("North", [3]) == read.rows.raw_rows("North", [3])
    assert read.rows.calls == [("North", [3])]


def test_a_fault_of_the_caller_is_not_hidden(read: Read) -> None:
    with pytest.raises(ZeroDivisionError), fetched_meanwhile(read.parsed, read.issues, read.work, read.rows):
        raise ZeroDivisionError
