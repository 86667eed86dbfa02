"""A row of the sheet Care: dates as people and spreadsheets write them; what cannot be read is named by its cell."""

from __future__ import annotations

from datetime import date

import pytest

from campfill_pipeline.domain.care import CareError
from campfill_pipeline.domain.care_rows import HEADERS, read_row

ID = "0b5f1d7e-2a64-4c1f-9b5e-1f0c5d1a7e42"
CELLS = {field: f"{letter}7" for field, letter in zip(HEADERS, "ABCDEFGHI", strict=True)}


@pytest.mark.parametrize("text", ["2026-12-31", "2026-12-31 00:00:00", "31.12.2026", "46387", "46387.0"])
def test_days_are_read_as_people_and_spreadsheets_write_them(text: str) -> None:
    assert read_row({"line_id": ID, "until": text}, CELLS).until == date(2026, 12, 31)


@pytest.mark.parametrize("text", ["148625", "148.625", "148,625", "148625.0"])
def test_impressions_are_whole(text: str) -> None:
    row = {"line_id": ID, "impressions": text, "first": "01.12.2026", "last": "02.12.2026"}
    assert read_row(row, CELLS).impressions == 148_625


@pytest.mark.parametrize(
    ("row", "cell"),
    [
        ({}, "A7"), ({"line_id": "x"}, "A7"), ({"line_id": ID, "until": "31.09.2026"}, "D7"),
        ({"line_id": ID, "until": "12/31/2026"}, "D7"), ({"line_id": ID, "impressions": "12%"}, "E7"),
        ({"line_id": ID, "first": "01.12.2026"}, "E7"), ({"line_id": ID, "impressions": "5"}, "F7"),
        ({"line_id": ID, "impressions": "5", "first": "01.12.2026"}, "G7"), ({"line_id": ID, "by_line": "y"}, "H7"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_named_by_its_cell(row: dict[str, str], cell: str) -> None:
    with pytest.raises(CareError, match=cell):
        read_row(row, CELLS)
