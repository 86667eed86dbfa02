"""Reads the rows of a JSON document as a table: one row an object, one column a path such as `terms.startdate`.

Belongs here: finding the rows, flattening objects. Does not belong here: what the columns mean (list descriptions).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from campfill_pipeline.intake.findings import (
    BEYOND,
    CellKind,
    Parsed,
    ParseLimits,
    RawCell,
    TableFound,
    UnreadableError,
)
from campfill_pipeline.intake.layout import Descriptions, Layout, find_described
from campfill_pipeline.intake.refusals import incomplete, no_header, too_many_cells
from campfill_pipeline.intake.tables import TableWriter
from campfill_pipeline.language import notation
from campfill_pipeline.language.speaking import say

_EXACT = 15
"""Digits that a number can hold everywhere; longer ones are kept as text, to the last digit."""
_ROW = 1
"""The row of the headers; the first object is row 2."""
_BLOCK = 8_192


class _Number(str):
    """A number as it is written."""

    __slots__ = ()


@dataclass(frozen=True)
class _Table:
    headers: tuple[str, ...]
    rows: Sequence[Mapping[str, RawCell]]


def is_document(path: Path) -> bool:
    """Whether the file begins like a JSON object, or a list of them."""
    with path.open("rb") as file:
        start = file.read(4096).removeprefix(b"\xef\xbb\xbf").lstrip()
    return start.startswith(b"{") or (start.startswith(b"[") and start[1:].lstrip().startswith((b"{", b"]")))


def read_document(path: Path, work: Path, limits: ParseLimits, descriptions: Descriptions) -> Parsed:
    """Read the rows of a document. They go to `work`. Raises UnreadableError."""
    document = _load(path)
    found = _fitting(document, descriptions)
    if found is None:
        raise no_header("The document holds no list of objects that a list description knows.")
    table, layout = found
    if not layout.complete:
        raise incomplete(
            say("the document’s first object"), layout.missing, layout.repeated, kind=layout.kind,
            near=dict(layout.near), description=layout.description_name,
        )  # fmt: skip
    if len(table.rows) * len(table.headers) > limits.max_cells:
        raise too_many_cells(limits)
    target = work / "table-1.arrow"
    with TableWriter(target, [*(column.field for column in layout.columns), BEYOND]) as writer:
        for start in range(0, len(table.rows), _BLOCK):
            _add(writer, table, layout, start)
    count = len(table.rows)
    told = TableFound(
        sheet=None, header_row=_ROW, columns=layout.columns, headers=table.headers,
        last_row=count + _ROW, rows=writer.rows, blank_rows=count - writer.rows, file=target, near=layout.near,
    )  # fmt: skip
    note = say(
        "A JSON document with {count} objects; row 2 is the first of them, a column is named by its path.",
        count=notation.number(count),
    )
    return Parsed(
        layout.kind, None, "", "", "json", tables=(told,), notes=(note,), read_by=layout.description_name
    )


def raw_objects(path: Path, wanted: Sequence[int], descriptions: Descriptions) -> dict[int, list[RawCell]]:
    """The complete objects with these row numbers, as rows."""
    found = _fitting(_load(path), descriptions)
    if found is None:
        return {}
    table = found[0]
    blank = RawCell("", CellKind.BLANK)
    rows: dict[int, list[RawCell]] = {_ROW: [RawCell(header, CellKind.TEXT) for header in table.headers]}
    for number in wanted:
        if _ROW < number <= len(table.rows) + _ROW:
            cells = table.rows[number - _ROW - 1]
            rows[number] = [cells.get(header, blank) for header in table.headers]
    return rows


def _load(path: Path) -> Any:
    try:
        return json.loads(
            path.read_text(encoding="utf-8-sig"), parse_int=_Number, parse_float=_Number, parse_constant=str
        )
    except (ValueError, RecursionError) as error:
        place = f" (line {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
        raise UnreadableError(
            "corrupt",
            say("The JSON document is damaged or breaks off{place}.", place=place),
            "Fetch or export it again, and drop the new file.",
        ) from error


def _fitting(document: Any, descriptions: Descriptions) -> tuple[_Table, Layout] | None:
    """The rows and their layout by the description that fits best."""
    best: tuple[_Table, Layout] | None = None
    known = [description for description in descriptions() if description.document]
    for place in sorted({description.rows for description in known}, key=str):
        table = _table(_rows(document, place))
        if table is None:
            continue
        layout = find_described(
            [(_ROW, dict(enumerate(table.headers)))],
            [description for description in known if description.rows == place],
        )
        if layout is None:
            continue
        if best is None or (layout.complete, len(layout.columns)) > (best[1].complete, len(best[1].columns)):
            best = table, layout
    return best


def _rows(document: Any, place: str | None) -> list[Any]:
    """The objects below `place`; those of a bare list; or the document as the only one."""
    if isinstance(document, list):
        return document
    below = document
    for part in place.split(".") if place else ():
        below = below.get(part) if isinstance(below, dict) else None
    if isinstance(below, list):
        return below
    return [document]


def _table(rows: Sequence[Any]) -> _Table | None:
    if not rows or not all(isinstance(row, dict) for row in rows):
        return None
    flat = [dict(_flat(row, "")) for row in rows]
    return _Table(tuple(dict.fromkeys(path for row in flat for path in row)), flat)


def _flat(value: Mapping[str, Any], before: str) -> list[tuple[str, RawCell]]:
    cells: list[tuple[str, RawCell]] = []
    for key, inner in value.items():
        path = f"{before}{key}"
        if isinstance(inner, dict):
            cells += _flat(inner, f"{path}.")
        else:
            cells.append((path, _cell(inner)))
    return cells


def _cell(value: Any) -> RawCell:
    if value is None or value == "":
        return RawCell("", CellKind.BLANK)
    if isinstance(value, bool):
        return RawCell("TRUE" if value else "FALSE", CellKind.BOOLEAN)
    if isinstance(value, _Number):
        exact = sum(map(str.isdigit, value)) <= _EXACT
        return RawCell(str(value), CellKind.NUMBER if exact else CellKind.TEXT)
    if isinstance(value, list):
        plain = [str(one) for one in value if not isinstance(one, dict | list)]
        return RawCell(", ".join(plain), CellKind.TEXT if plain else CellKind.BLANK)
    return RawCell(str(value).replace("\0", "\ufffd"), CellKind.TEXT)


def _add(writer: TableWriter, table: _Table, layout: Layout, start: int) -> None:
    rows = table.rows[start : start + _BLOCK]
    columns = []
    for column in layout.columns:
        cells = [row.get(table.headers[column.index]) for row in rows]
        texts = pa.array([cell.text if cell and cell.text else None for cell in cells], pa.string())
        kinds = np.array([cell.kind if cell else CellKind.BLANK for cell in cells], np.int8)
        columns.append((texts, kinds))
    columns.append((pa.nulls(len(rows), pa.string()), np.zeros(len(rows), np.int8)))
    anything = np.array([any(cell.text for cell in row.values()) for row in rows], np.bool_)
    first = start + _ROW + 1
    writer.add(np.arange(first, first + len(rows), dtype=np.int32), columns, anything)


def objects(path: Path, count: int) -> list[tuple[str | None, list[list[RawCell]]]]:
    """Every list of objects in a document with its first rows, headers first, by its name; the document itself has
    none. Raises UnreadableError.
    """
    document = _load(path)
    named: dict[str | None, Any] = {None: document} if isinstance(document, list) else dict(document)
    found = []
    blank = RawCell("", CellKind.BLANK)
    for name, rows in named.items():
        table = _table(rows[:count]) if isinstance(rows, list) else None
        if table is not None:
            header = [RawCell(path, CellKind.TEXT) for path in table.headers]
            found.append(
                (
                    name,
                    [header, *([row.get(path, blank) for path in table.headers] for row in table.rows)],
                )
            )
    return found
