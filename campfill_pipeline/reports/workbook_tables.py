"""How the fulfillment workbook writes a table: header, formats, filter, totals, bars.

Belongs here: the writing of typed columns. Does not belong here: which sheets there are and what they show.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from campfill_pipeline.language.currencies import in_home
from campfill_pipeline.language.speaking import word
from campfill_pipeline.workbooks.cells import MOST_TEXT

NUMBER_FORMATS = {
    "date": "dd.mm.yyyy",
    "moment": "dd.mm.yyyy hh:mm",
    "whole": "#,##0",
    "impressions": "#,##0",
    "share": "0.0%",
    "points": "+0.0;-0.0;0.0",
    "factor": "0.00",
    "euros": "#,##0.00",
    "cpm": "#,##0.00##",
    "text": "@",
    "flag": "General",
}
HEADER = {"bold": True, "bg_color": "#151A21", "font_color": "#FFFFFF", "valign": "top", "text_wrap": True}


LINE_HEIGHT = 15.5  # points
BOLD = 1.1
"""Bold letters take so much more room than the digits by which a column's width is told."""
FILTER_BUTTON = 2  # characters


@dataclass(frozen=True)
class Column:
    """A column:

    header, kind of content (a key of NUMBER_FORMATS), width in characters, and its field where there is one.
    """

    header: str
    kind: str
    width: float
    field: str = ""
    bars: bool = False
    total: bool = False


@dataclass(frozen=True)
class Formats:
    """The workbook's formats, by kind of content."""

    of: dict[str, Any]
    header: Any
    text_header: Any
    title: Any
    heading: Any
    soft: Any


def add_formats(book: Any) -> Formats:
    """Make the formats in `book`."""
    return Formats(
        of={
            kind: book.add_format({"num_format": shown, "valign": "top"})
            for kind, shown in NUMBER_FORMATS.items()
        },
        header=book.add_format(HEADER | {"align": "right"}),
        text_header=book.add_format(HEADER),
        title=book.add_format({"bold": True, "font_size": 20}),
        heading=book.add_format({"bold": True, "font_size": 13}),
        soft=book.add_format({"font_color": "#55606F"}),
    )


def _write(sheet: Any, row: int, at: int, kind: str, value: object, shown: Any) -> None:
    if value is None:
        sheet.write_blank(row, at, None, shown)
    elif kind == "flag":
        sheet.write_boolean(row, at, bool(value), shown)
    elif isinstance(value, datetime):
        sheet.write_datetime(row, at, value.replace(tzinfo=None), shown)
    elif isinstance(value, date):
        sheet.write_datetime(row, at, datetime(value.year, value.month, value.day), shown)
    elif isinstance(value, Decimal | int | float):
        # Excel keeps binary doubles; a share is shown with a percent sign, so it is written as a fraction.
        sheet.write_number(row, at, float(value / 100 if kind == "share" else value), shown)
    else:
        sheet.write_string(row, at, str(value)[:MOST_TEXT], shown)


def write_table(
    sheet: Any,
    formats: Formats,
    columns: Sequence[Column],
    rows: Iterable[Sequence[object]],
    *,
    top: int = 0,
    freeze: bool = False,
) -> int:
    """Write a table whose header is in row `top` (from 0); answers the first row below it.

    With `freeze` the header stays in view and carries the sheet's filter. Bars show a column's size in its
    cells.
    """
    row = top
    for row, values in enumerate(rows, top + 1):
        for at, (column, value) in enumerate(zip(columns, values, strict=True)):
            _write(sheet, row, at, column.kind, value, formats.of[column.kind])
    _surround(sheet, formats, columns, top, row, freeze=freeze)
    return row + 1


def write_frame(sheet: Any, formats: Formats, columns: Sequence[Column], rows: int) -> None:
    """Write what stands around a list of so many rows; of the rows only the last, its cells blank."""
    if rows:
        for at, column in enumerate(columns):
            sheet.write_blank(rows, at, None, formats.of[column.kind])
    _surround(sheet, formats, columns, 0, rows, freeze=True)


def _head_lines(column: Column) -> int:
    """So many lines its heading takes in its width: no program makes the row higher by itself."""
    lines, room = 1, 0.0
    for part in in_home(word(column.header)).split():
        wide = len(part) * BOLD
        if room and room + wide + 1 > column.width - FILTER_BUTTON:
            lines, room = lines + 1, 0.0
        room += wide + 1
    return lines


def _surround(
    sheet: Any, formats: Formats, columns: Sequence[Column], top: int, last: int, *, freeze: bool
) -> None:
    """Header, widths, filter and bars of a table in the rows `top` to `last`."""
    sheet.set_row(top, LINE_HEIGHT * max(map(_head_lines, columns)))
    for at, column in enumerate(columns):
        if freeze:
            sheet.set_column(at, at, column.width)
        sheet.write_string(
            top,
            at,
            in_home(word(column.header)),
            formats.text_header if column.kind in ("text", "flag") else formats.header,
        )
    if freeze:
        sheet.freeze_panes(top + 1, 1)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(top)
        sheet.autofilter(top, 0, max(last, top), len(columns) - 1)
    for at, column in enumerate(columns):
        if column.bars and last > top:
            limits = (
                {"min_type": "num", "min_value": 0, "max_type": "num", "max_value": 1}
                if column.kind == "share"
                else {}
            )
            sheet.conditional_format(
                top + 1,
                at,
                last,
                at,
                {
                    "type": "data_bar",
                    "bar_color": "#9ECAE1",
                    "bar_solid": True,
                    "data_bar_2010": True,
                    **limits,
                },
            )
