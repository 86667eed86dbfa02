"""Numbers that were cut at their own comma and spilled into the next column, where that one has room for them.

In a file with commas, `12,50` without quotation marks becomes 12 and 50. Mostly the row is then longer than its header;
but where a column of remarks follows, it just fits.

Belongs here: recognising such a column beside a figure. Does not belong here: rows that are too long (`delimited.py`).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from campfill_pipeline.intake.findings import ColumnFound

FIGURES = frozenset({"impression_goal", "budget_eur", "cpm_eur", "impressions", "bids", "wins", "plays"})
_WHOLE = re.compile(r"\s*-?[0-9]{1,12}\s*")
_NUMBER = re.compile(r"\s*-?[0-9][0-9.,'’ ]*")
_SHORT = re.compile(r"\s*-?[0-9]{1,3}\s*")
_DECIMALS = re.compile(r"[0-9]{2}\s*")
_THOUSANDS = re.compile(r"[0-9]{3}\s*")
_REST = re.compile(r"0[0-9]{1,2}")
_FEW = 3
_DIGITS = re.compile(r"\s*[0-9]{1,12}\s*")
_LETTER = re.compile(r"[^\W\d_]")
_OF_WORDS = re.compile(
    r"\s*(?:|(?:internal|other|more)?[ _]*(?:remark|note|comment|spare|reserve|extra|misc|info|memo|label|description)"
    r"(?:s|d|rmation|llaneous)?(?:[ _]*(?:column|field))?|bemerkung(?:en)?|anmerkung(?:en)?|notiz(?:en)?|kommentare?"
    r"|hinweise?|sonstiges|beschreibung|unnamed.*|unbenannt.*|(?:column|field|spalte|feld)[ _]*[0-9]*|unused|frei"
    r"|leer)\s*",
    re.I,
)
"""Headers of columns in which no numbers are at home, none included."""


def spilled_columns(records: Sequence[Sequence[str]], columns: Collection[ColumnFound]) -> frozenset[int]:
    """Positions of columns without a meaning that hold nothing but what is left of the figures before them.

    That is: two digits in every row (decimals), or three (thousands), each after a whole number; in three rows or more,
    or with a leading 0, which no number of its own has.
    """
    known = {column.index for column in columns}
    return frozenset(
        column.index + 1
        for column in columns
        if column.field in FIGURES and column.index + 1 not in known and _is_spilled(records, column.index)
    )


def neighbours(columns: Collection[ColumnFound]) -> tuple[int, ...]:
    """Positions of the figures that stand right after another figure."""
    places = {column.index for column in columns if column.field in FIGURES}
    return tuple(sorted(place for place in places if place - 1 in places))


def is_rest(record: Sequence[str], at: int) -> bool:
    """Whether a figure is what was cut off the one before it: `12,049` as 12 and 049. No number begins with a 0."""
    return (
        at < len(record)
        and _REST.fullmatch(record[at]) is not None
        and _WHOLE.fullmatch(record[at - 1]) is not None
    )


def columns_of_words(
    records: Sequence[Sequence[str]], columns: Collection[ColumnFound], headers: Sequence[str]
) -> tuple[int, ...]:
    """Positions right behind a figure where no number is at home: a column of remarks, or of sites with names.

    Of an export the texts of any column tell it; a list may have a column of grades there, like `high` and `2`.
    """
    known = {column.index: column.field for column in columns}
    export = "impressions" in known.values()
    found = []
    for place in sorted(column.index + 1 for column in columns if column.field in FIGURES):
        if place >= len(headers) or (place in known and known[place] != "site"):
            continue
        texts = any(  # beside a figure: the notes below the rows are no words of a column
            place < len(record) and _LETTER.search(record[place]) and _NUMBER.fullmatch(record[place - 1])
            for record in records
        )
        if (place not in known and _OF_WORDS.fullmatch(headers[place])) or (export and texts):
            found.append(place)
    return tuple(found)


def is_pushed_out(record: Sequence[str], at: int) -> bool:
    """Whether a number stands in a column of words, right behind a whole figure: it came from there."""
    return (
        at < len(record)
        and _DIGITS.fullmatch(record[at]) is not None
        and _WHOLE.fullmatch(record[at - 1]) is not None
    )


def funnel(columns: Collection[ColumnFound]) -> int | None:
    """Where impressions, bids and wins stand side by side: the position of the bids."""
    place = {column.field: column.index for column in columns}
    if place.get("bids", -1) - 1 == place.get("impressions") and place.get("wins") == place["bids"] + 1:
        return place["bids"]
    return None


def wins_exceed_bids(record: Sequence[str], bids: int) -> bool:
    """Whether more auctions were won than bid for, which cannot be: the bids are what was cut off the impressions."""
    return (
        bids + 1 < len(record)
        and all(_DIGITS.fullmatch(record[at]) for at in (bids - 1, bids, bids + 1))
        and int(record[bids + 1]) > int(record[bids])
    )


def _is_spilled(records: Sequence[Sequence[str]], at: int) -> bool:
    pairs = [
        (record[at], record[at + 1]) for record in records if len(record) > at + 1 and record[at + 1].strip()
    ]
    certain = len(pairs) >= _FEW or any(rest.startswith("0") for _, rest in pairs)
    return certain and (
        all(_WHOLE.fullmatch(figure) and _DECIMALS.fullmatch(rest) for figure, rest in pairs)
        or all(_SHORT.fullmatch(figure) and _THOUSANDS.fullmatch(rest) for figure, rest in pairs)
    )
