"""Writes what was read of one table to its Arrow file, rows with content only.

Belongs here: batches, blank rows, merged ranges. Does not belong here: where the rows come from.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from campfill_pipeline.domain.cells import column_index
from campfill_pipeline.intake.findings import OTHERS, CellKind, Kinds

BATCH_ROWS = 65_536
_SHARED = (
    "runtime",
    "buyer",
    "start_date",
    "end_date",
    "currency",
    "line_kind",
    "status",
    "price_type",
    "goal_type",
    "date",
    "hour_of_day",
    "site",
    "campaign_name",
    "campaign_id",
    "deal_name",
    "deal_id",
    "campaign_purchase_type",
    "deal_purchase_type",
)
_UNCLEAR = ("impression_goal", "budget_eur", "impressions", "bids", "wins", "plays")
_MAY_BE_BLANK = ("budget_eur", "campaign_id", "deal_id", "bids", "wins", "plays")
MOST_OTHERS = 64
"""Columns without a meaning that are compared, where rows of an export look alike otherwise."""

_RANGE = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7}):\$?([A-Z]{1,3})\$?(\d{1,7})")


def table_schema(fields: Sequence[str]) -> pa.Schema:
    """The schema of a table's Arrow file for these fields."""
    columns = [pa.field("row_no", pa.int32())]
    for name in fields:
        columns += [pa.field(name, pa.string()), pa.field(f"{name}_kind", pa.int8())]
    return pa.schema(columns)


class TableWriter:
    """Writes rows in blocks; a context manager. `rows` and `last_row` tell what was written so far."""

    def __init__(self, file: Path | pa.NativeFile, fields: Sequence[str]) -> None:
        self._schema = table_schema(fields)
        self._writer = pa.ipc.new_stream(file, self._schema)
        self._pending: list[pa.RecordBatch] = []
        self._waiting = 0
        self.rows = 0
        self.last_row = 0

    def __enter__(self) -> TableWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._flush()
        self._writer.close()

    def add(
        self,
        numbers: npt.NDArray[np.int32],
        columns: Sequence[tuple[pa.Array, Kinds]],
        anything: npt.NDArray[np.bool_],
    ) -> None:
        """Add a block of rows, without those in which no cell holds anything but white space."""
        if not len(numbers):
            return
        keep = anything & ~_only_white_space(columns, anything)
        arrays = [pa.array(numbers)]
        for texts, kinds in columns:
            arrays += [texts, pa.array(kinds)]
        batch = pa.record_batch(arrays, schema=self._schema)
        if not keep.all():
            batch = batch.filter(pa.array(keep))
            numbers = numbers[keep]
        if not len(numbers):
            return
        self.rows += len(numbers)
        self.last_row = max(self.last_row, int(numbers.max()))
        if self._waiting + len(numbers) > BATCH_ROWS:
            self._flush()
        self._pending.append(batch)
        self._waiting += len(numbers)

    def _flush(self) -> None:
        if self._pending:
            table = pa.Table.from_batches(self._pending).combine_chunks()
            for batch in table.to_batches(max_chunksize=BATCH_ROWS):
                self._writer.write_batch(batch)
        self._pending, self._waiting = [], 0


def _only_white_space(
    columns: Sequence[tuple[pa.Array, Kinds]], anything: npt.NDArray[np.bool_]
) -> npt.NDArray[np.bool_]:
    """Rows whose needed cells hold nothing but spaces, with at least one such cell."""
    left = anything.copy()
    spaces = np.zeros(len(anything), np.bool_)
    for texts, kinds in columns:
        at = np.flatnonzero(left)
        if not len(at):
            return left
        text = kinds[at] == CellKind.TEXT
        trimmed = pc.utf8_trim_whitespace(texts.take(pa.array(at)))
        empty = pc.equal(pc.binary_length(trimmed), 0).fill_null(False).to_numpy(zero_copy_only=False)
        left[at[~((text & empty) | (kinds[at] == CellKind.BLANK))]] = False
        spaces[at[text & empty]] = True
    return left & spaces


def join_others(file: Path, fields: Sequence[str]) -> None:
    """Make one column `others` of the columns of a file that mean nothing: their texts, one after the other."""
    others = [field for field in fields if field.startswith(OTHERS)]
    if not others:
        return
    with pa.ipc.open_stream(file) as reader:
        batches = list(reader)
    rewritten = file.with_suffix(".joined")
    kept = [field for field in fields if field not in others]
    with TableWriter(rewritten, [*kept, OTHERS]) as writer:
        for batch in batches:
            columns = [(batch.column(field), batch.column(f"{field}_kind").to_numpy()) for field in kept]
            texts = [batch.column(field).fill_null("") for field in others]
            joined = pc.binary_join_element_wise(*texts, "\x1f")
            columns.append((joined, np.zeros(batch.num_rows, np.int8)))
            writer.add(batch.column("row_no").to_numpy(), columns, np.ones(batch.num_rows, np.bool_))
    rewritten.replace(file)


def blank_merged(
    file: Path, fields: Sequence[str], columns: Sequence[int], merges: Sequence[str]
) -> tuple[int, int]:
    """Blank the cells that a merged range covers: only its first cell shows. Returns rows and last row kept.

    A runtime or a buyer merged over several rows stands for each of them that has an ID of its own: so a
    person reads it; in an export, an hour, a site or an ID for each row with impressions of its own. A figure merged
    over several such rows is of each, or of all together: nobody can know, and its cells become `CellKind.MERGED`.
    `columns` are the positions from 0 of `fields`. The file is written again.
    """
    covers = _covers(columns, merges)
    with pa.ipc.open_stream(file) as reader:
        batches = list(reader)
    shared = _shared(fields, columns, merges, batches)
    rewritten = file.with_suffix(".merged")
    with TableWriter(rewritten, fields) as writer:
        for batch in batches:
            numbers = batch.column("row_no").to_numpy()
            cells: list[tuple[pa.Array, Kinds]] = []
            before, after = np.zeros(len(numbers), np.bool_), np.zeros(len(numbers), np.bool_)
            for position, field in enumerate(fields):
                texts, kinds = batch.column(field), batch.column(f"{field}_kind").to_numpy().copy()
                covered = np.zeros(len(numbers), np.bool_)
                for first, last in covers[position]:
                    covered[
                        np.searchsorted(numbers, first) : np.searchsorted(numbers, last, side="right")
                    ] = True
                before |= kinds != CellKind.BLANK
                if (covered & (kinds != CellKind.BLANK)).any():
                    kinds[covered] = CellKind.BLANK
                    texts = pc.if_else(pa.array(covered), pa.scalar(None, pa.string()), texts)
                after |= kinds != CellKind.BLANK
                cells.append((texts, kinds))
            filled = {
                field: cells[list(fields).index(field)][1] != CellKind.BLANK for field in _owners(fields)
            }
            for position, values in shared.items():
                for unclear in (False, True):
                    of_kind = [value for value in values if (value[2][1] == CellKind.MERGED) is unclear]
                    if of_kind:
                        own = filled[_owner(fields, of_kind[0][2][1])]
                        cells[position] = _filled(cells[position], numbers, own, of_kind)
            # A row that holds something only in other columns stays; one that lost all it had is blank now.
            writer.add(numbers, cells, after | ~before)
    rewritten.replace(file)
    return writer.rows, writer.last_row


_Value = tuple[str | None, int]


def _shared(
    fields: Sequence[str], columns: Sequence[int], merges: Sequence[str], batches: Sequence[pa.RecordBatch]
) -> dict[int, list[tuple[int, int, _Value]]]:
    """By position in `fields`: first row, last row and value of what is merged over rows and is told of each."""
    if "id" not in fields and "impressions" not in fields:
        return {}
    wanted = {columns[at]: at for at, field in enumerate(fields) if field in (*_SHARED, *_UNCLEAR)}
    ranges: dict[int, dict[int, int]] = {}
    named: dict[tuple[int, int], str] = {}
    found = _merged_from_the_left(columns, fields, merges)
    for text in merges:
        match = _RANGE.fullmatch(text)
        if match is not None and int(match[4]) > int(match[2]):
            position = wanted.get(column_index(match[1]))
            if position is not None:
                ranges.setdefault(position, {})[int(match[2])] = int(match[4])
                named[position, int(match[2])] = text.replace("$", "")
    for position, rows in ranges.items():
        for batch in batches:
            tops = pc.is_in(batch.column("row_no"), value_set=pa.array(list(rows), pa.int32()))
            part = batch.filter(tops)
            texts, kinds = part.column(fields[position]), part.column(f"{fields[position]}_kind")
            for row, text, kind in zip(
                *(c.to_pylist() for c in (part.column("row_no"), texts, kinds)), strict=True
            ):
                first = row + 1
                if fields[position] in _UNCLEAR:
                    owner = _owner(fields, CellKind.MERGED)
                    if kind == CellKind.BLANK or _lines(batches, owner, row, rows[row]) < 2:
                        continue
                    first, text, kind = row, f"{text} ({named[position, row]})", int(CellKind.MERGED)
                found.setdefault(position, []).append((first, rows[row], (text, kind)))
    return found


def _owners(fields: Sequence[str]) -> tuple[str, ...]:
    return ("id",) if "id" in fields else tuple(field for field in ("date", "impressions") if field in fields)


def _owner(fields: Sequence[str], kind: int) -> str:
    """The column that tells which rows are of their own beside merged cells: of an export those with an hour of their
    own where the value is unclear, else those with impressions of their own.
    """
    if "id" in fields:
        return "id"
    return "date" if kind == CellKind.MERGED else "impressions"


def _merged_from_the_left(
    columns: Sequence[int], fields: Sequence[str], merges: Sequence[str]
) -> dict[int, list[tuple[int, int, _Value]]]:
    """Budgets, ids and counts that a range of another column reaches over: they would be blank without a word."""
    reached: dict[int, list[tuple[int, int, _Value]]] = {}
    # A label that reaches over the rest of a row from its date is that of a total.
    date = columns[list(fields).index("date")] if "date" in fields else -1
    for position in (at for at, field in enumerate(fields) if field in _MAY_BE_BLANK):
        for text in merges:
            match = _RANGE.fullmatch(text)
            if match is not None and date != column_index(match[1]) < columns[position] <= column_index(
                match[3]
            ):
                value = (f"The value ({text.replace('$', '')})", int(CellKind.MERGED))
                reached.setdefault(position, []).append((int(match[2]), int(match[4]), value))
    return reached


def _lines(batches: Sequence[pa.RecordBatch], owner: str, first: int, last: int) -> int:
    """How many of these rows have an ID (of an export: an hour)."""
    count = 0
    for batch in batches:
        numbers = batch.column("row_no").to_numpy()
        here = slice(np.searchsorted(numbers, first), np.searchsorted(numbers, last, side="right"))
        count += int((batch.column(f"{owner}_kind").to_numpy()[here] != CellKind.BLANK).sum())
    return count


def _filled(
    column: tuple[pa.Array, Kinds],
    numbers: npt.NDArray[np.int32],
    own: npt.NDArray[np.bool_],
    values: Sequence[tuple[int, int, _Value]],
) -> tuple[pa.Array, Kinds]:
    """A column with what is merged over rows, in each from the first one on that has an ID of its own."""
    texts, kinds = column[0].to_pylist(), column[1]
    for start, bottom, (text, kind) in values:
        first = int(np.searchsorted(numbers, start))
        last = int(np.searchsorted(numbers, bottom, side="right"))
        for at in range(first, last):
            if own[at]:
                texts[at], kinds[at] = text, kind
    return pa.array(texts, pa.string()), kinds


def _covers(columns: Sequence[int], merges: Sequence[str]) -> list[list[tuple[int, int]]]:
    """For each needed column the covered rows, as inclusive ranges."""
    covers: list[list[tuple[int, int]]] = [[] for _ in columns]
    for text in merges:
        match = _RANGE.fullmatch(text)
        if match is None:
            continue
        left, top, right, bottom = (
            column_index(match[1]),
            int(match[2]),
            column_index(match[3]),
            int(match[4]),
        )
        for position, column in enumerate(columns):
            if left < column <= right:
                covers[position].append((top, bottom))
            elif column == left and bottom > top:
                covers[position].append((top + 1, bottom))
    return covers


def any_covered(columns: Sequence[int], merges: Sequence[str], after_row: int) -> bool:
    """Whether a merged range covers any cell of the needed columns below the header."""
    return any(last > after_row for cover in _covers(columns, merges) for _, last in cover)
