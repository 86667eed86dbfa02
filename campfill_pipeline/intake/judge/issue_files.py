"""Issues on disk: findings given their address in the sheet, written and read as Arrow IPC streams.

Belongs here: findings as rows of `issues.arrow`, and its batches. Does not belong here: what is wrong with a cell.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from campfill_pipeline.domain.cells import DOUBT, column_letters
from campfill_pipeline.domain.column_reading import Positions
from campfill_pipeline.domain.columns import LIST_FIELDS
from campfill_pipeline.domain.issue_layout import ISSUES, LONGEST_VALUE
from campfill_pipeline.domain.issues import Issue, Severity
from campfill_pipeline.domain.list_descriptions import EXTRA_FIELDS
from campfill_pipeline.intake.findings import BEYOND, TableFound

if TYPE_CHECKING:
    from campfill_pipeline.domain.lines import Findings  # costly to import: Pandera

PLACED = pa.schema([*list(ISSUES)[1:], ("column_no", pa.int32())])
"""Issues before they are numbered, with the column's position in the sheet."""

NOTATIONS = b"notations"
"""Key of the stream's metadata: sheet → field → notation that its text cells show, as JSON."""

SLICE_ROWS = 8_192
_FIELDS = (*LIST_FIELDS, BEYOND, *EXTRA_FIELDS)
_COMPRESSED = pa.ipc.IpcWriteOptions(compression="lz4")
_PLAIN = pa.ipc.IpcWriteOptions()


def writer(path: Path, schema: pa.Schema, *, rows: int | None = None) -> pa.ipc.RecordBatchStreamWriter:
    """A stream to `path`; to be closed (a context manager). Few `rows` are not compressed."""
    few = rows is not None and rows <= SLICE_ROWS
    return pa.ipc.new_stream(str(path), schema, options=_PLAIN if few else _COMPRESSED)


def batches(path: Path, fields: Sequence[int] | None = None) -> Iterator[pa.RecordBatch]:
    """The record batches of a stream, one at a time; only these columns, where given."""
    options = pa.ipc.IpcReadOptions(included_fields=list(fields)) if fields is not None else None
    # Of a mapped file only these columns are touched; all of it would count as this process's memory.
    source = pa.OSFile(str(path)) if fields is None else pa.memory_map(str(path))
    with source as file, pa.ipc.open_stream(file, options=options) as stream:
        yield from stream


def one_batch(table: pa.Table) -> pa.RecordBatch:
    """A table as one record batch."""
    columns = (
        column.chunk(0) if column.num_chunks == 1 else column.combine_chunks() for column in table.columns
    )
    return pa.record_batch(list(columns), schema=table.schema)


def slices(path: Path, fields: Sequence[int] | None = None) -> Iterator[pa.RecordBatch]:
    """The rows of a table file in portions small enough that even a fault in every cell stays small in memory."""
    for batch in batches(path, fields):
        for start in range(0, batch.num_rows, SLICE_ROWS):
            yield batch.slice(start, SLICE_ROWS)


def placed(findings: Findings, batch: pa.RecordBatch, table: TableFound) -> pa.RecordBatch:
    """Findings of a batch of `table` with sheet, cell, header and value as found, in order of row and column."""
    count = len(findings.at)
    if not count:
        return _none()
    index = np.zeros(len(_FIELDS), np.int64)
    index[len(LIST_FIELDS)] = len(table.headers)
    headers: list[str | None] = [None] * len(_FIELDS)
    for column in table.columns:
        number = _FIELDS.index(column.field)
        index[number], headers[number] = column.index, column.header
    _stand_in(table, index, headers)
    rows = batch.column("row_no").to_numpy()
    order = np.lexsort((index[findings.field], rows[findings.at]))
    at, fields, which = findings.at[order], findings.field[order], findings.which[order]
    row_no = batch.column("row_no").take(pa.array(at))
    kinds = findings.kinds

    def text(attribute: str) -> pa.Array:
        return pa.array([str(getattr(kind, attribute)) for kind in kinds], pa.string()).take(pa.array(which))

    letter = pa.array([column_letters(int(place)) for place in index]).take(pa.array(fields))
    return pa.record_batch(
        [
            pa.repeat(pa.scalar(table.sheet, pa.string()), count),
            pc.binary_join_element_wise(letter, row_no.cast(pa.string()), ""),
            row_no,
            pa.array(headers, pa.string()).take(pa.array(fields)),
            _values(batch, at, fields),
            text("code"),
            text("severity"),
            text("message"),
            text("hint"),
            pa.array(index[fields], pa.int32()),
        ],
        schema=PLACED,
    )


def _stand_in(table: TableFound, index: Positions, headers: list[str | None]) -> None:
    """A flight of two columns that lacks both is told at the first."""
    for column in table.columns:
        if column.field == "start_date":
            number = LIST_FIELDS.index("runtime")
            index[number], headers[number] = column.index, column.header


def _none() -> pa.RecordBatch:
    return pa.record_batch([pa.array([], field.type) for field in PLACED], schema=PLACED)


def _values(batch: pa.RecordBatch, at: Positions, fields: Positions) -> pa.Array:
    parts, order = [], []
    for position, field in enumerate(_FIELDS):
        rows = np.flatnonzero(fields == position)
        if len(rows):
            present = field in batch.schema.names
            parts.append(
                batch.column(field).take(pa.array(at[rows])) if present else pa.nulls(len(rows), pa.string())
            )
            order.append(rows)
    back = np.empty(len(at), np.int64)
    back[np.concatenate(order)] = np.arange(len(at))
    return presentable(pa.concat_arrays(parts).take(pa.array(back)))


def presentable(values: pa.Array) -> pa.Array:
    """Values as found, fit to be stored: very long ones cut, NUL characters (which PostgreSQL refuses) replaced."""
    cut = pc.utf8_slice_codeunits(pc.replace_substring(values, DOUBT, ""), 0, LONGEST_VALUE)
    return pc.replace_substring(cut, "\x00", "\ufffd")


def as_batch(issues: Sequence[tuple[Issue, int]]) -> pa.RecordBatch:
    """Issues made one by one, each with its column's position, as a batch of PLACED."""
    if not issues:
        return _none()
    columns = list(
        zip(
            *(
                (i.sheet, i.cell, i.row, i.column, i.value, i.code, str(i.severity), i.message, i.hint, place)
                for i, place in issues
            ),
            strict=True,
        )
    )
    arrays = [pa.array(values, field.type) for values, field in zip(columns, PLACED, strict=True)]
    return pa.record_batch(arrays, schema=PLACED)


def as_issues(batch: pa.RecordBatch) -> list[Issue]:
    """The rows of a batch of ISSUES as objects."""
    names = [name for name in ISSUES.names if name != "issue_no"]
    columns = [batch.column(name).to_pylist() for name in names]
    return [
        Issue(sheet, cell, row_no, header, value, code, Severity(severity), message, hint)
        for sheet, cell, row_no, header, value, code, severity, message, hint in zip(*columns, strict=True)
    ]


def read_issues(path: Path) -> list[Issue]:
    """The issues of a file written by validation, in order."""
    return [issue for batch in batches(path) for issue in as_issues(batch)]


def worst_issues(path: Path, limit: int) -> list[Issue]:
    """At most `limit` issues of a file written by validation: errors, then warnings, then infos, each in order."""
    found: dict[Severity, list[Issue]] = {severity: [] for severity in Severity}
    for batch in batches(path):
        for severity, issues in found.items():
            same = batch.filter(pc.equal(batch.column("severity"), str(severity)))
            issues.extend(as_issues(same.slice(0, limit - len(issues))))
    return [issue for issues in found.values() for issue in issues][:limit]


def write_issues(path: Path, issues: Sequence[Issue]) -> None:
    """Write issues that were made one by one to `path`, numbered in their order."""
    with writer(path, ISSUES) as file:
        facts = [
            {
                "issue_no": number, "sheet": one.sheet, "cell": one.cell, "row_no": one.row, "column_name": one.column,
                "value": one.value, "code": one.code, "severity": str(one.severity), "message": one.message,
                "hint": one.hint,
            }
            for number, one in enumerate(issues, start=1)
        ]  # fmt: skip
        file.write_table(pa.Table.from_pylist(facts, schema=ISSUES))
