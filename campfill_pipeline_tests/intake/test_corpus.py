"""Foreign workbooks: what campfill reads of each equals openpyxl's full mode, or the file is rejected for a reason.

The folder is named by CAMPFILL_CORPUS (test suites of other libraries are a good source); a report of every file
that is not the same is written to the file named by CAMPFILL_CORPUS_REPORT. Without a folder, the workbooks that
the suite makes itself are compared.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from campfill_pipeline.intake.process.parser import Parser
from campfill_pipeline_tests.intake.corpus import EXPLAINED, LIMITS, Outcome, compare
from campfill_pipeline_tests.intake.workbooks import LINE, STRICT, STRICT_RELATIONS, list_sheet, workbook

_OOXML = (".xlsx", ".xlsm", ".xltx", ".xltm", ".xlam")
_SPREADSHEETS = (*_OOXML, ".xls", ".xlsb", ".ods", ".xlt")
_REASONS = {
    "empty_file", "not_a_workbook", "encrypted", "corrupt", "too_large", "too_many_cells", "too_slow", "no_header",
    "missing_column", "no_rows", "unsupported_format",
}  # fmt: skip


def _files(kinds: tuple[str, ...]) -> list[Path]:
    folder = os.environ.get("CAMPFILL_CORPUS")
    if not folder:
        pytest.skip("CAMPFILL_CORPUS names no folder")
    return sorted(
        path for path in Path(folder).rglob("*") if path.is_file() and path.name.lower().endswith(kinds)
    )


def _unexplained(outcomes: list[Outcome]) -> list[Outcome]:
    return [
        outcome
        for outcome in outcomes
        if (outcome.verdict == "different" and outcome.path.name not in EXPLAINED)
        or outcome.verdict.startswith("died")
        or (outcome.verdict in _REASONS and outcome.theirs == "read" and outcome.path.name not in EXPLAINED)
    ]


@pytest.mark.long
@pytest.mark.timeout(7200)
def test_every_workbook_of_the_corpus_is_read_as_openpyxl_reads_it() -> None:
    outcomes = [compare(path) for path in _files(_OOXML)]
    counts = Counter(
        f"{outcome.verdict}, openpyxl {'reads it' if outcome.theirs == 'read' else 'fails'}"
        for outcome in outcomes
    )
    fast, sheets = sum(outcome.fast for outcome in outcomes), sum(outcome.sheets for outcome in outcomes)
    print(f"{len(outcomes)} workbooks, {fast} of {sheets} sheets by the pattern alone: {dict(counts)}")  # noqa: T201
    if report := os.environ.get("CAMPFILL_CORPUS_REPORT"):
        lines = [
            json.dumps([str(found.path), found.verdict, found.theirs, found.differences[:10]])
            for found in outcomes
            if found.verdict != "same"
        ]
        Path(report).write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert not _unexplained(outcomes)


@pytest.mark.long
@pytest.mark.timeout(7200)
def test_every_file_of_the_corpus_gets_a_clean_verdict(tmp_path: Path) -> None:
    counts: Counter[str] = Counter()
    with Parser(LIMITS) as parser:
        for path in _files(_SPREADSHEETS):
            parsed = parser.parse(path, path.name, tmp_path)
            assert parsed.reason is None or (parsed.reason in _REASONS and parsed.message and parsed.hint), (
                path
            )
            counts[f"{path.suffix.lower()} {parsed.reason}"] += 1
    print(dict(counts))  # noqa: T201


def _same(path: Path) -> None:
    outcome = compare(path)
    assert (outcome.verdict, outcome.differences) == ("same", ())
    assert outcome.theirs == "read"


def test_a_workbook_of_openpyxl_is_read_as_openpyxl_reads_it(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    page = book.worksheets[0]
    page.append(["text", "00123", 1, 2.5, True, None, "=1+1", "#N/A", "a\nb", "ä€"])
    page["B3"], page["B4"] = "merged", "covered"
    page.merge_cells("B3:C4")
    page["D5"].number_format = "dd.mm.yyyy"
    page["D5"] = 45870.25
    book.create_sheet("hidden").sheet_state = "hidden"
    book.save(tmp_path / "a.xlsx")
    _same(tmp_path / "a.xlsx")


def test_a_workbook_of_xlsxwriter_is_read_as_openpyxl_reads_it(tmp_path: Path) -> None:
    for constant_memory in (False, True):
        path = tmp_path / f"{constant_memory}.xlsx"
        with xlsxwriter.Workbook(
            path, {"constant_memory": constant_memory, "date_1904": constant_memory}
        ) as book:
            page = book.add_worksheet()
            bold = book.add_format({"bold": True})
            page.write_row(0, 0, ["a", "<&>", 1e-9, 123456789012345678, True])
            page.write_formula(1, 0, "=1/0", None, "#DIV/0!")
            page.write_formula(1, 1, '=""', None, "")
            page.write_number(1, 2, 0.5, book.add_format({"num_format": "[h]:mm"}))
            page.write_number(1, 3, 39000.5, book.add_format({"num_format": 'yyyy"y"'}))
            page.write_rich_string(2, 0, "plain ", bold, "bold", " plain")
        _same(path)


def test_a_strict_workbook_is_read_as_openpyxl_reads_its_translation(tmp_path: Path) -> None:
    strict = list_sheet(LINE, main=STRICT)
    _same(workbook(tmp_path / "a.xlsx", strict, main=STRICT, relations=STRICT_RELATIONS))
