"""Reading whole columns of a report at once: hours, exact decimals, counts and texts, in the source's own
notation.

Belongs here: vectorised readers of one column each. The ordinary notation is read by Arrow kernels; only
what does not fit it is looked at value by value. Does not belong here: which columns a report has and what
makes a row refused (report_rows.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from campfill_pipeline.domain import issue_codes
from campfill_pipeline.domain.cells import BLANK, CellKind
from campfill_pipeline.domain.numbers import (
    Notation,
    NumberRead,
    NumberRule,
    notation_without_doubt,
    read_number,
)

Column = Any  # Sequence[object] | pa.Array | pa.ChunkedArray: pyarrow has no types
NumberNotation = Literal["german", "english"]

IMPRESSIONS = pa.decimal128(18, 4)
LARGEST_COUNT = 2**31 - 1  # more than any site can sell in an hour
EXACT_BELOW = 1e11  # 11 digits before the point and 4 after it: the 15 that a double always keeps
_DIGITS_OF_A_DOUBLE = 15
_NUMERIC = (int, float, Decimal)
# Invisible and wide spaces as characters, not escapes: RE2 (Arrow) and re write escapes differently.
_WHITE = "[\\s\u0085\u00a0\u2000-\u200b\u2028\u2029\u202f\u205f\u3000\ufeff]+"
_DRESSED_UUID = (
    r"^(?:urn:uuid:|uuid:)?[\{(\"']?([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})[\})\"']?$"
)
_REGULAR: dict[NumberNotation, str] = {
    "german": r"^([1-9]\d{0,2}(\.\d{3})+|\d+)(,\d+)?$",
    "english": r"^([1-9]\d{0,2}(,\d{3})+|\d+)(\.\d+)?$",
}
_PLAIN = r"^\d+$"
_MANY = 20  # distinct texts: fewer may all happen to have three digits
_SHOWN_BY = 2_000  # texts that are looked at
_RULE = NumberRule(
    "impressions", "number of impressions", 4, Decimal(0), Decimal("99999999999999.9999"), "12149,71"
)


@dataclass(frozen=True)
class Fault:
    """Why one value could not be read: a code, a sentence for a person, and how to mend it."""

    code: str
    message: str
    hint: str = ""

    def __post_init__(self) -> None:
        issue_codes.check(self.code)


@dataclass(frozen=True)
class Numbers:
    """A column of decimals: null where blank or faulty. `faults` by row index; `rounded` counts rounded
    values.
    """

    values: pa.Array
    faults: dict[int, Fault]
    rounded: tuple[int, ...] = ()


@dataclass(frozen=True)
class Mixed:
    """A raw column of numbers and texts, apart: numbers in plain notation, texts as they came, each null elsewhere."""

    numbers: pa.Array
    words: pa.Array

    def __len__(self) -> int:
        return len(self.words)

    def __getitem__(self, index: int) -> pa.Scalar:
        number = self.numbers[index]
        return number if number.is_valid else self.words[index]


def as_text(value: object) -> str | None:
    """One raw value as the text a person would recognise; None stays None."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)


def as_array(column: Column) -> pa.Array:
    """A raw column as Arrow texts, or as it is where it is Arrow's already."""
    if isinstance(column, pa.ChunkedArray):
        return column.combine_chunks()
    if isinstance(column, pa.Array):
        return column
    try:
        return pa.array(column, pa.string())
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError, UnicodeEncodeError):
        return pa.array([_encodable(as_text(value)) for value in column], pa.string())


def _encodable(text: str | None) -> str | None:
    """JSON may carry lone surrogates, which no UTF-8 text can hold: they become U+FFFD."""
    return None if text is None else text.encode("utf-8", "replace").decode("utf-8")


def texts(column: Column, *, lower: bool = False, path: bool = False, braces: bool = False) -> pa.Array:
    """Clean texts: NFC, white space collapsed, blanks null.

    `lower` folds case, `path` keeps what follows the last `>`, `braces` takes {…}, (…), quotation marks
    and `urn:uuid:` off a uuid.
    """
    encoded = pc.dictionary_encode(as_array(column))
    words = pc.utf8_normalize(encoded.dictionary.cast(pa.string()), form="NFC")
    words = pc.replace_substring(words, "\x00", "\ufffd")  # which PostgreSQL refuses
    words = pc.utf8_trim_whitespace(pc.replace_substring_regex(words, _WHITE, " "))
    if lower:
        words = pc.utf8_lower(words)
    if path:
        words = pc.utf8_trim_whitespace(pc.replace_substring_regex(words, r"^.*>", ""))
    if braces:
        words = pc.replace_substring_regex(words, _DRESSED_UUID, r"\1")
    blank = pc.match_substring_regex(words, BLANK)
    words = pc.if_else(blank, pa.scalar(None, pa.string()), words)
    return pc.take(words, encoded.indices)


def _split(column: Column) -> tuple[pa.Array | None, pa.Array | None]:
    """Numbers and texts of one raw column, each null where the value is of the other sort.

    Numbers come as doubles, or as exact plain texts where a double cannot hold them.
    """
    if isinstance(column, Mixed):
        return column.numbers, column.words
    if isinstance(column, pa.Array | pa.ChunkedArray):
        whole = as_array(column)
        if pa.types.is_floating(whole.type):
            return whole, None
        if pa.types.is_integer(whole.type):
            return (whole.cast(pa.float64()) if _within_doubles(whole) else whole.cast(pa.string())), None
        return None, whole if pa.types.is_string(whole.type) else whole.cast(pa.string())
    kinds = set(map(type, column))
    kinds.discard(type(None))
    if kinds <= {str}:
        return None, as_array(column)
    if kinds <= {int, float}:
        return _doubles(column), None
    numbers = [value if type(value) in _NUMERIC else None for value in column]
    words = [None if type(value) in _NUMERIC else value for value in column]
    return _doubles(numbers), as_array(words)


def _within_doubles(numbers: pa.Array) -> bool:
    bounds = pc.min_max(numbers)
    least, most = bounds["min"].as_py() or 0, bounds["max"].as_py() or 0
    return bool(least > -EXACT_BELOW and most < EXACT_BELOW)


def _doubles(numbers: Sequence[Any]) -> pa.Array:
    try:
        doubles = pa.array(numbers, pa.float64())
    except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError):
        return pa.array([None if value is None else str(value) for value in numbers], pa.string())
    # Whole numbers beyond 2^53 would not survive.
    if not _within_doubles(doubles):
        return pa.array([None if value is None else str(value) for value in numbers], pa.string())
    return doubles


def _contradicted(words: pa.Array, notation: NumberNotation) -> bool:
    """Whether texts show that they are not in the notation that the source is said to write.

    That is: some are in the other notation without doubt, and none in this one; or all with a mark have exactly three
    digits behind a decimal mark of `notation`, in many rows, as whole numbers do whose thousands are marked so.
    """
    mark = "," if notation == "german" else "."
    marked = words.slice(0, _SHOWN_BY)
    marked = marked.filter(pc.match_substring_regex(marked, "[.,]").fill_null(False)).unique()
    shown = {notation_without_doubt(text) for text in marked.to_pylist()} - {None}
    if shown:
        return Notation(notation) not in shown
    in_groups = pc.match_substring_regex(marked, rf"^[1-9][0-9]{{0,2}}\{mark}[0-9]{{3}}$")
    return len(marked) >= _MANY and bool(pc.all(in_groups).as_py())


def decimals(column: Column, notation: NumberNotation | None) -> Numbers:
    """Exact decimals with 4 places from JSON numbers or text in `notation` (None: not known), rounded half-even.

    Text with only one possible reading is read in either notation, and where texts contradict `notation`, only such
    text is read (else `ambiguous_number`); the rest is a fault: `not_a_number`,
    `error_cell`, `out_of_range` (below 0, or 15 digits before the point). Source:
    docs/campaign-lists.md, “Numbers are never guessed”.
    """
    numbers, words = _split(column)
    if numbers is not None and pa.types.is_string(numbers.type) and _fits_a_double(numbers):
        numbers = numbers.cast(pa.float64())
    odd: dict[int, NumberRead] = {}
    if words is not None:
        words = pc.utf8_trim_whitespace(words)
        if notation is not None and _contradicted(words, notation):
            notation = None
        regular = pc.match_substring_regex(words, _REGULAR[notation] if notation else _PLAIN)
        mark, point = (".", ",") if notation == "german" else (",", ".")
        plain = pc.replace_substring(pc.if_else(regular, words, None), mark, "")
        plain = pc.replace_substring(plain, ",", ".") if point == "," else plain
        if not pc.all(regular).as_py():
            odd = _irregular(words, pc.invert(regular).fill_null(False), notation)
        if _fits_a_double(plain) and (numbers is None or pa.types.is_floating(numbers.type)):
            read = plain.cast(pa.float64())
            numbers = read if numbers is None else pc.coalesce(numbers, read)
        else:
            numbers = plain if numbers is None else pc.coalesce(numbers.cast(pa.string()), plain)
    assert numbers is not None
    quick = None if odd else _ticks(numbers)
    return Numbers(quick, {}) if quick is not None else _settle(numbers.cast(pa.string()), odd)


def _fits_a_double(plain: pa.Array) -> bool:
    """Whether plain numbers have at most 15 digits and a point."""
    return bool((pc.max(pc.binary_length(plain)).as_py() or 0) <= _DIGITS_OF_A_DOUBLE + 1)


def _irregular(words: pa.Array, which: pa.Array, notation: NumberNotation | None) -> dict[int, NumberRead]:
    """Texts without the regular form, read by the rules of the campaign list, once per distinct text."""
    cache: dict[str, NumberRead] = {}
    odd: dict[int, NumberRead] = {}
    for index in pc.indices_nonzero(which).to_pylist():
        text = words[index].as_py()
        if text not in cache:
            cache[text] = read_number(text, CellKind.TEXT, _RULE, Notation(notation) if notation else None)
        odd[index] = cache[text]
    return odd


def _ticks(numbers: pa.Array) -> pa.Array | None:
    """Decimals made from whole ten-thousandths, or None where some value is not exactly one.

    Below 10^11 a double tells any two decimals with four places apart, so that ticks / 10^4 equals the
    value only where its shortest decimal has at most four places.
    """
    if not pa.types.is_floating(numbers.type):
        return None
    doubles = numbers.fill_null(0.0).to_numpy(zero_copy_only=False)
    ticks = np.rint(doubles * 1e4)
    exact = (doubles >= 0) & (doubles < EXACT_BELOW) & (ticks / 1e4 == doubles)
    if not exact.all():
        return None
    words = np.zeros((len(doubles), 2), np.int64)  # 128 bits, the low half first
    words[:, 0] = ticks
    valid = pc.is_valid(numbers).buffers()[1]
    return pa.Array.from_buffers(IMPRESSIONS, len(doubles), [valid, pa.py_buffer(words)])


def _settle(plain: pa.Array, odd: dict[int, NumberRead]) -> Numbers:
    """Exact decimals from plain texts and from the values read one by one."""
    faults: dict[int, Fault] = {}
    rounded = []
    listed: list[Decimal | None] = []
    for index, text in enumerate(plain.to_pylist()):
        read = odd.get(index) or _exactly(text)
        listed.append(read.value)
        if read.finding is not None and read.value is not None:
            rounded.append(index)
        elif read.finding is not None:
            faults[index] = Fault(read.finding.code, read.finding.message, read.finding.hint)
    return Numbers(pa.array(listed, IMPRESSIONS), faults, tuple(rounded))


def _exactly(text: str | None) -> NumberRead:
    """A number in plain notation under the rule; unlike a spreadsheet's cell it keeps all its digits."""
    return read_number(text, CellKind.TEXT, _RULE, Notation.ENGLISH)


def _whole(column: Column) -> pa.Array | None:
    if isinstance(column, pa.Array):
        return column if pa.types.is_int64(column.type) else None
    if isinstance(column, pa.ChunkedArray) or not set(map(type, column)) <= {int, type(None)}:
        return None
    try:
        return pa.array(column, pa.int64())
    except OverflowError:
        return None


def counts(column: Column, notation: NumberNotation) -> Numbers:
    """Whole numbers from 0 to 2,147,483,647 (bids, wins, plays). Faults as for decimals, plus `not_whole`."""
    whole = _whole(column)
    if whole is not None:
        bounds = pc.min_max(whole)
        if (bounds["min"].as_py() or 0) >= 0 and (bounds["max"].as_py() or 0) <= LARGEST_COUNT:
            return Numbers(whole, {})
    read = decimals(column, notation)
    faults = dict(read.faults)
    bad = np.zeros(len(read.values), bool)
    fractional = pc.not_equal(pc.floor(read.values), read.values).fill_null(False)
    for index in {*pc.indices_nonzero(fractional).to_pylist(), *read.rounded}:
        faults[index], bad[index] = Fault("not_whole", "A count must be a whole number."), True
    too_large = pc.greater(read.values, pa.scalar(Decimal(LARGEST_COUNT), IMPRESSIONS)).fill_null(False)
    for index in pc.indices_nonzero(too_large).to_pylist():
        faults[index], bad[index] = Fault("out_of_range", f"A count is at most {LARGEST_COUNT:,}."), True
    kept = pc.if_else(pa.array(bad), pa.scalar(None, IMPRESSIONS), read.values)
    return Numbers(kept.cast(pa.int64()), faults)


def spreadsheet_number(text: str) -> Decimal | str:
    """A number cell's text as its value: binary noise beyond 15 significant digits is dropped.

    The text itself where it is none.
    """
    read = read_number(text, CellKind.NUMBER, _RULE, None)
    return read.value if read.value is not None else text
