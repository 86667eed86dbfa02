"""Cells before they mean anything: what kind of thing a cell holds, when it is blank, when it is spoiled.

Belongs here: what holds for every column alike. Does not belong here: numbers, runtimes and names, which have
modules of their own.
"""

from __future__ import annotations

import re
from enum import IntEnum

from campfill_pipeline.domain.issues import Finding, Severity
from campfill_pipeline.language import currencies


class CellKind(IntEnum):
    """What a cell holds. Only TEXT, NUMBER, BOOLEAN, DATE and ERROR cells have a text."""

    BLANK = 0
    TEXT = 1
    NUMBER = 2
    """As written in the file: `5464.8`, `7.5900000000000007`, `2E+9`."""
    BOOLEAN = 3
    """`TRUE` or `FALSE`."""
    DATE = 4
    """ISO 8601: `2025-08-04`, `2025-08-04T13:00:00`, a time of day `13:00:00`, or a duration `PT36H`."""
    ERROR = 5
    """As shown: `#REF!`, `#N/A`, …"""
    FORMULA_WITHOUT_VALUE = 6
    MERGED = 7
    """A figure merged over several lines; its text is the value and, in brackets, the range: `1250 (D2:D4)`."""


def column_letters(index: int) -> str:
    """The letters of a column, counted from 0: 0 is A, 25 is Z, 26 is AA, 16383 is XFD."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


DASHES = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212"
"""Hyphens, en and em dashes, the minus sign: what people type and what Word and Excel make of it."""

DOUBT = "\ufdd0"
"""Stands before an escape like `_x1920_` that may be meant as it is written: no character of any text."""

# Invisible marks that copying from web pages and chats leaves behind; they never carry meaning in a value.
INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufdd0\ufeff]")

# Nothing, dashes however many, `n/a`, `NA`, `NULL`, and an accountant's zero: a dash for a figure, with its currency.
_MONEY = "|".join(sorted(map(re.escape, currencies.ACCOUNTANTS), key=len, reverse=True))
BLANK = rf"(?i)^(?:n/a|na|null|(?:{_MONEY})?\s*[{DASHES}][{DASHES}\s]*(?:{_MONEY})?)?$"
"""What says nothing in any column, as a pattern (of RE2 and of re) for texts without white space around them."""

_IS_BLANK = re.compile(BLANK)
_ERROR_TEXT = re.compile(
    r"#(?:(?:REF|DIV/0|VALUE|NULL|NUM|SPILL|CALC|FIELD|BLOCKED|CONNECT|UNKNOWN|BUSY|EXTERNAL|PYTHON|TIMEOUT"
    r"|BEZUG|WERT|ZAHL|LEER|ÜBERLAUF|KALK|ERROR)!|NAME\?|N/A|NV|GETTING_DATA)|Err:5[0-9]{2}",
    re.IGNORECASE,
)


def shown(text: str) -> str:
    """The text without what cannot be seen: invisible marks and white space around it."""
    return INVISIBLE.sub("", text).strip()


def is_blank(text: str | None) -> bool:
    """True for nothing, white space, dashes, ` -   € `, `n/a`, `NA` and `NULL` (in any case)."""
    return text is None or _IS_BLANK.match(shown(text)) is not None


def spoiled(text: str | None, kind: int) -> Finding | None:
    """The error that an error cell (or a text that spells one) or a formula without a value is in any column."""
    if kind == CellKind.FORMULA_WITHOUT_VALUE:
        return Finding(
            "formula_without_value",
            Severity.ERROR,
            "The cell holds a formula, but the file does not hold its result.",
            "Open the file in Excel, let it calculate, and save it; or type the value itself.",
        )
    if kind == CellKind.MERGED:
        value, _, cells = (text or "").rpartition(" ")
        return Finding(
            "merged_cell",
            Severity.ERROR,
            f"{value} stands in {cells.strip('()')}, which are merged: it may be the figure of each,"
            " or of all of them together.",
            "Take the merging back, and type into each line what is its own.",
        )
    if kind == CellKind.ERROR or (text is not None and _ERROR_TEXT.fullmatch(shown(text))):
        error = shown(text or "") or "an error"
        return Finding(
            "error_cell",
            Severity.ERROR,
            f"The cell shows the spreadsheet error {error}, not a value.",
            "Repair the formula, or type the value itself.",
        )
    return None


def column_index(letters: str) -> int:
    """`A` is 0, `XFD` is 16383."""
    index = 0
    for letter in letters.upper():
        index = index * 26 + ord(letter) - 64
    return index - 1
