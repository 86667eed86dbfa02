"""Shapes of lists in which rows or figures could vanish, or be read as others, without a word."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from campfill_pipeline.domain import care_rows
from campfill_pipeline.intake.findings import ColumnFound, Parsed
from campfill_pipeline.intake.text.spilled import spilled_columns
from campfill_pipeline.intake.xlsx.number_formats import beside, told_beside
from campfill_pipeline_tests.intake.tables import HEADERS
from campfill_pipeline_tests.intake.test_columns_that_do_not_fit import (
    Outcome,
    Rows,
    as_csv,
    as_workbook,
    line,
)

Read = Callable[[Path], Parsed]
NAME, RUNTIME, GOAL, BUDGET, CPM, ID, BUYER = HEADERS


def text(rows: Sequence[Sequence[Any]], delimiter: str = ";") -> str:
    file = io.StringIO()
    csv.writer(file, delimiter=delimiter).writerows(rows)
    return file.getvalue()


def written(path: Path, content: str) -> Path:
    path.write_text(content, encoding="utf-8", newline="")
    return path


@pytest.mark.parametrize(
    ("number", "code", "sign"),
    [
        (10, None, "%"),
        (44, None, None),  # the built-in currency is that of whoever looks
        (164, "0.00%", "%"),
        (164, '#,##0.00 "€"', None),
        (164, "_-* #,##0.00\\ [$€-407]_-;\\-* #,##0.00\\ [$€-407]_-", None),
        (164, "[$-407]#,##0.00", None),
        (164, "[$$-409]#,##0.00", "$"),
        (164, '"$"#,##0.00', "$"),
        (164, "[$CHF] #,##0", "CHF"),
        (164, '#,##0,"k"', None),  # divides by a thousand itself
        (164, '#,##0" Tsd."', "Tsd."),
        (164, '0.0,," Mio"', None),
        (164, '#,##0 "Stück"', None),
        (164, '#,##0" Klicks"', "Klicks"),
        (164, '0" Cent"', "Cent"),
        (164, '0" pro Tag"', "pro Tag"),
        (164, '0.00" €/Tag"', "€/Tag"),
        (164, '#,##0" Impressions"', None),
    ],
)
def test_a_format_that_shows_another_amount_is_known(number: int, code: str | None, sign: str | None) -> None:
    assert told_beside(number, code) == sign


def test_a_percentage_is_read_as_it_is_shown() -> None:
    assert beside("7.5899999999999995E-2", "%") == "7.59 %"


def test_cells_that_show_percent_or_another_currency_are_no_plain_numbers(read: Read, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(HEADERS)
    for number in range(1, 4):
        sheet.append(line(number))
    sheet["E2"].value, sheet["E2"].number_format = 0.0759, "0.00%"
    sheet["D3"].number_format = "[$$-409]#,##0.00"
    sheet["D4"].number_format = '_-* #,##0.00\\ "€"_-'
    book.save(tmp_path / "list.xlsx")
    found = Outcome(read(tmp_path / "list.xlsx"), tmp_path / "judged")
    assert found.found == [("E2", "not_a_number"), ("D3", "not_a_number")]
    assert [row["row_no"] for row in found.lines] == [4]


def test_a_header_in_other_words_further_down_refuses_the_file(read: Read, tmp_path: Path) -> None:
    other = ["Kampagne", "Zeitraum", "Ziel", "TKP", "Budget", "ID", "Kunde"]
    swapped = line(2)
    swapped[3], swapped[4] = swapped[4], swapped[3]
    found = read(as_workbook(tmp_path / "list", [HEADERS, line(1), other, swapped]))
    assert (found.reason, "row 3" in found.message) == ("missing_column", True)


@pytest.mark.parametrize(
    "header",
    [
        ["Nazwa", "Okres", "Cel", "CPM", "Budżet", "Identyfikator", "Kupujący"],
        ["Nimi", "Aika", "Tavoite", "Hinta", "Budjetti", "Tunnus", "Ostaja"],
        ["Name", "Zeit", "Imps", "CPM", "Bud.", "ID", "Buy."],
    ],
)
def test_a_header_in_words_that_nobody_knows_refuses_the_file(
    read: Read, tmp_path: Path, header: Sequence[str]
) -> None:
    swapped = line(2)
    swapped[3], swapped[4] = swapped[4], swapped[3]
    found = read(as_workbook(tmp_path / "list", [HEADERS, line(1), header, swapped]))
    assert (found.reason, "row 3" in found.message) == ("missing_column", True)


@pytest.mark.parametrize(
    "row", [["A plan", *["tbd"] * 6], ["A plan", "offen", "120 Tsd.", 7, 7, "folgt", "Not set"]]
)
def test_a_row_that_is_not_filled_in_is_no_header(read: Read, tmp_path: Path, row: Sequence[Any]) -> None:
    found = Outcome(
        read(as_workbook(tmp_path / "list", [HEADERS, line(1), row, line(2)])), tmp_path / "judged"
    )
    assert (found.verdict.rows_accepted, found.verdict.rows_rejected) == (2, 1)


def test_a_second_table_of_other_things_does_not(read: Read, tmp_path: Path) -> None:
    rows = [HEADERS, line(1), ["Kunde", "Budget", "Impressions"], ["DENTSU", 3900, 500_000]]
    found = Outcome(read(as_workbook(tmp_path / "list", rows)), tmp_path / "judged")
    assert (len(found.lines), {code for _, code in found.found}) == (1, {"note_row"})


@pytest.mark.parametrize(
    ("pairs", "spilled"),
    [
        ([("120", "000"), ("240", "500")], True),
        ([("12", "50"), ("7", "59"), ("20", "25")], True),
        ([("12", "50"), ("7", "59")], False),  # too few, and none begins with 0
        ([("12", "50"), ("7", "59"), ("20", "new")], False),
        ([("12.5", "10"), ("7.59", "12"), ("3.25", "14")], False),
        ([("120000", "100"), ("240000", "200"), ("1000", "300")], False),
        ([("120000", ""), ("240000", "")], False),
    ],
)
def test_the_rest_of_a_number_in_the_next_column_is_known(
    pairs: list[tuple[str, str]], spilled: bool
) -> None:
    found = spilled_columns(pairs, [ColumnFound("impression_goal", 0, GOAL)])
    assert found == (frozenset({1}) if spilled else frozenset())


def test_a_number_cut_at_its_comma_is_refused_though_its_row_fits(read: Read, tmp_path: Path) -> None:
    header = [ID, BUYER, NAME, RUNTIME, CPM, GOAL, "Remark"]
    rows = [dict(zip(HEADERS, line(number), strict=True)) | {GOAL: "120,000"} for number in (1, 2)]
    lines = [",".join(str(row.get(column, "")) for column in header[:-1]) for row in rows]
    path = written(tmp_path / "list.csv", "\n".join([",".join(header), *lines]))
    found = Outcome(read(path), tmp_path / "judged")
    assert found.lines == []
    assert [code for _, code in found.found].count("too_many_fields") == 2


def test_lines_within_a_quotation_that_nobody_opened_refuse_the_file(read: Read, tmp_path: Path) -> None:
    whole = text([HEADERS, *map(line, range(1, 4))])
    broken = whole.replace("A line 1;", '"A line 1;')
    found = read(written(tmp_path / "list.csv", broken + '";;;;;;'))
    assert (found.reason, "row 2" in found.message) == ("corrupt", True)


@pytest.mark.parametrize(
    "row", [["A line;01.09.2025-30.09.2025;0b5f1d7e-2a64-4c1f-9b5e-000000000009"] + [None] * 6]
)
def test_a_line_that_lies_in_one_cell_is_no_note(read: Read, tmp_path: Path, row: list[Any]) -> None:
    found = Outcome(read(as_workbook(tmp_path / "list", [HEADERS, line(1), row])), tmp_path / "judged")
    assert (found.verdict.rows_accepted, found.verdict.rows_rejected) == (1, 1)


def test_rows_of_a_form_that_nobody_filled_in_are_notes(read: Read, tmp_path: Path) -> None:
    rows = [HEADERS, line(1), [None, None, 0, 0, 0, None, "Not set"]]
    found = Outcome(read(as_workbook(tmp_path / "list", rows)), tmp_path / "judged")
    assert [code for _, code in found.found] == ["note_row"]


@pytest.mark.parametrize("quoted", [True, False])
def test_texts_that_a_program_guards_from_excel_are_texts(read: Read, tmp_path: Path, quoted: bool) -> None:
    row = line(1)
    row[0], row[5] = '="A ""big"" line"', f'="{row[5]}"'
    plain = "\n".join(";".join(map(str, cells)) for cells in (HEADERS, row))
    content = text([HEADERS, row]) if quoted else plain
    found = Outcome(read(written(tmp_path / "list.csv", content)), tmp_path / "judged")
    assert (found.found, found.lines[0]["name"]) == ([], 'A "big" line')


@pytest.mark.parametrize("header", [HEADERS[:-1], None])
def test_a_visible_sheet_with_ids_that_is_not_read_is_told(
    read: Read, tmp_path: Path, header: Sequence[str] | None
) -> None:
    book = openpyxl.load_workbook(as_workbook(tmp_path / "list", [HEADERS, line(1)]))
    more = book.create_sheet("More")
    if header is not None:
        more.append(header)
    more.append(line(2)[: len(header or HEADERS)])
    book.create_sheet("Legend").append(["Buyer", "Not set is a campaign"])
    book.save(tmp_path / "list.xlsx")
    found = Outcome(read(tmp_path / "list.xlsx"), tmp_path / "judged")
    assert [(issue.sheet, issue.code) for issue in found.issues] == [("More", "sheet_not_read")]


@pytest.mark.parametrize(
    ("rows", "place"),
    [
        ([HEADERS, ["", "", "in Tsd.", "in TEUR", "", "", ""], line(1)], "Row 2"),
        ([HEADERS, ["", "TT.MM.JJJJ", "(000)", "€", "€", "", ""], line(1)], "Row 2"),
        ([HEADERS, ["", "", "Stück", "€", "Cent", "", ""], line(1)], "Row 2"),
        ([["Alle Impressions in Tausend"], [], HEADERS, line(1)], "Above the table"),
        ([["Acme, August"], ["Angaben in TEUR"], HEADERS, line(1)], "Above the table"),
        ([HEADERS, line(1), ["Werte", "", "in thousands"], line(2)], "Row 3"),
    ],
)
def test_another_unit_that_is_said_beside_the_header_refuses_the_file(
    read: Read, tmp_path: Path, rows: Rows, place: str
) -> None:
    for write in (as_csv, as_workbook):
        found = read(write(tmp_path / "list", rows))
        assert (found.reason, place in found.message) == ("missing_column", True)


@pytest.mark.parametrize(
    "above",
    [
        "2025: 1 Mio Impressions für Acme",
        "In Q3 2 Mio zugesagt",
        "Stand 01.09.2025",
        "K&K in Wien",
        "Alle Ziele",
        "All campaigns of Miles & More",
    ],
)
def test_a_title_that_speaks_of_figures_is_no_unit(read: Read, tmp_path: Path, above: str) -> None:
    rows = [[above], [], HEADERS, ["", "TT.MM.JJJJ", "Stück", "€", "€", "", ""], line(1)]
    assert len(Outcome(read(as_workbook(tmp_path / "list", rows)), tmp_path / "judged").lines) == 1


@pytest.mark.parametrize("goal", ["k.A.", "k. A.", "10 Tsd.", "Tsd.", "k"])
def test_a_word_in_the_goal_of_one_line_is_an_error_of_that_line(
    read: Read, tmp_path: Path, goal: str
) -> None:
    """A row of units has no ID; a line that has one speaks of itself alone."""
    rows = [HEADERS, line(1), [cell if at != 2 else goal for at, cell in enumerate(line(2))], line(3)]
    found = Outcome(read(as_workbook(tmp_path / "list", rows)), tmp_path / "judged")
    assert (found.verdict.rows_accepted, found.verdict.rows_rejected) == (2, 1)


def test_nobody_knows_is_not_thousands(read: Read, tmp_path: Path) -> None:
    rows = [HEADERS, line(1), ["Acme", "k.A.", "k.A.", "k.A.", "k.A.", "k.A.", "fehlt noch"], line(2)]
    found = Outcome(read(as_workbook(tmp_path / "list", rows)), tmp_path / "judged")
    assert (found.verdict.rows_accepted, found.verdict.rows_rejected) == (2, 1)


@pytest.mark.parametrize(
    ("header", "value", "said"),
    [
        ("Status", "storniert", "cancelled"),
        ("Abrechnungsart", "Festpreis", "1,000 impressions"),
        ("Goal type", "Clicks", "for impressions"),
        ("Währung", "USD", "amounts"),
    ],
)
def test_a_column_that_says_what_lines_are_and_is_not_read_is_warned_of(
    read: Read, tmp_path: Path, header: str, value: str, said: str
) -> None:
    rows = [[*HEADERS, header], [*line(1), value], [*line(2), ""]]
    found = Outcome(read(as_workbook(tmp_path / "list", rows)), tmp_path / "judged")
    assert (len(found.lines), found.found) == (2, [("H1", "unread_column")])
    assert said in found.issues[0].message


def test_a_sheet_care_that_is_too_long_is_refused_not_cut(read: Read, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = care_rows.SHEET
    sheet.append(list(care_rows.HEADERS.values()))
    sheet["A20000"], sheet["B20000"] = "0b5f1d7e-2a64-4c1f-9b5e-000000000001", "Anna"
    book.save(tmp_path / "care.xlsx")
    assert len(read(tmp_path / "care.xlsx").care or ()) == 1
    sheet["A20500"], sheet["B20500"] = "0b5f1d7e-2a64-4c1f-9b5e-000000000002", "Ben"
    book.save(tmp_path / "care.xlsx")
    found = read(tmp_path / "care.xlsx")
    assert (found.reason, found.care) == ("too_many_cells", None)
    assert "20,000 rows" in found.message
