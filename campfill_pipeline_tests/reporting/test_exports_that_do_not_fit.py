"""Rows of an export whose values stand under wrong headers, though each could be read: refused, or read as shown."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from campfill_pipeline.intake.judge.exports import validate_export
from campfill_pipeline.intake.process.parser import Parser
from campfill_pipeline_tests.reporting.test_export import DEAL, dropped, parser

__all__ = ["parser"]

SHORT = ["Date", "Core DSP Campaign ID", "Deal ID", "Total Impressions"]
FUNNEL = [*SHORT, "Bids", "Auction Wins", "Sync Group Plays"]
CUT = ["12149", "71", "3000", "2000", "1500"]  # 12149,71 impressions and three figures behind them


def hour(number: int, *rest: str) -> list[str]:
    return [f"2025-08-04T{number:02}:00:00.000Z", "", DEAL, *rest]


@pytest.mark.parametrize(
    ("header", "right", "cut"),
    [
        ([*FUNNEL, "Remark"], ["12149.71", "3000", "2000", "1500", ""], CUT),
        ([*FUNNEL, "Shown"], ["12149.71", "3000", "2000", "1500", "7"], CUT),  # more won than bid for
        ([*FUNNEL, "Site", "Note"], ["12149.71", "3000", "2000", "1500", "Alex", ""], [*CUT, "Alex"]),
        ([*SHORT, "Remark"], ["12149.71", ""], ["12149", "7"]),
        ([*SHORT, "Spare column"], ["12149.71", ""], ["12149", "7132"]),
        ([*SHORT, "", "By"], ["12149.71", "", "me"], ["12149", "71", "me"]),
        (
            [*SHORT, "Told by"],
            ["12149.71", "me"],
            ["12149", "71"],
        ),  # a column of words, as its other rows show
        ([*SHORT, "Site", "Told by"], ["12149.71", "Alex", "me"], ["12149", "71", "Alex"]),
    ],
)
def test_figures_that_were_pushed_into_a_column_with_room_are_an_error(
    parser: Parser, tmp_path: Path, header: list[str], right: list[str], cut: list[str]
) -> None:
    rows = [header, hour(1, *right), hour(2, *cut), hour(3, *right)]
    _, loaded, told = dropped(parser, tmp_path, rows, ",")
    assert [code for _, code in told] == ["too_many_fields"]
    assert [float(row["impressions"]) for row in loaded] == [12149.71, 12149.71]


@pytest.mark.parametrize(
    ("header", "rows"),
    [
        ([*SHORT, "Clicks"], [["12149", "71"], ["500", "3"], ["500", ""]]),
        ([*SHORT, "Priority", "Remark"], [["12149", "1", "2025"], ["500", "2", "x"]]),
        ([*FUNNEL, "Remark"], [["12149", "71", "30", "90", "new"]]),
        ([*SHORT, "Site"], [["12149", "1042"], ["12149", "1043"]]),  # sites may be numbers
    ],
)
def test_numbers_of_their_own_beside_the_impressions_are_no_rest_of_them(
    parser: Parser, tmp_path: Path, header: list[str], rows: list[list[str]]
) -> None:
    _, loaded, told = dropped(
        parser, tmp_path, [header, *(hour(number, *row) for number, row in enumerate(rows, 1))], ","
    )
    assert (len(loaded), told) == (len(rows), [])


def test_a_row_that_lacks_a_field_is_an_error_where_it_ends(parser: Parser, tmp_path: Path) -> None:
    whole = hour(1, "12149,71", "3000", "2000", "1500")
    rows = [FUNNEL, whole, [*hour(2)[:2], *whole[3:]], hour(3, "5,5"), ["Total", "", "", "9", "1"]]
    _, loaded, told = dropped(parser, tmp_path, rows)
    assert told == [("G3", "missing_value"), ("A5", "total_row")]
    assert [float(row["impressions"]) for row in loaded] == [12149.71, 5.5]


def workbook(
    parser: Parser, tmp_path: Path, header: Sequence[str], rows: Sequence[Sequence[Any]], merge: Sequence[str]
) -> tuple[list[dict[str, Any]], list[tuple[str, str]]]:
    book = openpyxl.Workbook()
    sheet: Worksheet = book.worksheets[0]
    for row in (header, *rows):
        sheet.append(list(row))
    for cells in merge:
        sheet.merge_cells(cells)
    book.save(tmp_path / "export.xlsx")
    found = parser.parse(tmp_path / "export.xlsx", "export.xlsx", tmp_path / "work")
    verdict = validate_export(found, tmp_path / "judged")
    with pa.ipc.open_stream(str(verdict.lines)) as loaded, pa.ipc.open_stream(str(verdict.issues)) as issues:
        told = [(issue["cell"], issue["code"]) for issue in issues.read_all().to_pylist()]
        return loaded.read_all().to_pylist(), told


def at(number: int) -> str:
    return f"2025-08-04T{number:02}:00:00.000Z"


def test_an_id_or_an_hour_merged_over_rows_stands_for_each_of_them(parser: Parser, tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        [at(1), "c1", "d1", 5], [at(2), None, "d1", 6], [at(3), "c2", "d1", 7], [None, "c2", "d2", 8],
        ["Total", None, None, 26],
    ]  # fmt: skip
    loaded, told = workbook(parser, tmp_path, SHORT, rows, ["B2:B3", "A4:A5", "A6:C6"])
    assert told == [("A6", "total_row")]
    assert [(row["hour_utc"].hour, row["campaign_id"], row["deal_id"]) for row in loaded] == [
        (1, "c1", "d1"), (2, "c1", "d1"), (3, "c2", "d1"), (3, "c2", "d2")
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("merge", "cells"),
    [(["D2:D3"], ["D2", "D3"]), (["E2:E3"], ["E2", "E3"]), (["D2:E2"], ["E2"]), (["B3:C3"], ["C3"])],
)
def test_figures_and_ids_merged_together_are_of_none_of_them(
    parser: Parser, tmp_path: Path, merge: list[str], cells: list[str]
) -> None:
    rows: list[list[Any]] = [[at(1), "c1", "d1", 5, 30, 20, 10], [at(2), "c1", "d1", 6, 40, 30, 20]]
    _, told = workbook(parser, tmp_path, FUNNEL, rows, merge)
    assert told == [(cell, "merged_cell") for cell in cells]
