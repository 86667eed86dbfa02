"""Rows, headers and cells that do not fit the columns: recognised, or refused and named, never read as another."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pytest
import xlsxwriter
from openpyxl.worksheet.formula import ArrayFormula
from xlsxwriter.worksheet import Worksheet

from campfill_pipeline.domain.issues import Issue
from campfill_pipeline.domain.verdict import Verdict
from campfill_pipeline.intake.findings import Parsed
from campfill_pipeline.intake.judge.campaign_lists import validate_list
from campfill_pipeline.intake.judge.issue_files import read_issues
from campfill_pipeline_tests.intake.tables import HEADERS

Read = Callable[[Path], Parsed]
Rows = Sequence[Sequence[Any]]
NAME, RUNTIME, GOAL, BUDGET, CPM, ID, BUYER = HEADERS


class Outcome:
    """What became of a file."""

    def __init__(self, parsed: Parsed, work: Path) -> None:
        assert parsed.reason is None, (parsed.reason, parsed.message)
        self.parsed = parsed
        self.verdict: Verdict = validate_list(parsed, work)
        self.issues: list[Issue] = read_issues(self.verdict.issues)

    @property
    def found(self) -> list[tuple[str | None, str]]:
        return [(issue.cell, issue.code) for issue in self.issues]

    @property
    def lines(self) -> list[dict[str, Any]]:
        lines: list[dict[str, Any]] = pa.ipc.open_stream(str(self.verdict.lines)).read_all().to_pylist()
        return lines

    def prices(self) -> list[tuple[int, Decimal | None, Decimal]]:
        return [(line["row_no"], line["budget_eur"], line["cpm_eur"]) for line in self.lines]


def line(number: int, **cells: Any) -> list[Any]:
    values = {
        NAME: f"A line {number}", RUNTIME: "01.09.2025-30.09.2025", GOAL: 100_000, BUDGET: 1250, CPM: 12.5,
        ID: f"0b5f1d7e-2a64-4c1f-9b5e-{number:012x}", BUYER: "Not set",
    } | cells  # fmt: skip
    return [values[header] for header in HEADERS]


def as_csv(path: Path, rows: Rows) -> Path:
    with path.with_suffix(".csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, delimiter=";").writerows([["" if v is None else v for v in row] for row in rows])
    return path.with_suffix(".csv")


def as_workbook(path: Path, rows: Rows) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.worksheets[0].append(list(row))
    book.save(path.with_suffix(".xlsx"))
    return path.with_suffix(".xlsx")


@pytest.fixture(params=[as_csv, as_workbook], ids=["csv", "workbook"])
def judge(request: pytest.FixtureRequest, read: Read, tmp_path: Path) -> Iterator[Callable[[Rows], Outcome]]:
    """Write rows as a text and as a workbook, and judge the file."""
    yield lambda rows: Outcome(read(request.param(tmp_path / "list", rows)), tmp_path / "judged")


Judge = Callable[[Rows], Outcome]


def test_a_row_with_more_fields_than_the_header_is_an_error(judge: Judge) -> None:
    cut = [*line(2)[:4], 12, *line(2)[5:], 50]  # 12,50 in two
    judged = judge([HEADERS, line(1), cut, line(3, **{BUDGET: None})])
    assert judged.found == [("H3", "too_many_fields")]
    (issue,) = judged.issues
    assert (issue.severity, issue.value, issue.column) == ("error", "50", None)
    assert "quotation marks" in issue.hint
    assert [row for row, *_ in judged.prices()] == [2, 4]


def test_columns_with_a_header_may_follow_the_known_ones(judge: Judge) -> None:
    judged = judge([[*HEADERS, "", "Remark"], [*line(1), "a", "b"], [*line(2), None, "c"]])
    assert judged.issues == []


def test_a_total_or_a_note_with_more_fields_is_passed_over(judge: Judge) -> None:
    total = ["Summe", None, 100_000, 1250, None, None, None, None, "geprüft"]
    judged = judge([HEADERS, line(1), total, ["Stand:", *[None] * 6, "04.09.2025"]])
    assert judged.found == [("A3", "total_row"), ("A4", "note_row")]


@pytest.mark.parametrize(
    ("header", "rows", "wrong"),
    [
        # The last column is blank, so that a cut number moves the buyer into it and nothing stands beyond.
        ("Deal/Campaign name,Runtime,Impression goal,Deal/Campaign ID,CPM,Buyer,Remark",
         ["A,01.09.2025-30.09.2025,5000,0b5f1d7e-2a64-4c1f-9b5e-000000000001,12,50,Not set,",
          "A,01.09.2025-30.09.2025,5000,0b5f1d7e-2a64-4c1f-9b5e-000000000002,12,Not set,"], ["H2"]),
        # Each row ends with a comma, as some programs write it: nothing is cut.
        ("Deal/Campaign name,Runtime,Impression goal,Deal/Campaign ID,CPM,Buyer,Remark",
         ["A,01.09.2025-30.09.2025,5000,0b5f1d7e-2a64-4c1f-9b5e-000000000001,12,Not set,,",
          "A,01.09.2025-30.09.2025,5000,0b5f1d7e-2a64-4c1f-9b5e-000000000002,12,Not set,,"], []),
        # Shorter rows lack their last, blank fields.
        ("Deal/Campaign name,Runtime,Impression goal,Deal/Campaign ID,CPM,Buyer,Remark",
         ["A,01.09.2025-30.09.2025,5000,0b5f1d7e-2a64-4c1f-9b5e-000000000001,12,Not set"], []),
    ],
)  # fmt: skip
def test_commas_that_separate_nothing(
    read: Read, tmp_path: Path, header: str, rows: list[str], wrong: list[str]
) -> None:
    path = tmp_path / "list.csv"
    path.write_text("\n".join([header, *rows, ""]), encoding="utf-8")
    judged = Outcome(read(path), tmp_path / "judged")
    assert [issue.cell for issue in judged.issues if issue.code == "too_many_fields"] == wrong
    assert [line["buyer"] for line in judged.lines] == ["Not set"] * (len(rows) - len(wrong))


def test_a_header_that_stands_again_is_passed_over(judge: Judge) -> None:
    spelled = ["deal/campaign NAME", "Runtime", "Impression  goal", "Budget EUR", "CPM", ID, BUYER]
    judged = judge([HEADERS, line(1), HEADERS, line(2), [None] * 7, ["Seite 2"], spelled, line(3)])
    assert judged.found == [("A3", "repeated_header"), ("A6", "note_row"), ("A7", "repeated_header")]
    assert len(judged.lines) == 3
    assert (judged.verdict.rows_read, judged.verdict.rows_skipped) == (3, 4)


def test_another_header_begins_a_block_of_its_own(judge: Judge) -> None:
    swapped = [NAME, RUNTIME, GOAL, CPM, BUDGET, ID, BUYER]
    other = line(2)
    moved = ["", "", *HEADERS, "Remark"]
    rows = [
        HEADERS, line(1), [None] * 7, swapped, [*other[:3], 12.5, 1250, *other[5:]],
        [None] * 7, moved, [None, None, *line(3), "x"], HEADERS, line(4),
    ]  # fmt: skip
    judged = judge(rows)
    assert judged.issues == []
    assert judged.prices() == [(row, Decimal(1250), Decimal("12.5")) for row in (2, 5, 8, 10)]
    assert [table.header_row for table in judged.parsed.tables] == [1, 4, 7, 9]


def test_faults_in_a_block_stand_at_its_own_columns(judge: Judge) -> None:
    moved = ["", "", *HEADERS]
    judged = judge([HEADERS, line(1), moved, [None, None, *line(2, **{GOAL: "x"})]])
    assert judged.found == [("E4", "not_a_number")]
    assert judged.issues[0].column == GOAL


def test_a_block_without_a_budget_says_nothing_of_it(judge: Judge) -> None:
    fewer = [header for header in HEADERS if header != BUDGET]
    second = [value for header, value in zip(HEADERS, line(2), strict=True) if header != BUDGET]
    judged = judge([HEADERS, line(1), [None] * 7, fewer, second])
    assert [issue.code for issue in judged.issues] == ["absent_column"]
    assert judged.prices() == [(2, Decimal(1250), Decimal("12.5")), (5, None, Decimal("12.5"))]


@pytest.mark.parametrize("writer", [as_csv, as_workbook])
def test_another_header_that_is_not_complete_is_refused(read: Read, tmp_path: Path, writer: Any) -> None:
    lacks = [NAME, RUNTIME, GOAL, "CPM netto", BUDGET, ID, BUYER]
    parsed = read(writer(tmp_path / "list", [HEADERS, line(1), lacks, line(2)]))
    assert parsed.reason == "missing_column"
    assert "“CPM netto” comes nearest to “CPM €”" in parsed.message
    assert "3" in parsed.message


def test_a_header_two_rows_high_is_read_together(judge: Judge) -> None:
    upper = ["Deal/Campaign", None, "Runtime", "Delivery", "Price", None, "Buyer"]
    lower = ["name", "ID", "(from-to)", "Impression goal", "Budget €", "CPM €", None]
    first, again = line(1), line(2)
    order = [0, 5, 1, 2, 3, 4, 6]
    rows: Rows = [["Plan"], upper, lower, [first[i] for i in order], upper, lower, [again[i] for i in order]]
    judged = judge(rows)
    assert judged.found == [("A5", "repeated_header"), ("A6", "repeated_header")]
    assert judged.prices() == [(4, Decimal(1250), Decimal("12.5")), (7, Decimal(1250), Decimal("12.5"))]
    assert judged.parsed.tables[0].header_row == 3


def test_the_row_below_a_header_is_no_part_of_it(judge: Judge) -> None:
    units = ["", "", "Stück", "€", "€", "", ""]
    judged = judge([HEADERS, units, line(1)])
    assert judged.parsed.tables[0].header_row == 1
    assert [line["row_no"] for line in judged.lines] == [3]


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("Budget in €", None), ("Budget_EUR", None), ("Budget (in EUR)", None), ("BUDGET, EUR", None),
        ("Budget netto €", "near_header"), ("Budget T€", "near_header"), ("Kampagnenbudget", "near_header"),
        ("Bugdet €", "near_header"), ("Remark", "absent_column"),
    ],
)  # fmt: skip
def test_near_misses_of_a_header_are_named(judge: Judge, header: str, code: str | None) -> None:
    judged = judge([[header if known == BUDGET else known for known in HEADERS], line(1)])
    assert [issue.code for issue in judged.issues] == ([code] if code else [])
    assert judged.prices() == [(2, None if code else Decimal(1250), Decimal("12.5"))]
    if code == "near_header":
        assert f"“{header}” comes nearest" in judged.issues[0].message
        assert judged.issues[0].severity == "warning"


def test_a_second_column_of_one_meaning_is_told_and_not_read(judge: Judge) -> None:
    judged = judge([[*HEADERS, "Budget EUR", "Remark"], [*line(1), 999, "x"]])
    assert judged.found == [("H1", "near_header")]
    assert "“Budget EUR” means the same as “Budget €”" in judged.issues[0].message
    assert judged.prices() == [(2, Decimal(1250), Decimal("12.5"))]


def test_a_missing_column_is_refused_with_the_header_that_comes_nearest(read: Read, tmp_path: Path) -> None:
    path = as_csv(tmp_path / "list", [[*HEADERS[:4], "CPM netto", *HEADERS[5:]], line(1)])
    parsed = read(path)
    assert parsed.reason == "missing_column"
    assert "“CPM netto” comes nearest to “CPM €”" in parsed.message


@pytest.mark.parametrize(
    ("known", "header"),
    [
        (CPM, "TKP netto"), (CPM, "TKP"), (CPM, "Preis (netto)"), (GOAL, "Goal"), (GOAL, "Ziel Impressions"),
        (GOAL, "Gebuchte Impressions"), (ID, "Auftrags-ID"), (BUYER, "Agentur"), (RUNTIME, "Laufzeit"),
    ],
)  # fmt: skip
def test_a_header_that_other_houses_use_is_named_and_not_read(
    read: Read, tmp_path: Path, known: str, header: str
) -> None:
    others = [header if name == known else name for name in HEADERS]
    path = as_csv(tmp_path / "list", [["Stand", *others], ["x", *line(1)]])
    parsed = read(path)
    assert parsed.reason == "missing_column"
    assert f"“{header}” comes nearest to “{known}”" in parsed.message


def test_a_formulas_zero_is_a_placeholder_where_programs_shall_calculate_it(
    read: Read, tmp_path: Path
) -> None:
    path = tmp_path / "list.xlsx"
    book = xlsxwriter.Workbook(path)  # stores 0 for each formula and asks for recalculation on opening
    sheet = book.add_worksheet()
    for number, row in enumerate([HEADERS, line(1), line(2), line(3, **{BUDGET: 0})]):
        sheet.write_row(number, 0, row)
    sheet.write_formula("E2", "=6.90*1.1")
    sheet.write_formula("E3", "=6.90*1.1", value=7.59)
    sheet.write_formula("D6", "=SUBTOTAL(109,D2:D4)")
    book.close()
    judged = Outcome(read(path), tmp_path / "judged")
    assert [found for found in judged.found if found[1] != "budget_mismatch"] == [
        ("E2", "formula_without_value"),
        ("D6", "note_row"),
    ]
    assert [row for row, *_ in judged.prices()] == [3, 4]


def prices_by(write: Callable[[Worksheet], None], path: Path, rows: int = 4) -> Path:
    """A list of XlsxWriter whose prices `write` writes as it likes."""
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet()
    for number, row in enumerate([HEADERS, *map(line, range(1, rows + 1))]):
        sheet.write_row(number, 0, row)
    write(sheet)
    book.close()
    return path


def array_over_rows(sheet: Worksheet) -> None:
    sheet.write_array_formula("E2:E4", "{=C2:C4*2}")


def array_with_a_first_value(sheet: Worksheet) -> None:
    sheet.write_array_formula("E2:E4", "{=C2:C4*2}", value=7.5)


def dynamic_over_rows(sheet: Worksheet) -> None:
    sheet.write_dynamic_array_formula("D2:E3", "=SORT(H2:I3)")


def dynamic_of_one_cell(sheet: Worksheet) -> None:
    """Nothing in the file says how far it reaches."""
    for row in range(1, 4):
        del sheet.table[row][3]
    sheet.write_dynamic_array_formula("D2", "=UNIQUE(H2:H9)")
    sheet.write_number("D5", 5)


@pytest.mark.parametrize(
    ("write", "errors"),
    [
        (array_over_rows, ["E2", "E3", "E4"]),
        (array_with_a_first_value, ["E3", "E4"]),
        (dynamic_over_rows, ["D2", "E2", "D3", "E3"]),
        (dynamic_of_one_cell, ["D2", "D3", "D4"]),
    ],
)
def test_the_cells_that_a_formula_was_to_fill_are_no_zeros(
    read: Read, tmp_path: Path, write: Callable[[Worksheet], None], errors: list[str]
) -> None:
    judged = Outcome(read(prices_by(write, tmp_path / "list.xlsx")), tmp_path / "judged")
    assert [cell for cell, code in judged.found if code == "formula_without_value"] == errors
    assert [row for row, *_ in judged.prices()] == [
        row for row in range(2, 6) if f"D{row}" not in errors and f"E{row}" not in errors
    ]


def test_an_array_formula_of_openpyxl_leaves_its_other_cells_out(read: Read, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book["Sheet"]
    for row in [HEADERS, *(line(number, **{BUDGET: None}) for number in (1, 2, 3))]:
        sheet.append(list(row))
    sheet["D2"] = ArrayFormula("D2:D3", "=C2:C3*2")
    book.save(tmp_path / "list.xlsx")
    judged = Outcome(read(tmp_path / "list.xlsx"), tmp_path / "judged")
    assert judged.found == [("D2", "formula_without_value"), ("D3", "formula_without_value")]
    assert [row for row, *_ in judged.prices()] == [4]


def test_the_calculated_cells_of_an_array_formula_count(read: Read, tmp_path: Path) -> None:
    """As Excel and LibreOffice store them: each cell with its result, only the first with the formula."""
    path = tmp_path / "list.xlsx"
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet()
    for number, row in enumerate([HEADERS, line(1), line(2), line(3)]):
        sheet.write_row(number, 0, row)
    sheet.write_array_formula("D2:D4", "{=C2:C4*0}", value=0)
    book._prepare_defined_names()
    book._write_calc_pr = lambda: book._xml_empty_tag("calcPr", [("calcId", 191029)])
    book.close()
    judged = Outcome(read(path), tmp_path / "judged")
    assert [budget for _, budget, _ in judged.prices()] == [0, 0, 0]


def test_a_formulas_zero_is_zero_where_it_was_calculated(read: Read, tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    book = xlsxwriter.Workbook(path)
    book.set_calc_mode("auto")
    sheet = book.add_worksheet()
    for number, row in enumerate([HEADERS, line(1)]):
        sheet.write_row(number, 0, row)
    sheet.write_formula("D2", "=0")
    book._prepare_defined_names()
    book._write_calc_pr = lambda: book._xml_empty_tag("calcPr", [("calcId", 191029)])
    book.close()
    judged = Outcome(read(path), tmp_path / "judged")
    assert judged.prices() == [(2, Decimal(0), Decimal("12.5"))]


def test_a_buyer_merged_over_rows_stands_for_each_line(read: Read, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    buyer = "AGENCY < Platform (Seat 12)"
    for row in [HEADERS, *(line(n, **{BUYER: buyer}) for n in range(1, 5)), [None] * 7, line(6)]:
        sheet.append(list(row))
    for cells in ("G2:G4", "B2:B3", "E4:E5", "G6:H7"):
        sheet.merge_cells(cells)
    book.save(tmp_path / "list.xlsx")
    judged = Outcome(read(tmp_path / "list.xlsx"), tmp_path / "judged")
    # Prices are never shared: of what they are the price cannot be seen.
    assert judged.found == [("E5", "missing_value"), ("G7", "missing_value")]
    assert [line["buyer"] for line in judged.lines] == [buyer] * 3
    assert judged.verdict.rows_skipped == 1


def test_a_cpm_a_thousand_times_its_neighbours_is_warned_of(judge: Judge) -> None:
    usual = [line(n, **{CPM: 7.5 + n, BUDGET: None}) for n in range(1, 5)]
    rows = [*usual[:2], line(8, **{CPM: 12500, BUDGET: None}), *usual[2:], line(9, **{CPM: 45, BUDGET: "x"})]
    judged = judge(
        [HEADERS, *rows, line(10, **{CPM: 45, BUDGET: None}), line(11, **{CPM: 0.01, BUDGET: None})]
    )
    assert judged.found == [("E4", "cpm_outlier"), ("D7", "not_a_number")]
    assert (judged.issues[0].severity, judged.issues[0].column) == ("warning", CPM)
    assert len(judged.lines) == 7


def test_an_outlying_cpm_in_the_last_row_is_warned_of_too(judge: Judge) -> None:
    rows = [line(n, **{CPM: 7.5, BUDGET: None}) for n in range(1, 4)]
    assert judge([HEADERS, *rows, line(4, **{CPM: 12500, BUDGET: None})]).found == [("E5", "cpm_outlier")]


def test_a_cpm_is_far_from_500_times_the_usual_one_on(judge: Judge) -> None:
    rows = [line(n, **{CPM: 7.5, BUDGET: None}) for n in range(1, 5)]
    far, near = line(5, **{CPM: 3750, BUDGET: None}), line(6, **{CPM: 3749.99, BUDGET: None})
    assert judge([HEADERS, *rows, far, near]).found == [("E6", "cpm_outlier")]


def test_two_lines_show_no_usual_cpm(judge: Judge) -> None:
    assert judge([HEADERS, line(1, **{BUDGET: None}), line(2, **{CPM: 12500, BUDGET: None})]).found == []


@pytest.mark.parametrize(
    ("written", "kept", "other"),
    [
        ("Poster 1080_x1920_", "Poster 1080_x1920_", "\u1920"),
        ("Poster 0300_x0250_ web", "Poster 0300_x0250_ web", "\u0250"),
        ("Poster _x00E4_", "Poster ä", "_x00E4_"),
        ("Poster _x0085_ B", "Poster _x0085_ B", r"U\+0085"),
    ],
)
def test_an_escape_that_may_be_meant_as_written_is_told_with_both_readings(
    read: Read, tmp_path: Path, written: str, kept: str, other: str
) -> None:
    path = as_workbook(tmp_path / "list", [HEADERS, line(1, **{NAME: written}), line(2)])
    judged = Outcome(read(path), tmp_path / "judged")
    assert judged.found == [("A2", "escaped_character")]
    assert [line["name"] for line in judged.lines] == [kept, "A line 2"]
    [issue] = judged.issues
    assert (issue.severity, issue.value) == ("warning", kept)
    assert re.search(f"Kept is .*, not .*{other}", issue.message), issue.message


def test_escapes_that_spreadsheets_write_are_what_they_mean(read: Read, tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    book = xlsxwriter.Workbook(path)  # escapes as Excel does
    sheet = book.add_worksheet()
    for number, name in enumerate(["Poster 1080_x1920_", "Two\x0blines", "A_B"], start=1):
        sheet.write_row(0, 0, HEADERS)
        sheet.write_row(number, 0, line(number, **{NAME: name, BUYER: "A_x1920_ < B (Seat 1)"}))
    book.close()
    judged = Outcome(read(path), tmp_path / "judged")
    assert judged.found == []
    assert [line["name"] for line in judged.lines] == ["Poster 1080_x1920_", "Two lines", "A_B"]
    assert {line["buyer"] for line in judged.lines} == {"A_x1920_ < B (Seat 1)"}


def test_the_receipt_of_a_row_with_an_escape_holds_what_was_kept(read: Read, tmp_path: Path) -> None:
    rows = [HEADERS, line(1, **{NAME: "A 1080_x1920_", BUYER: "A_x1920_", GOAL: "x", ID: "_x1920_"}), line(2)]
    judged = Outcome(read(as_workbook(tmp_path / "list", rows)), tmp_path / "judged")
    assert judged.found == [
        ("A2", "escaped_character"),
        ("C2", "not_a_number"),
        ("F2", "not_a_uuid"),
        ("G2", "escaped_character"),
    ]
    assert [issue.value for issue in judged.issues] == ["A 1080_x1920_", "x", "_x1920_", "A_x1920_"]


def merged(path: Path, *ranges: str, **cells: Any) -> Path:
    book = openpyxl.Workbook()
    for row in [HEADERS, *(line(n, **cells) for n in range(1, 4)), [None] * 7, line(6)]:
        book.worksheets[0].append(list(row))
    for cell_range in ranges:
        book.worksheets[0].merge_cells(cell_range)
    book.save(path)
    return path


@pytest.mark.parametrize("column", ["C", "D"])
def test_a_goal_or_budget_merged_over_lines_is_of_none_of_them(
    read: Read, tmp_path: Path, column: str
) -> None:
    path = merged(tmp_path / "list.xlsx", f"{column}2:{column}3")
    judged = Outcome(read(path), tmp_path / "judged")
    assert judged.found == [(f"{column}2", "merged_cell"), (f"{column}3", "merged_cell")]
    assert {issue.severity for issue in judged.issues} == {"error"}
    assert all(f"{column}2:{column}3" in issue.message for issue in judged.issues)
    assert [line["row_no"] for line in judged.lines] == [4, 6]


@pytest.mark.parametrize("cells", ["C2:D2", "C2:D3"])
def test_a_budget_that_a_merged_goal_reaches_over_is_no_blank(read: Read, tmp_path: Path, cells: str) -> None:
    judged = Outcome(read(merged(tmp_path / "list.xlsx", cells)), tmp_path / "judged")
    assert ("D2", "merged_cell") in judged.found
    assert all(cells in issue.message for issue in judged.issues if issue.code == "merged_cell")
    assert 2 not in [line["row_no"] for line in judged.lines]
    assert {4, 6} <= {line["row_no"] for line in judged.lines}


def test_a_budget_merged_over_blank_cells_or_one_line_is_clear(read: Read, tmp_path: Path) -> None:
    judged = Outcome(read(merged(tmp_path / "a.xlsx", "D2:D3", **{BUDGET: None})), tmp_path / "a")
    assert judged.found == []
    judged = Outcome(read(merged(tmp_path / "b.xlsx", "D4:D5", "C4:C5")), tmp_path / "b")
    assert judged.found == []
    assert judged.prices()[2] == (4, Decimal(1250), Decimal("12.5"))
