"""Reading an answer's body: JSON, JSON lines or CSV, packed or not, down to columns of raw values.

Belongs here: which reader reads a body, and columns of its rows. Does not belong here: how rows lie in a document
(shapes.py), text tables (tabular.py), what the values mean (domain/report_rows.py).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from operator import itemgetter
from typing import Any

import orjson

from campfill_pipeline.domain.report_values import EXACT_BELOW, Column, NumberNotation, as_text
from campfill_pipeline.reporting.answers import direct_rows, own_words, shapes, tabular
from campfill_pipeline.reporting.answers.direct_rows import DirectRows
from campfill_pipeline.reporting.answers.repeated_keys import repeated_key
from campfill_pipeline.reporting.answers.shapes import at as at
from campfill_pipeline.reporting.answers.unpacking import unpacked
from campfill_pipeline.reporting.description.tables import Answer, ColumnSource, ErrorMark
from campfill_pipeline.reporting.transport import BadBodyError, SaidError

Row = dict[str, Any]


@dataclass(frozen=True)
class Rows:
    """The rows of one answer and the whole document around them (None for CSV and JSON lines)."""

    rows: Sequence[Row]
    document: Any


def document(content: bytes) -> Any:
    """The JSON document. Raises BadBodyError for anything else."""
    try:
        found = orjson.loads(content)
    except orjson.JSONDecodeError:
        pass
    else:
        if (name := repeated_key(content, found)) is not None:
            raise BadBodyError(
                f"The key “{name[:60]}” stands twice in one object: which one is meant is not known."
            )
        return found
    start = content[:200].lstrip().lower()
    if start.startswith((b"<!doctype", b"<html", b"<?xml")):
        raise BadBodyError("A web page came instead of the report.")
    if content[:3] == b"\xef\xbb\xbf":
        return document(content[3:])
    raise BadBodyError(
        "The answer is empty." if not content.strip() else "The answer is not whole JSON; it broke off."
    )


@dataclass(frozen=True)
class Looked:
    """What is looked for in the rows: the column of impressions, whose large numbers must stay exact, the columns by
    which a header is known, and how numbers are written.
    """

    impressions: str
    needed: tuple[str, ...] = ()
    numbers: NumberNotation = "english"


def read_rows(
    content: bytes, answer: Answer, looked: Looked, most_mb: int, error: ErrorMark | None = None
) -> Rows:
    """Rows of a body as `answer` describes it. Raises BadBodyError where it is something else or cut, and SaidError
    where it is an error by its own word (`error`).
    """
    content = unpacked(content, most_mb)
    if answer.format == "csv":
        found: list[Row] = list(tabular.read(content, answer, looked.needed))
        return Rows(_without_dropped(found, answer, looked), None)
    if answer.format == "jsonl":
        lines = [line for line in content.splitlines() if line.strip()]
        rows = [document(line) for line in lines]
        if not all(isinstance(row, dict) for row in rows):
            raise BadBodyError("A line of the answer is not a JSON object.")
        exact = _exact(rows, looked.impressions, lambda: [_precise(line) for line in lines])
        return Rows(_without_dropped(exact, answer, looked), None)
    if answer.plain and (quick := direct_rows.read(content, answer.rows, looked.impressions)) is not None:
        refuse_error(quick[1], error, empty=not len(quick[0]))
        return Rows(*quick)
    whole = document(content)
    if error is not None or shapes.present(whole, answer.rows):
        refuse_error(whole, error, empty=not at(whole, answer.rows))
    rows = shapes.rows(whole, answer)
    exact = _exact(rows, looked.impressions, lambda: shapes.rows(_precise(content), answer))
    return Rows(_without_dropped(exact, answer, looked), whole)


def _without_dropped(rows: list[Row], answer: Answer, looked: Looked) -> list[Row]:
    if not answer.drop_rows:
        return rows
    return shapes.without_dropped(rows, answer.drop_rows, looked.impressions, looked.numbers)


def refuse_error(document: Any, mark: ErrorMark | None, *, empty: bool) -> None:
    """Raise SaidError where an answer of status 200 says that it is an error (see `ErrorMark`).

    Where no mark is described, the words that APIs commonly use are one (own_words.py); `empty`: it has no rows.
    """
    if not isinstance(document, Mapping):
        return
    if mark is None:
        if told := own_words.failure(document, empty=empty):
            raise SaidError(
                f"The API says that this is an error, or not whole ({told}). If it is neither, describe by `error` "
                "in the connector how it says so."
            )
        return
    value = at(document, mark.at)
    wrong = bool(value) if mark.ok is None else value is not None and not _among(value, mark.ok)
    if wrong:
        words = at(document, mark.message) if mark.message else None
        raise SaidError(
            f"The API says that this is an error ({mark.at}: {own_words.said(value)})"
            + (f": {own_words.said(words)}." if words else ".")
        )


def _among(value: Any, listed: Sequence[Any]) -> bool:
    """Whether a value is one of those listed; a number may be written as text, but true is not 1."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return any(type(value) is type(one) and value == one for one in listed)
    return any(not isinstance(one, bool) and str(value) == str(one) for one in listed)


def _exact(rows: list[Row], column: str, again: Any) -> list[Row]:
    """The same rows, read again with exact decimals where a number is too large for a double's 15 digits."""
    for row in rows:
        value = row[column] if column in row else at(row, column)
        if type(value) is float and abs(value) >= EXACT_BELOW:
            return again()  # type: ignore[no-any-return]
    return rows


def _precise(content: bytes) -> Any:
    return json.loads(content, parse_float=Decimal)


def present(rows: Sequence[Row]) -> frozenset[str]:
    """The names of all columns that any of the rows has."""
    return rows.names if isinstance(rows, DirectRows) else frozenset().union(*rows)


def columns(
    rows: Sequence[Row], sources: Mapping[str, ColumnSource], names: frozenset[str]
) -> dict[str, Column]:
    """Our fields as columns of raw values; `names` are the rows' columns (see `present`)."""
    return {field: _column(rows, source, names) for field, source in sources.items()}


def _column(rows: Sequence[Row], source: ColumnSource, names: frozenset[str]) -> Column:
    if not source.several:
        return [source.text] * len(rows)
    first = source.several[0]
    if source.plain and isinstance(rows, DirectRows):
        meant = first if first in names else _alike(first, names)
        if meant is not None:
            return rows.column(meant)
    found = _values(rows, first, names)
    if len(source.several) > 1:
        parts = [found, *(_values(rows, name, names) for name in source.several[1:])]
        found = [_joined(values, source.join) for values in zip(*parts, strict=True)]
    if source.extract is not None:
        pattern = re.compile(source.extract)
        found = [_part(pattern, value) for value in found]
    for other in source.others:
        second = _values(rows, other, names)
        found = [other if value in (None, "") else value for value, other in zip(found, second, strict=True)]
    return found


def _joined(values: Sequence[Any], join: str) -> str | None:
    """Several values as one text; None where one of them is empty."""
    texts = [as_text(value) for value in values]
    return None if any(text is None or not text.strip() for text in texts) else join.join(map(str, texts))


def _values(rows: Sequence[Row], name: str, names: frozenset[str]) -> list[Any]:
    """A column by its name; where no row has it, without regard to case, and by its parts."""
    meant = name if name in names else _alike(name, names)
    if meant is not None:
        if isinstance(rows, DirectRows):
            return rows.values(meant)
        try:
            return list(map(itemgetter(meant), rows))
        except KeyError:  # some rows lack it
            return [row.get(meant) for row in rows]
    head, *parts = name.split(".")
    head = head if head in names else _alike(head, names) or head
    if not parts or head not in names:
        return [None] * len(rows)
    return [_inside(row.get(head), parts) for row in rows]


def _alike(name: str, names: Iterable[str]) -> str | None:
    return next((found for found in names if found.casefold() == name.casefold()), None)


def _inside(value: Any, parts: list[str]) -> Any:
    for part in parts:
        if isinstance(value, list):
            value = value[int(part)] if part.isdigit() and int(part) < len(value) else None
        elif part == "*" and isinstance(value, dict):
            value = next(iter(value.values())) if len(value) == 1 else None
        elif isinstance(value, dict):
            value = value[part] if part in value else value.get(_alike(part, value) or part)
        else:
            return None
    return value


def _part(pattern: re.Pattern[str], value: Any) -> str | None:
    match = pattern.search(value) if isinstance(value, str) else None
    if match is None:
        return None
    return match.group(1) if pattern.groups else match.group(0)


def absent(names: frozenset[str], sources: Mapping[str, ColumnSource]) -> frozenset[str]:
    """Columns without which no row can be used, and which none of the rows has: hour, impressions, and the ids where
    neither is there.
    """
    lacking = {field: _lacking(source, names) for field, source in sources.items()}
    ids = [lacking[field] for field in ("campaign_id", "deal_id") if field in lacking]
    needed = [lacking["hour"], lacking["impressions"]]
    needed += ids if all(ids) else []
    return frozenset(name for group in needed for name in group)


def _lacking(source: ColumnSource, names: frozenset[str]) -> tuple[str, ...]:
    """The columns that a source names, where one of them is not there, nor any to be taken otherwise."""
    if not source.several or any(_is_there(other, names) for other in source.others):
        return ()
    return tuple(name for name in source.several if not _is_there(name, names))


def _is_there(column: str, names: frozenset[str]) -> bool:
    return any(name in names or _alike(name, names) for name in (column, column.split(".")[0]))


def unread(
    rows: Sequence[Row], sources: Mapping[str, ColumnSource], names: frozenset[str]
) -> tuple[frozenset[str], list[str]]:
    """The columns that are not read, or only in part, and for each row one text of what stands in them."""
    plain = [name for source in sources.values() if source.extract is None for name in source.several]
    read = {name if name in names else _alike(name, names) for name in plain}
    others = sorted(names - read)
    if not others:
        return frozenset(), []
    columns = [map(_told, _values(rows, name, names)) for name in others]
    return frozenset(others), list(map("\x00".join, zip(*columns, strict=True)))


def _told(value: Any) -> str:
    """A value as text, whichever way its page was read: 5 and 5.0 are the same."""
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        try:
            return f"{float(value):.15g}"
        except OverflowError:
            return str(value)
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True, default=str)


def unknown(names: frozenset[str], sources: Iterable[ColumnSource]) -> frozenset[str]:
    """Columns that nobody asked for."""
    known = {part for source in sources for name in source.columns for part in (name, name.split(".")[0])}
    folded = {name.casefold() for name in known}
    return frozenset(name for name in names if name.casefold() not in folded)
