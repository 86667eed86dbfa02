"""The lists of the workbook: XlsxWriter makes their frames, their rows are put into the file as XML.

Belongs here: the lists, their frames and rows. Does not belong here: cells (`workbooks/cells`), the file
(`workbooks/filling`), which lists there are (`workbook`).

XlsxWriter writes a hundred thousand lines in half a minute, a call and an object for each cell. So it only makes each
list's frame: header, widths, filter, bars, and a last row that is blank; the rows take its place, with the formats it
had.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from campfill_pipeline.language.speaking import word
from campfill_pipeline.reports.workbook_tables import Column, Formats, write_frame
from campfill_pipeline.workbooks.cells import ROW, Strings, cells
from campfill_pipeline.workbooks.filling import PORTION, Waiting, part_of

MOST_ROWS = 1_048_575  # a sheet's limit, its header taken off
MOST_CELL = 60  # bytes
MOST_PLAIN = 2**31 - 1  # bytes of a part; beyond, the zip format is one that Excel offers to repair

Row = Sequence[object]


@dataclass(frozen=True)
class Listed:
    """A list with a sheet of its own: of `items`, each is a row by `values`."""

    name: str
    columns: tuple[Column, ...]
    items: Sequence[Any]
    values: Callable[[Any], Row] = tuple


def sheets(lists: Sequence[Listed], most: int = MOST_ROWS) -> list[Listed]:
    """The lists as they go into sheets: one that is too long for a sheet goes on in `Lines 2`, and so on."""
    return [
        Listed(word(whole.name) + (f" {at // most + 1}" if at else ""), whole.columns,
               whole.items[at : at + most] if len(whole.items) > most else whole.items, whole.values)
        for whole in lists
        for at in range(0, max(len(whole.items), 1), most)
    ]  # fmt: skip


def add_frames(book: Any, formats: Formats, lists: Sequence[Listed]) -> dict[str, Waiting]:
    """Add a sheet for each list to `book`, without its rows; answers which parts of the file wait for them."""
    waiting = {}
    for one in lists:
        write_frame(book.add_worksheet(one.name), formats, one.columns, len(one.items))
        if one.items:
            large = len(one.items) * len(one.columns) * MOST_CELL > MOST_PLAIN
            waiting[part_of(len(book.worksheets()))] = Waiting(partial(_sheet, one), large)
    return waiting


def _sheet(one: Listed, frame: bytes, strings: Strings) -> Iterator[bytes]:
    """The sheet's XML, with rows where the blank one stands."""
    blank = re.search(rb'<row r="%d"[^>]*>(.*?)</row>' % (len(one.items) + 1), frame)
    assert blank is not None
    begins = [
        f'<c r="{letters.decode()}{ROW}" s="{style.decode()}"'
        for letters, style in re.findall(rb'<c r="([A-Z]+)\d+" s="(\d+)"/>', blank[1])
    ]
    yield frame[: blank.start()]
    for at in range(0, len(one.items), PORTION):
        columns = zip(*map(one.values, one.items[at : at + PORTION]), strict=True)
        shown = [
            cells(column.kind, begin, values, strings)
            for column, begin, values in zip(one.columns, begins, columns, strict=True)
        ]
        yield "".join(
            f'<row r="{ROW}">{"".join(row)}</row>'.replace(ROW, str(number))
            for number, row in enumerate(zip(*shown, strict=True), at + 2)
        ).encode()
    yield frame[blank.end() :]
