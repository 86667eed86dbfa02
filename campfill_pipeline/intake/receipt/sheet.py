"""Looks and safe writing of receipts: formats, and text that can never become a formula.

Belongs here: how any cell of a receipt is written. Does not belong here: what a receipt says.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

import xlsxwriter

from campfill_pipeline.language.speaking import word

LONGEST_TEXT = 32_767
"""Most characters that a cell of a workbook can hold."""

# Readable for colour-blind people: orange and blue differ in lightness too, and every colour comes with words.
ORANGE, YELLOW, GREEN, BLUE, GREY, INK = "#F4B183", "#FFF2CC", "#C6E0B4", "#BDD7EE", "#EDEDED", "#1F2937"


class Book:
    """A workbook being written, with the formats of receipts. Rows of a sheet must be written top down."""

    def __init__(self, path: Path) -> None:
        self._book = xlsxwriter.Workbook(
            str(path),
            {
                "constant_memory": True,
                "strings_to_formulas": False,
                "strings_to_numbers": False,
                "strings_to_urls": False,
            },
        )
        self._formats: dict[tuple[tuple[str, Any], ...], Any] = {}

    def properties(self, values: dict[str, Any]) -> None:
        """Title, subject and the like."""
        self._book.set_properties(values)

    def sheet(self, name: str) -> Any:
        """The worksheet of this name, made unless it was reserved."""
        worksheet = self._book.get_worksheet_by_name(name)
        worksheet = self._book.add_worksheet(name) if worksheet is None else worksheet
        worksheet.set_landscape()
        worksheet.set_paper(9)  # A4
        worksheet.fit_to_pages(1, 0)
        return worksheet

    def reserve(self, name: str) -> None:
        """Give a worksheet its place among the sheets, to be written later."""
        self._book.add_worksheet(name)

    def format(self, **looks: Any) -> Any:
        """The format with these properties, made once."""
        key = tuple(sorted(looks.items()))
        if key not in self._formats:
            self._formats[key] = self._book.add_format({"font_name": "Calibri", "valign": "vcenter", **looks})
        return self._formats[key]

    def close(self) -> None:
        """Write the file."""
        self._book.close()

    @cached_property
    def heading(self) -> Any:
        """The format of a list's header row."""
        return self.format(bold=True, bg_color=GREY, bottom=1, text_wrap=True)


def presentable(text: str) -> str:
    """Text that a workbook can hold: no lone surrogates (odd file names), not longer than a cell allows."""
    whole = text.encode("utf-8", "replace").decode("utf-8")
    return whole if _length(whole) <= LONGEST_TEXT else f"{whole[: LONGEST_TEXT // 2]}…"


def _length(text: str) -> int:
    # A cell's length counts UTF-16 units, so an emoji counts twice.
    return len(text) + sum(character > "\uffff" for character in text) if len(text) > 16_000 else len(text)


def write_text(book: Book, worksheet: Any, row: int, column: int, text: str, **looks: Any) -> None:
    """Write text as text: never a formula, a number or a link, not even after a double click and Enter."""
    if text[:1] in ("=", "+", "-", "@", "\t", "\r"):
        looks["quote_prefix"] = True
    worksheet.write_string(row, column, presentable(text), book.format(**looks))


def lines_of(text: str, width: float) -> int:
    """How many lines a wrapped text takes in a column of this width, roughly; never more than eight."""
    return min(8, sum(1 + int(len(part) / (width * 1.02)) for part in text.split("\n")))


def set_height(worksheet: Any, row: int, *lines: int) -> None:
    """Make a row high enough for wrapped text: not every program does it by itself."""
    if max(lines, default=1) > 1:
        worksheet.set_row(row, 15 * max(lines))


@dataclass(frozen=True)
class ListColumn:
    """A column of a list in a receipt: its heading, its width in characters, and how numbers in it look."""

    heading: str
    width: float
    number_format: str = "General"
    wrap: bool = False


def write_list(
    book: Book, worksheet: Any, first_row: int, columns: list[ListColumn], rows: list[list[Any]]
) -> int:
    """Write a list below its headings; values are text, numbers, Decimals or None. Gives the row after it."""
    for index, column in enumerate(columns):
        worksheet.set_column(index, index, column.width)
        worksheet.write_string(first_row, index, word(column.heading), book.heading)
    worksheet.autofilter(first_row, 0, first_row + max(1, len(rows)), len(columns) - 1)
    for number, values in enumerate(rows, first_row + 1):
        fill = values[len(columns)] if len(values) > len(columns) else None
        set_height(
            worksheet,
            number,
            *(lines_of(str(v), c.width) for c, v in zip(columns, values, strict=False) if c.wrap),
        )
        for index, (column, value) in enumerate(zip(columns, values, strict=False)):
            looks: dict[str, Any] = {"text_wrap": True} if column.wrap else {}
            if fill and index == 0:
                looks["bg_color"] = fill
            if isinstance(value, int | float | Decimal):
                worksheet.write_number(
                    number, index, value, book.format(num_format=column.number_format, **looks)
                )
            elif value is not None:
                write_text(book, worksheet, number, index, str(value), **looks)
    return first_row + 1 + len(rows)
