"""The rows that campfill writes into its workbook are, cell for cell, those that XlsxWriter writes."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID

import openpyxl
import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from campfill_pipeline.domain.fulfillment import FulfillmentRules
from campfill_pipeline.reports import workbook
from campfill_pipeline.reports.workbook_lists import Listed, add_frames, sheets
from campfill_pipeline.reports.workbook_tables import NUMBER_FORMATS, Column
from campfill_pipeline.warehouse.readers.page import reading as page_reader
from campfill_pipeline.warehouse.readers.page.rows import PageData
from campfill_pipeline.workbooks.cells import MOST_TEXT
from campfill_pipeline.workbooks.filling import fill
from campfill_pipeline_tests.reports import by_xlsxwriter
from campfill_pipeline_tests.reports.conftest import Demo
from campfill_pipeline_tests.reports.invented import NOW, invent

# openpyxl does not know the bars of Excel 2010, which Excel and LibreOffice do.
pytestmark = pytest.mark.filterwarnings("ignore:.*xtension is not supported")
NOTHING = replace(invent(0), windows=(), losses=(), trend=(), attention=(), reconciliation=(), uploads=())


def with_lists(lists: list[Listed], target: Path | BytesIO, most: int | None = None) -> None:
    """A workbook of these lists alone, as campfill writes it."""
    frames = BytesIO()
    book, formats = workbook.begin(frames, NOTHING, NOW)
    waiting = add_frames(book, formats, sheets(lists) if most is None else sheets(lists, most))
    book.close()
    fill(frames, waiting, target)


def everything(file: Path | BytesIO) -> dict[str, Any]:
    """All that openpyxl knows of a workbook: each cell with its look, and what surrounds the cells."""
    book = openpyxl.load_workbook(file)
    return {
        sheet.title: (
            sheet.dimensions,
            sheet.freeze_panes,
            sheet.auto_filter.ref,
            sheet.print_title_rows,
            {letter: at.width for letter, at in sheet.column_dimensions.items()},
            [str(rule.sqref) for rule in sheet.conditional_formatting],
            [
                (cell.coordinate, cell.value, cell.data_type, cell.number_format, cell.alignment.vertical)
                for row in sheet.iter_rows()
                for cell in row
            ],
        )
        for sheet in book
    }


def unpacked(file: Path) -> dict[str, bytes]:
    """The parts of the file but the lists and the texts that they point to."""
    with zipfile.ZipFile(file) as parts:
        assert parts.testzip() is None
        return {
            name: parts.read(name)
            for name in parts.namelist()
            if name not in ("xl/sharedStrings.xml", *(f"xl/worksheets/sheet{at}.xml" for at in range(2, 10)))
        }


def agree(data: PageData, folder: Path) -> None:
    workbook.render(data, folder / "campfill.xlsx", NOW)
    by_xlsxwriter.render(data, folder / "xlsxwriter.xlsx", NOW)
    for look in (everything, unpacked):  # by name: a comparison of all in one takes minutes where it fails
        ours, theirs = look(folder / "campfill.xlsx"), look(folder / "xlsxwriter.xlsx")
        assert [name for name in {**ours, **theirs} if ours.get(name) != theirs.get(name)] == []


def test_every_cell_of_the_demo_is_the_one_that_xlsxwriter_writes(
    demo: Demo, demo_connection: psycopg.Connection, tmp_path: Path
) -> None:
    rules = FulfillmentRules()
    with page_reader.state_as_of(demo_connection, rules, as_of=demo.as_of, now=demo.now):
        data = page_reader.load(demo_connection, rules, as_of=demo.as_of)
    assert len(data.lines) > 100
    agree(data, tmp_path)


def test_so_is_that_of_lines_of_every_fate_and_of_none(tmp_path: Path) -> None:
    agree(invent(203), tmp_path)
    agree(NOTHING, tmp_path)


DECIMALS = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**30), max_value=10**30)
DATES = st.dates(min_value=date(1901, 1, 1))
SPEAKABLE = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\ufffe\uffff"), max_size=30)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "date": DATES,
    "moment": st.datetimes(min_value=datetime(1901, 1, 1), timezones=st.sampled_from([UTC])),
    "text": SPEAKABLE
    | st.uuids()
    | st.sampled_from([" a ", "=1+1", "<b>&amp;", "_x0041_", "a\r\nb\t\x07", "💶"]),
    "flag": st.booleans(),
}
NUMBERS = DECIMALS | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False, allow_infinity=False)
COLUMNS = tuple(Column(kind, kind, 10, bars=kind == "share") for kind in NUMBER_FORMATS)
ROWS = st.lists(
    st.tuples(*(st.none() | VALUES.get(kind, DECIMALS if kind == "share" else NUMBERS) for kind in NUMBER_FORMATS)),
    max_size=8,
)  # fmt: skip


@settings(max_examples=30)
@given(ROWS)
def test_whatever_the_values_are(rows: list[tuple[object, ...]]) -> None:
    ours, theirs = BytesIO(), BytesIO()
    with_lists([Listed("Values", COLUMNS, rows)], ours)
    by_xlsxwriter.render(NOTHING, theirs, NOW, [Listed("Values", COLUMNS, rows)])
    assert everything(ours) == everything(theirs)


def test_a_column_of_many_kinds_of_values_is_written_cell_by_cell() -> None:
    mixed = [Decimal("1.5"), "text", None, date(2026, 5, 1), True, 7, UUID(int=1)]
    rows = [(value,) for value in mixed]
    columns = (Column("Any", "whole", 10),)
    file = BytesIO()
    with_lists([Listed("Any", columns, rows)], file)
    found = [row[0] for row in openpyxl.load_workbook(file)["Any"].iter_rows(min_row=2, values_only=True)]
    assert found == [1.5, "text", None, 46143, True, 7, str(UUID(int=1))]  # the format is the column's


@pytest.mark.parametrize("number", [Decimal("NaN"), Decimal("-Infinity"), float("inf")])
def test_what_is_no_number_is_never_written_as_one(number: object, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="cannot hold the number"):
        with_lists([Listed("Sums", (Column("Sum", "euros", 10),), [(number,)])], tmp_path / "sums.xlsx")


def texts(file: Path) -> list[str]:
    """The texts of the file's table, as its XML has them."""
    with zipfile.ZipFile(file) as parts:
        tree = etree.fromstring(parts.read("xl/sharedStrings.xml"))
    return ["".join(map(str, entry.itertext())) for entry in tree]


def test_text_that_looks_like_xml_or_cannot_be_xml_is_text(tmp_path: Path) -> None:
    named = ["<r>rich & broken</r>", "</t></si>", "]]>", "a\ufffeb\x00", "_x0041_x0042_"]
    rows = [(name,) for name in named]
    with_lists([Listed("Names", (Column("Name", "text", 10),), rows)], tmp_path / "names.xlsx")
    assert texts(tmp_path / "names.xlsx")[-5:] == [
        *named[:3],
        "a_xFFFE_b_x0000_",
        "_x005F_x0041_x005F_x0042_",
    ]


def test_a_text_longer_than_a_cell_is_cut_at_the_cells_limit(tmp_path: Path) -> None:
    rows = [("ä" * 40_000,), ("💶" * 20_000,)]  # the second counts twice
    with_lists([Listed("Long", (Column("Text", "text", 10),), rows)], tmp_path / "long.xlsx")
    assert [len(text) for text in texts(tmp_path / "long.xlsx")[-2:]] == [MOST_TEXT, MOST_TEXT // 2]


def test_texts_are_counted_and_stand_once(tmp_path: Path) -> None:
    rows = [("same", f"other {at}") for at in range(3000)]
    columns = (Column("A", "text", 10), Column("B", "text", 10))
    with_lists([Listed("Texts", columns, rows)], tmp_path / "texts.xlsx")
    with zipfile.ZipFile(tmp_path / "texts.xlsx") as parts:
        tree = etree.fromstring(parts.read("xl/sharedStrings.xml"))
        cells = b"".join(parts.read(name) for name in parts.namelist() if "/sheet" in name)
    assert int(tree.get("uniqueCount", "")) == len(tree)
    assert int(tree.get("count", "")) == cells.count(b't="s"')
    assert len(set(texts(tmp_path / "texts.xlsx"))) == len(tree)


def test_a_list_longer_than_a_sheet_goes_on_in_the_next_one(tmp_path: Path) -> None:
    whole = Listed("Lines", (Column("Number", "whole", 10),), [(number,) for number in range(25)])
    with_lists(
        [whole, replace(whole, name="Causes", items=whole.items[:10])], tmp_path / "long.xlsx", most=10
    )
    book = openpyxl.load_workbook(tmp_path / "long.xlsx")
    assert book.sheetnames == ["Summary", "Lines", "Lines 2", "Lines 3", "Causes"]
    shown = [[row[0] for row in sheet.iter_rows(values_only=True)] for sheet in book][1:4]
    assert shown == [["Number", *range(at, min(at + 10, 25))] for at in (0, 10, 20)]


def test_a_workbook_whose_sheet_may_pass_two_gigabytes_can_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("campfill_pipeline.reports.workbook_lists.MOST_PLAIN", 100)
    agree(invent(60), tmp_path)
