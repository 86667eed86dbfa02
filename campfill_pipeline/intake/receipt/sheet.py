"""Looks and safe writing of receipts: formats, and text that can never become a formula.

Belongs here: how any cell of a receipt is written. Does not belong here: what a receipt says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, cached_property
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import Any

import xlsxwriter

from campfill_pipeline.domain.cells import column_letters
from campfill_pipeline.language.speaking import word
from campfill_pipeline.workbooks.cells import MOST_TEXT, Strings, cell
from campfill_pipeline.workbooks.filling import PORTION, Waiting, fill, part_of

# Readable for colour-blind people: orange and blue differ in lightness too, and every colour comes with words.
ORANGE, YELLOW, GREEN, BLUE, GREY, INK = "#F4B183", "#FFF2CC", "#C6E0B4", "#BDD7EE", "#EDEDED", "#1F2937"
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
_CELLS = re.compile(rb"<sheetData>.*</sheetData>", re.DOTALL)
_LOOKS = re.compile(rb'<c r="([A-Z]+\d+)" s="(\d+)"')
_letters = cache(column_letters)


class Sheet:
    """A sheet of a receipt. XlsxWriter makes its `frame`: widths, filter, comments, all but heights and cells.

    The cells are put into the file as XML. A look has its number there from a cell that the frame has of it.
    """

    def __init__(self, frame: Any) -> None:
        self.frame = frame
        self._rows: dict[int, dict[int, tuple[object, Any]]] = {}
        self._heights: dict[int, float] = {}
        self._looks: dict[Any, tuple[int, int]] = {}

    def write(self, row: int, column: int, value: object, look: Any) -> None:
        """Write a value as what it is; None is a blank cell. `row` and `column` count from 0."""
        self._rows.setdefault(row, {})[column] = (value, look)

    def set_height(self, row: int, points: float) -> None:
        """Make a row so high."""
        self._heights[row] = int(points * 4 / 3 + 0.5) * 0.75  # in whole pixels, as programs keep it

    def finish_frame(self) -> None:
        """Write one cell of each look into the frame, and its first and last one, which tell its size."""
        columns: set[int] = set()
        for row, cells in self._rows.items():
            columns.update(cells)
            for at, (_, look) in cells.items():
                self._looks[look] = (row, at)
        for most in (min, max):
            self.frame.write_blank(most(self._rows), most(columns), None, next(iter(self._looks)))
        for look, (row, at) in self._looks.items():
            self.frame.write_string(row, at, "", look)

    def filled(self, frame: bytes, strings: Strings) -> Iterator[bytes]:
        """The sheet's XML, made of its frame's."""
        old = _CELLS.search(frame)
        assert old is not None
        numbers = dict(_LOOKS.findall(old[0]))
        looks = {
            look: f's="{numbers[f"{_letters(at)}{row + 1}".encode()].decode()}"'
            for look, (row, at) in self._looks.items()
        }
        yield frame[: old.start()] + b"<sheetData>"
        rows = iter(sorted({*self._rows, *self._heights}))
        while portion := list(islice(rows, PORTION)):
            yield "".join(self._row(row, looks, strings) for row in portion).encode()
        yield b"</sheetData>" + frame[old.end() :]

    def _row(self, row: int, looks: Mapping[Any, str], strings: Strings) -> str:
        height = f' ht="{self._heights[row]:g}" customHeight="1"' if row in self._heights else ""
        cells = [
            cell(f'<c r="{_letters(at)}{row + 1}" {looks[look]}', value, strings)
            for at, (value, look) in sorted(self._rows.get(row, {}).items())
        ]
        return f'<row r="{row + 1}"{height}>{"".join(cells)}</row>'


class Book:
    """A workbook being written, with the formats of receipts."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._frames = BytesIO()
        self._book = xlsxwriter.Workbook(self._frames, {"in_memory": True})
        self._sheets: dict[str, Sheet] = {}
        self._formats: dict[frozenset[tuple[str, Any]], Any] = {}

    def properties(self, values: dict[str, Any]) -> None:
        """Title, subject and the like."""
        self._book.set_properties(values)

    def sheet(self, name: str) -> Sheet:
        """The sheet of this name, made unless it was reserved."""
        if name not in self._sheets:
            self.reserve(name)
        sheet = self._sheets[name]
        sheet.frame.set_landscape()
        sheet.frame.set_paper(9)  # A4
        sheet.frame.fit_to_pages(1, 0)
        return sheet

    def reserve(self, name: str) -> None:
        """Give a sheet its place among the sheets, to be written later."""
        self._sheets[name] = Sheet(self._book.add_worksheet(name))

    def format(self, **looks: Any) -> Any:
        """The format with these properties, made once."""
        key = frozenset(looks.items())
        if key not in self._formats:
            self._formats[key] = self._book.add_format({"font_name": "Calibri", "valign": "vcenter", **looks})
        return self._formats[key]

    def close(self) -> None:
        """Write the file. Raises OSError."""
        for sheet in self._sheets.values():
            sheet.finish_frame()
        self._book.close()
        waiting = {part_of(at): Waiting(sheet.filled) for at, sheet in enumerate(self._sheets.values(), 1)}
        fill(self._frames, waiting, self._path, texts_stay=False)

    @cached_property
    def heading(self) -> Any:
        """The format of a list's header row."""
        return self.format(bold=True, bg_color=GREY, bottom=1, text_wrap=True)


def presentable(text: str) -> str:
    """Text that a workbook can hold: no lone surrogates (odd file names), not longer than a cell allows."""
    whole = text.encode("utf-8", "replace").decode("utf-8")
    return whole if _length(whole) <= MOST_TEXT else f"{whole[: MOST_TEXT // 2]}…"


def _length(text: str) -> int:
    # A cell's length counts UTF-16 units, so an emoji counts twice.
    return len(text) + sum(character > "\uffff" for character in text) if len(text) > 16_000 else len(text)


def write_text(book: Book, sheet: Sheet, row: int, column: int, text: str, **looks: Any) -> None:
    """Write text as text: never a formula, a number or a link, not even after a double click and Enter."""
    if text.startswith(FORMULA_SIGNS):
        looks["quote_prefix"] = True
    sheet.write(row, column, presentable(text), book.format(**looks))


def lines_of(text: str, width: float) -> int:
    """How many lines a wrapped text takes in a column of this width, roughly; never more than eight."""
    return min(8, sum(1 + int(len(part) / (width * 1.02)) for part in text.split("\n")))


@dataclass(frozen=True)
class ListColumn:
    """A column of a list in a receipt: its heading, its width in characters, and how numbers in it look."""

    heading: str
    width: float
    number_format: str = "General"
    wrap: bool = False


def write_list(
    book: Book, sheet: Sheet, first_row: int, columns: list[ListColumn], rows: list[list[Any]]
) -> int:
    """Write a list below its headings; values are text, numbers, Decimals or None. Gives the row after it.

    A row may have one value more than there are columns: the colour of its first cell.
    """
    for index, column in enumerate(columns):
        sheet.frame.set_column(index, index, column.width)
        sheet.write(first_row, index, word(column.heading), book.heading)
    sheet.frame.autofilter(first_row, 0, first_row + max(1, len(rows)), len(columns) - 1)
    for number, values in enumerate(rows, first_row + 1):
        fill = values[len(columns)] if len(values) > len(columns) else None
        lines = 1
        for index, (column, value) in enumerate(zip(columns, values, strict=False)):
            if value is None:
                continue
            looks: dict[str, Any] = {"text_wrap": True} if column.wrap else {}
            if fill and index == 0:
                looks["bg_color"] = fill
            if column.wrap:
                lines = max(lines, lines_of(str(value), column.width))
            if isinstance(value, int | float | Decimal):
                sheet.write(number, index, value, book.format(num_format=column.number_format, **looks))
            else:
                write_text(book, sheet, number, index, str(value), **looks)
        if lines > 1:  # not every program makes a row higher by itself
            sheet.set_height(number, 15 * lines)
    return first_row + 1 + len(rows)
