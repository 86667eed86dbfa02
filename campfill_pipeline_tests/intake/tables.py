"""Tables as the reader hands them over, made from Python values: for tests of what comes after reading."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from pathlib import Path

import pyarrow as pa

from campfill_pipeline.domain.cells import CellKind
from campfill_pipeline.domain.columns import LIST_COLUMNS, LIST_FIELDS
from campfill_pipeline.intake.findings import ColumnFound, Parsed, TableFound


class ErrorCell(str):
    """A cell that shows a spreadsheet error."""


class NoValue:
    """A formula without a stored value."""


class Number(str):
    """A number cell by the text that stands in the file."""


Cell = str | int | float | bool | date | NoValue | None
HEADERS = tuple(column.header for column in LIST_COLUMNS)
LINE_ID = "0b5f1d7e-2a64-4c1f-9b5e-1f0c5d1a7e42"


def cell(value: Cell) -> tuple[str | None, CellKind]:
    """Text and kind of a cell, as the reader gives them."""
    if value is None:
        return None, CellKind.BLANK
    if isinstance(value, NoValue):
        return None, CellKind.FORMULA_WITHOUT_VALUE
    if isinstance(value, ErrorCell):
        return str(value), CellKind.ERROR
    if isinstance(value, Number):
        return str(value), CellKind.NUMBER
    if isinstance(value, str):
        return value, CellKind.TEXT
    if isinstance(value, bool):
        return str(value).upper(), CellKind.BOOLEAN
    if isinstance(value, datetime | date):
        return value.isoformat(), CellKind.DATE
    return repr(value), CellKind.NUMBER


def line(
    number: int = 1,
    *,
    name: Cell = "Summer in the city",
    runtime: Cell = "04.09.2025-06.09.2025",
    goal: Cell = 5000,
    budget: Cell = None,
    cpm: Cell = 7.59,
    id: Cell = "",
    buyer: Cell = "Not set",
) -> tuple[Cell, ...]:
    """A valid row in the order of the real export, with the cells that a test is about changed."""
    own_id = f"0b5f1d7e-2a64-4c1f-9b5e-{number:012x}" if id == "" else id
    return (name, runtime, goal, budget, cpm, own_id, buyer)


def write_table(
    file: Path,
    rows: Sequence[Sequence[Cell]],
    *,
    sheet: str | None = "Campaign list",
    fields: Sequence[str] = LIST_FIELDS,
    row_nos: Iterable[int] | None = None,
    batch_rows: int = 65_536,
    blank_rows: int = 0,
) -> TableFound:
    """Write rows (cells in the order of `fields`) in the agreed format; the header is taken to stand in row 1."""
    numbers = list(row_nos) if row_nos is not None else list(range(2, 2 + len(rows)))
    columns: dict[str, pa.Array] = {"row_no": pa.array(numbers, pa.int32())}
    for index, field in enumerate(fields):
        cells = [cell(row[index]) for row in rows]
        columns[field] = pa.array([text for text, _ in cells], pa.string())
        columns[f"{field}_kind"] = pa.array([int(kind) for _, kind in cells], pa.int8())
    table = pa.table(columns)
    with pa.ipc.new_stream(str(file), table.schema) as stream:
        stream.write_table(table, max_chunksize=batch_rows)
    header = {column.field: column.header for column in LIST_COLUMNS}
    return TableFound(
        sheet=sheet,
        header_row=1,
        columns=tuple(ColumnFound(field, index, header[field]) for index, field in enumerate(fields)),
        headers=tuple(header[field] for field in fields),
        last_row=max(numbers, default=1),
        rows=len(rows),
        blank_rows=blank_rows,
        file=file,
    )


def parsed(*tables: TableFound, hidden: Sequence[str] = ()) -> Parsed:
    """The reader's outcome for a campaign list with these tables."""
    return Parsed("campaign_list", None, "", "", "xlsx", tuple(tables), tuple(hidden))
