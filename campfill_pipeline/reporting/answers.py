"""Reading an answer's body: gzip or not, JSON, JSON lines or CSV, down to columns of raw values.

Belongs here: shapes of answers. Does not belong here: what the values mean (domain/report_rows.py).
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from operator import itemgetter
from typing import Any

import orjson

from campfill_pipeline.domain.report_values import EXACT_BELOW, Column
from campfill_pipeline.reporting import direct_rows
from campfill_pipeline.reporting.description import Answer, ColumnSource, ErrorMark
from campfill_pipeline.reporting.direct_rows import DirectRows
from campfill_pipeline.reporting.transport import BadBodyError, SaidError

_SAID_SHOWN = 300
Row = dict[str, Any]


@dataclass(frozen=True)
class Rows:
    """The rows of one answer and the whole document around them (None for CSV and JSON lines)."""

    rows: Sequence[Row]
    document: Any


def inflate(content: bytes, most_mb: int) -> bytes:
    """The content without gzip, however often it was wrapped (a .gz file sent with gzip encoding)."""
    while content[:2] == b"\x1f\x8b":
        try:
            with gzip.GzipFile(fileobj=io.BytesIO(content)) as file:
                content = file.read(most_mb * 1024 * 1024 + 1)
        except (EOFError, OSError, zlib.error):
            raise BadBodyError("The compressed answer is damaged or broke off.") from None
        if len(content) > most_mb * 1024 * 1024:
            raise BadBodyError(f"The answer is larger than {most_mb} MB.")
    return content


def document(content: bytes) -> Any:
    """The JSON document. Raises BadBodyError for anything else."""
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError:
        pass
    start = content[:200].lstrip().lower()
    if start.startswith((b"<!doctype", b"<html", b"<?xml")):
        raise BadBodyError("A web page came instead of the report.")
    if content[:3] == b"\xef\xbb\xbf":
        return document(content[3:])
    raise BadBodyError(
        "The answer is empty." if not content.strip() else "The answer is not whole JSON; it broke off."
    )


def at(value: Any, path: str) -> Any:
    """The value at a dotted path; None where a part is missing. The empty path is the value itself."""
    if not path:
        return value
    if isinstance(value, Mapping) and path in value:
        return value[path]
    for part in path.split("."):
        if isinstance(value, list) and part.isdigit() and int(part) < len(value):
            value = value[int(part)]
        elif isinstance(value, Mapping):
            value = value.get(part)
        else:
            return None
    return value


def read_rows(
    content: bytes, answer: Answer, impressions: str, most_mb: int, error: ErrorMark | None = None
) -> Rows:
    """Rows of a body as `answer` describes it. Raises BadBodyError where it is something else or cut, and SaidError
    where it is an error by its own word (`error`).

    `impressions` is the column whose large numbers must stay exact.
    """
    content = inflate(content, most_mb)
    if answer.format == "csv":
        return Rows(_csv(content, answer), None)
    if answer.format == "jsonl":
        lines = [line for line in content.splitlines() if line.strip()]
        rows = [document(line) for line in lines]
        if not all(isinstance(row, dict) for row in rows):
            raise BadBodyError("A line of the answer is not a JSON object.")
        return Rows(_exact(rows, impressions, lambda: [_precise(line) for line in lines]), None)
    if not answer.nested and (quick := direct_rows.read(content, answer.rows, impressions)) is not None:
        refuse_error(quick[1], error, empty=not len(quick[0]))
        return Rows(*quick)
    whole = document(content)
    refuse_error(whole, error, empty=_present(whole, answer.rows) and not at(whole, answer.rows))
    rows = _pick(whole, answer)
    return Rows(_exact(rows, impressions, lambda: _pick(_precise(content), answer)), whole)


def refuse_error(document: Any, mark: ErrorMark | None, *, empty: bool) -> None:
    """Raise SaidError where an answer of status 200 says that it is an error (see `ErrorMark`).

    Where no mark is described, `error` or `errors` beside no rows (`empty`) is one.
    """
    if not isinstance(document, Mapping):
        return
    if mark is None:
        told = next((document[name] for name in ("error", "errors") if document.get(name)), None)
        if empty and told:
            raise SaidError(f"The API says that this is an error: {_said(told)}.")
        return
    value = at(document, mark.at)
    wrong = bool(value) if mark.ok is None else value is not None and not _among(value, mark.ok)
    if wrong:
        words = at(document, mark.message) if mark.message else None
        raise SaidError(
            f"The API says that this is an error ({mark.at}: {_said(value)})"
            + (f": {_said(words)}." if words else ".")
        )


def _among(value: Any, listed: Sequence[Any]) -> bool:
    """Whether a value is one of those listed; a number may be written as text, but true is not 1."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return any(type(value) is type(one) and value == one for one in listed)
    return any(not isinstance(one, bool) and str(value) == str(one) for one in listed)


def _said(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return " ".join(text.split())[:_SAID_SHOWN]


def _pick(whole: Any, answer: Answer) -> list[Row]:
    rows = at(whole, answer.rows)
    if rows is None and isinstance(whole, Mapping) and _present(whole, answer.rows):
        raise SaidError(
            f"The answer's rows (“{answer.rows}”) are null, which is no list: not even an empty one."
        )
    if not isinstance(rows, list):
        found = (
            ", ".join(sorted(map(str, whole))[:10]) if isinstance(whole, Mapping) else type(whole).__name__
        )
        raise BadBodyError(f"The answer has no list of rows at “{answer.rows}”; it has: {found}.")
    if answer.nested:
        outer = [row for row in rows if isinstance(row, dict)]
        if outer and not any(_present(row, answer.nested) for row in outer):
            raise SaidError(f"None of the answer's rows has a list at “{answer.nested}”.")
        rows = [
            {**{key: item for key, item in row.items() if key != answer.nested}, **inner}
            for row in outer
            for inner in _inner(row, answer.nested)
            if isinstance(inner, dict)
        ]
    if not all(type(row) is dict for row in rows):
        raise BadBodyError("A row of the answer is not a JSON object.")
    return rows


def _inner(row: Row, path: str) -> list[Any]:
    """The parts of an outer row; one that names none has none, but null is no list."""
    found = at(row, path)
    if found is None and not _present(row, path):
        return []
    if not isinstance(found, list):
        raise SaidError(f"A row of the answer has no list at “{path}”.")
    return found


def _present(whole: Any, path: str) -> bool:
    head, _, last = path.rpartition(".")
    parent = at(whole, head)
    return isinstance(parent, Mapping) and last in parent


def _exact(rows: list[Row], column: str, again: Any) -> list[Row]:
    """The same rows, read again with exact decimals where a number is too large for a double's 15 digits."""
    for row in rows:
        value = row.get(column)
        if type(value) is float and abs(value) >= EXACT_BELOW:
            return again()  # type: ignore[no-any-return]
    return rows


def _precise(content: bytes) -> Any:
    return json.loads(content, parse_float=Decimal)


def _csv(content: bytes, answer: Answer) -> list[Row]:
    try:
        text = content.decode("utf-8-sig" if answer.encoding.lower() == "utf-8" else answer.encoding)
    except (UnicodeDecodeError, LookupError):
        raise BadBodyError(f"The answer is not text in {answer.encoding}.") from None
    if not text.strip():
        raise BadBodyError("The answer is empty.")
    if text.lstrip()[:1] == "<":
        raise BadBodyError("A web page came instead of the report.")
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=answer.delimiter, strict=True))
    except csv.Error:
        raise BadBodyError("The CSV answer is damaged or broke off.") from None
    header = [name.strip() for name in lines[0]]
    rows = []
    for line in lines[1:]:
        if not any(line):
            continue
        if len(line) != len(header):
            raise BadBodyError("A line of the CSV answer has another number of columns than its header.")
        rows.append(dict(zip(header, line, strict=True)))
    return rows


def present(rows: Sequence[Row]) -> frozenset[str]:
    """The names of all columns that any of the rows has."""
    return rows.names if isinstance(rows, DirectRows) else frozenset().union(*rows)


def columns(
    rows: Sequence[Row], sources: Mapping[str, ColumnSource], names: frozenset[str]
) -> dict[str, Column]:
    """Our fields as columns of raw values; `names` are the rows' columns (see `present`)."""
    return {field: _column(rows, source, names) for field, source in sources.items()}


def _column(rows: Sequence[Row], source: ColumnSource, names: frozenset[str]) -> Column:
    if source.column is None:
        return [source.text] * len(rows)
    plain = source.extract is None and source.otherwise is None
    if plain and isinstance(rows, DirectRows):
        meant = source.column if source.column in names else _alike(source.column, names)
        if meant is not None:
            return rows.column(meant)
    found = _values(rows, source.column, names)
    if source.extract is not None:
        pattern = re.compile(source.extract)
        found = [_part(pattern, value) for value in found]
    if source.otherwise is not None:
        second = _values(rows, source.otherwise, names)
        found = [other if value in (None, "") else value for value, other in zip(found, second, strict=True)]
    return found


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
        if not isinstance(value, dict):
            return None
        value = value[part] if part in value else value.get(_alike(part, value) or part)
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
    """The column that a source names, where neither it nor the one to be taken otherwise is there."""
    if source.column is None:
        return ()
    heads = {name for column in source.columns for name in (column, column.split(".")[0])}
    return () if any(name in names or _alike(name, names) for name in heads) else (source.column,)


def unread(
    rows: Sequence[Row], sources: Mapping[str, ColumnSource], names: frozenset[str]
) -> tuple[frozenset[str], list[str]]:
    """The columns that are not read, or only in part, and for each row one text of what stands in them."""
    plain = [source.column for source in sources.values() if source.column and source.extract is None]
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
