"""Rows and cells with and without an address, in any mixture, over chunks of any size: as openpyxl counts them."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

import openpyxl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campfill_pipeline.intake.xlsx import row_lookup, sheet_rows
from campfill_pipeline.intake.xlsx.cells import CellReader
from campfill_pipeline.intake.xlsx.sheet_events import SheetEvents, SheetRow
from campfill_pipeline.intake.xlsx.sheet_rows import RowBlock, SheetScan
from campfill_pipeline.intake.xlsx.xml_text import IrregularError
from campfill_pipeline_tests.intake.workbooks import letters, sheet, workbook

READER = CellReader(pa.array([], pa.large_string()), {}, False)
COLUMNS = [0, 1, 2, 4]
Cells = dict[tuple[int, int], str]


@st.composite
def mixed_rows(draw: st.DrawFn) -> str:
    """Rows in order; each row, and each cell, says where it stands, or stands behind the one before it."""
    xml, number, value = "", 0, 0
    for _ in range(draw(st.integers(1, 40))):
        told = draw(st.booleans())
        number += draw(st.integers(1, 3)) if told else 1
        cells, column = "", -1
        for _ in range(draw(st.integers(0, 5))):
            addressed = draw(st.booleans())
            column += draw(st.integers(1, 2)) if addressed else 1
            value += 1
            reference = f' r="{letters(column)}{number}"' if addressed else ""
            cells += f"<c{reference}><v>{value}</v></c>" if draw(st.integers(0, 4)) else f"<c{reference}/>"
        address = f' r="{number}"' if told else ""
        xml += f"<row{address}>{cells}</row>" if cells or draw(st.booleans()) else f"<row{address}/>"
    return xml


def of_openpyxl(data: str) -> Cells:
    with tempfile.TemporaryDirectory() as folder:
        content = workbook(Path(folder) / "a.xlsx", data).read_bytes()
    found = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    return {
        (cell.row, cell.column - 1): str(cell.value)
        for row in found.iter_rows()
        for cell in row
        if cell.value is not None and cell.column - 1 in COLUMNS
    }


def stream(data: bytes, piece: int) -> Callable[[int], bytes]:
    left = [data[at : at + piece] for at in range(0, len(data), piece)][::-1]
    return lambda _count: left.pop() if left else b""


def of_blocks(blocks: list[RowBlock]) -> Cells:
    return {
        (number, COLUMNS[position]): texts[index].as_py()
        for block in blocks
        for index, number in enumerate(block.numbers.tolist())
        for position, (texts, _) in enumerate(block.columns)
        if texts[index].is_valid
    }


@given(
    rows=mixed_rows(),
    piece=st.sampled_from([16, 64, 200, 10**6]),
    asked=st.sets(st.integers(1, 60), max_size=9),
)
@settings(max_examples=150, deadline=None)
def test_rows_asked_for_by_number_are_those_of_a_whole_reading(
    rows: str, piece: int, asked: set[int]
) -> None:
    data = sheet(rows).encode()
    read: list[SheetRow] = []
    events = SheetEvents(read.append)
    events.feed(data, final=True)
    expected = {row.number: row.cells for row in read if row.number in asked and row.cells}
    with patch.object(row_lookup, "CHUNK", piece):
        found = row_lookup.rows_by_number(lambda: stream(data, piece), asked)
    assert {number: row.cells for number, row in found.items() if row.cells} == expected


@pytest.mark.filterwarnings("ignore:Workbook contains no default style")
@given(rows=mixed_rows(), piece=st.sampled_from([16, 64, 200, 1000, 10**6]))
@settings(max_examples=150, deadline=None)
def test_cells_stand_where_openpyxl_sees_them(rows: str, piece: int) -> None:
    data = sheet(rows)
    with patch.object(sheet_rows, "CHUNK", piece):
        scan = SheetScan(READER, COLUMNS)
        try:
            found = of_blocks(list(scan.blocks(lambda: stream(data.encode(), piece))))
        except IrregularError:  # said to be beyond the fast way
            scan = SheetScan(READER, COLUMNS)
            found = of_blocks(list(scan.blocks_by_events(stream(data.encode(), piece))))
    assert found == of_openpyxl(data)
