"""Cells of a workbook as XML, one by one or, a long list's, a column at a time.

Belongs here: how a value becomes what a spreadsheet reads. Does not belong here: which cells there are, how they get
into the file (`filling`).

The cells are those that XlsxWriter would write; a column at a time they cost a seventh. A cell holds ROW where its
row's number goes: that character cannot stand in a cell, as XML knows no such character.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from math import isfinite
from xml.sax.saxutils import escape

MOST_TEXT = 32_767
"""Most characters that a cell can hold, an emoji (what lies beyond the first 65,536) counted twice."""
ROW = "\0"
# Text that a double gives back as it is, so that it need not become one first.
MOST_DIGITS = 16
# What XML cannot hold is written as Excel does, _x0007_; text that looks like that keeps its underscore so.
UNSPEAKABLE = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9a-fA-F]{4}_)")
NUMBERS = {Decimal, int, float}
DAYS = {date, datetime}
EPOCH = datetime(1899, 12, 31)
# Excel counts a 29 February 1900 that never was.
LAST_RIGHT_DAY = 59


class Strings:
    """The workbook's table of texts: each once, cells point to it. `first` is the number of those it already has."""

    def __init__(self, first: int) -> None:
        self.first = first
        self.used = 0
        self._places: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._places)

    def place(self, text: str) -> int:
        """The number of this text."""
        self.used += 1
        return self._places.setdefault(text, self.first + len(self._places))

    def entries(self, portion: int = 10_000) -> Iterator[str]:
        """The entries of the table, in the order of their numbers, some thousands at a time."""
        texts = iter(self._places)
        while some := list(islice(texts, portion)):
            yield "".join(map(_entry, some))


def _entry(text: str) -> str:
    if len(text) > MOST_TEXT // 2:
        text = text.encode("utf-16-le")[: 2 * MOST_TEXT].decode("utf-16-le", "ignore")
    shown = escape(UNSPEAKABLE.sub(lambda found: f"_x{ord(found[0]):04X}_", text))
    space = ' xml:space="preserve"' if text[:1].isspace() or text[-1:].isspace() else ""
    return f"<si><t{space}>{shown}</t></si>"


def cell(begin: str, value: object, strings: Strings) -> str:
    """One value as a cell; `begin` is what its tag begins with. A number that is not finite raises ValueError."""
    if isinstance(value, str):
        return f'{begin} t="s"><v>{strings.place(value)}</v></c>'
    return cells("", begin, (value,), strings)[0]


def cells(kind: str, begin: str, column: Sequence[object], strings: Strings) -> list[str]:
    """A column's values as cells; `begin` is what the tag of each begins with: its place and format.

    `kind` tells flags (`flag`) and percentages (`share`) from other values. A number that is not finite raises
    ValueError.
    """
    types = set(map(type, column))
    types.discard(type(None))
    if kind == "flag" or types == {bool}:
        return [_blank(begin) if v is None else f'{begin} t="b"><v>{int(bool(v))}</v></c>' for v in column]
    if types <= NUMBERS:
        return _numbers(begin, _fractions(column) if kind == "share" else column)
    if types <= DAYS:
        shown = {day: f"{begin}><v>{_serial(day)}</v></c>" for day in set(column) if isinstance(day, date)}
        return [_blank(begin) if v is None else shown[v] for v in column]  # type: ignore[index]
    if not types & (NUMBERS | DAYS):
        place = strings.place
        return [_blank(begin) if v is None else f'{begin} t="s"><v>{place(str(v))}</v></c>' for v in column]
    return [cell for value in column for cell in cells(kind, begin, (value,), strings)]


def _blank(begin: str) -> str:
    return f"{begin}/>"


def _fractions(column: Sequence[object]) -> list[object]:
    """A share is shown with a percent sign, so it is written as a fraction."""
    return [None if value is None else value / 100 for value in column]  # type: ignore[operator]


def _numbers(begin: str, column: Sequence[object]) -> list[str]:
    made = []
    for value in column:
        if value is None:
            made.append(_blank(begin))
            continue
        text = str(value)
        # An exponent, or no number; and a whole one of a double is written without a point.
        if len(text) > MOST_DIGITS or "E" in text or "n" in text or "N" in text or type(value) is float:
            text = _double(float(text))
        made.append(f"{begin}><v>{text}</v></c>")
    return made


def _double(number: float) -> str:
    """A number as Excel keeps it, a binary double, in the digits that it shows."""
    if not isfinite(number):
        raise ValueError(f"a workbook cannot hold the number {number}")
    return f"{number:.16G}"


def _serial(day: date) -> str:
    """A day, or a moment without its time zone, as a spreadsheet counts: days since the end of 1899."""
    moment = day.replace(tzinfo=None) if isinstance(day, datetime) else datetime(day.year, day.month, day.day)
    past = moment - EPOCH
    days = past.days + (past.seconds + past.microseconds / 1e6) / 86_400
    return f"{days + 1 if days > LAST_RIGHT_DAY else days:.16G}"
