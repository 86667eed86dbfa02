"""The table is found wherever it stands: title rows, any order, odd headers, several sheets."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from campfill_pipeline.intake.findings import Parsed
from campfill_pipeline_tests.intake.workbooks import (
    HEADERS,
    LINE,
    cell,
    letters,
    list_sheet,
    row,
    sheet,
    table_rows,
    workbook,
)

Read = Callable[[Path], Parsed]


def test_a_plain_list_has_its_header_in_row_1(read: Read, tmp_path: Path) -> None:
    parsed = read(workbook(tmp_path / "a.xlsx", list_sheet(LINE)))
    table = parsed.tables[0]
    assert (parsed.kind, table.sheet, table.header_row, table.headers) == (
        "campaign_list",
        "Campaign list",
        1,
        HEADERS,
    )
    assert [column.index for column in table.columns] == list(range(7))


@pytest.mark.parametrize("header_row", [2, 17, 50])
def test_title_rows_may_stand_above_the_header(read: Read, tmp_path: Path, header_row: int) -> None:
    titles = [
        row(number, ["Campaigns and their budget", None, number]) for number in range(1, header_row - 1, 2)
    ]
    rows = [*titles, row(header_row, HEADERS), row(header_row + 1, LINE)]
    parsed = read(workbook(tmp_path / "a.xlsx", sheet(*rows)))
    assert parsed.tables[0].header_row == header_row
    assert [found["row_no"] for found in table_rows(parsed)] == [header_row + 1]


def test_a_header_below_row_50_is_not_looked_for(read: Read, tmp_path: Path) -> None:
    parsed = read(workbook(tmp_path / "a.xlsx", sheet(row(51, HEADERS), row(52, LINE))))
    assert parsed.reason == "no_header"
    assert "first 50 rows" in parsed.hint


def test_columns_may_come_in_any_order_with_others_between(read: Read, tmp_path: Path) -> None:
    order = list(range(7))
    for seed in range(5):
        random.Random(seed).shuffle(order)
        header: list[object] = []
        line: list[object] = []
        for position in order:
            header += [HEADERS[position], f"Extra {position}"]
            line += [LINE[position], f"extra {position}"]
        parsed = read(workbook(tmp_path / f"{seed}.xlsx", sheet(row(1, header), row(2, line))))
        found = table_rows(parsed)[0]
        assert (found["name"], found["id"], found["cpm_eur"]) == (LINE[0], LINE[5], "7.59")
        assert parsed.tables[0].headers == tuple(header)
        assert [column.index for column in parsed.tables[0].columns] == [0, 2, 4, 6, 8, 10, 12]


def test_seven_of_16384_columns_are_found(read: Read, tmp_path: Path) -> None:
    places = [5, 700, 701, 5000, 9999, 16382, 16383]
    rows = []
    for number in range(1, 40):
        values = HEADERS if number == 1 else LINE
        at = dict(zip(places, values, strict=True))
        cells = [cell(f"{letters(index)}{number}", at.get(index, index)) for index in range(16384)]
        rows.append(f'<row r="{number}">{"".join(cells)}</row>')
    parsed = read(workbook(tmp_path / "a.xlsx", sheet(*rows)))
    assert [column.index for column in parsed.tables[0].columns] == places
    assert {found["buyer"] for found in table_rows(parsed)} == {"Not set"}
    assert len(table_rows(parsed)) == 38


@pytest.mark.parametrize(
    "spelled",
    [
        (
            "DEAL/CAMPAIGN NAME",
            "runtime ",
            "Impression\ngoal",
            "Budget ¬",
            "CPM",
            "Deal / Campaign  ID",
            "buyer",
        ),
        (
            "Deal/Campaign\u00a0name",
            "Runtime",
            "Impression  goal",
            "Budget EUR",
            "CPM EUR",
            "deal/campaign id",
            "Buyer",
        ),
        (
            "deal/campaign name",
            "RUNTIME",
            "Impression goal",
            "Budget (€)",
            "CPM [€]",
            "Deal/Campaign ID",
            " Buyer",
        ),
        (
            "\ufeffDeal/Campaign name",
            "Runtime",
            "Impression goal",
            "Budget â‚¬",
            "CPM â‚¬",
            "Deal/Campaign ID",
            "Buyer",
        ),
    ],
)
def test_headers_may_be_spelled_oddly(read: Read, tmp_path: Path, spelled: tuple[str, ...]) -> None:
    parsed = read(workbook(tmp_path / "a.xlsx", sheet(row(1, spelled), row(2, LINE))))
    assert [column.field for column in parsed.tables[0].columns] == [
        "name", "runtime", "impression_goal", "budget_eur", "cpm_eur", "id", "buyer",
    ]  # fmt: skip
    assert [column.header for column in parsed.tables[0].columns] == [
        text.replace("\r", "\n") for text in spelled
    ]


def test_the_budget_column_may_be_missing_altogether(read: Read, tmp_path: Path) -> None:
    header, line = [*HEADERS[:3], *HEADERS[4:]], [*LINE[:3], *LINE[4:]]
    parsed = read(workbook(tmp_path / "a.xlsx", sheet(row(1, header), row(2, line))))
    assert parsed.reason is None
    assert "budget_eur" not in table_rows(parsed)[0]


def test_a_missing_required_column_is_named(read: Read, tmp_path: Path) -> None:
    parsed = read(workbook(tmp_path / "a.xlsx", sheet(row(3, HEADERS[:5]), row(4, LINE[:5]))))
    assert (parsed.reason, parsed.kind) == ("missing_column", "campaign_list")
    assert "“Deal/Campaign ID” and “Buyer”" in parsed.message
    assert "row 3" in parsed.message


def test_a_column_that_occurs_twice_is_not_guessed(read: Read, tmp_path: Path) -> None:
    parsed = read(workbook(tmp_path / "a.xlsx", sheet(row(1, [*HEADERS, "BUYER", "buyer"]), row(2, LINE))))
    assert parsed.reason is None  # one is spelled like the real export: that one counts
    parsed = read(
        workbook(tmp_path / "b.xlsx", sheet(row(1, [*HEADERS[:6], "BUYER", "buyer"]), row(2, LINE)))
    )
    assert parsed.reason == "missing_column"
    assert "more than once" in parsed.message


def test_all_visible_sheets_with_the_header_are_read(read: Read, tmp_path: Path) -> None:
    sheets = {
        "Notes": sheet(row(1, ["Nothing to see"])),
        "January": list_sheet(LINE),
        "Hidden": list_sheet(LINE),
        "Very hidden": list_sheet(LINE),
        "February": sheet(row(4, reversed_header := HEADERS[::-1]), row(5, LINE[::-1])),
    }
    states = {"Hidden": "hidden", "Very hidden": "veryHidden"}
    parsed = read(workbook(tmp_path / "a.xlsx", sheets, states=states))
    assert [table.sheet for table in parsed.tables] == ["January", "February"]
    assert parsed.hidden_sheets == ("Hidden", "Very hidden")
    assert parsed.tables[1].headers == reversed_header
    assert table_rows(parsed, 1)[0]["name"] == LINE[0]
    assert any("“Notes” has no header" in note for note in parsed.notes)


def test_a_list_on_a_hidden_sheet_only_is_said(read: Read, tmp_path: Path) -> None:
    sheets = {"Visible": sheet(row(1, ["x"])), "Secret": list_sheet(LINE)}
    parsed = read(workbook(tmp_path / "a.xlsx", sheets, states={"Secret": "hidden"}))
    assert parsed.reason == "no_header"
    assert "hidden sheet “Secret”" in parsed.message


def test_a_header_without_rows_is_an_empty_table(read: Read, tmp_path: Path) -> None:
    parsed = read(workbook(tmp_path / "a.xlsx", list_sheet()))
    assert (parsed.reason, parsed.tables[0].rows, parsed.tables[0].last_row) == (None, 0, 1)
    assert table_rows(parsed) == []


def test_total_and_note_rows_below_are_handed_on(read: Read, tmp_path: Path) -> None:
    rows = [row(1, HEADERS), row(2, LINE), row(4, ["Total", None, 120000]), row(9, ["Exported by Jane"])]
    parsed = read(workbook(tmp_path / "a.xlsx", sheet(*rows)))
    assert [(found["row_no"], found["name"]) for found in table_rows(parsed)][1:] == [
        (4, "Total"),
        (9, "Exported by Jane"),
    ]


def test_a_workbook_with_the_columns_of_the_reporting_export_is_one(read: Read, tmp_path: Path) -> None:
    header = ["Date", "Core DSP Campaign Name", "Core DSP Campaign ID", "Deal Name", "Deal ID",
              "Campaign Purchase Type", "Deal Purchase Type", "Total Impressions"]  # fmt: skip
    parsed = read(workbook(tmp_path / "a.xlsx", sheet(row(1, header), row(2, ["2025-08-04T00:00:00.000Z"]))))
    assert parsed.kind == "report_csv"
