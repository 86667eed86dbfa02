"""Repeated IDs across all tables of an upload: which rows are left out, and the issues that say so.

Belongs here: remembering the IDs of a whole upload in little memory, and looking again at the rows that share one. Does
not belong here: the rule itself (`domain/duplicates.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from campfill_pipeline.domain import duplicates
from campfill_pipeline.domain.cells import column_letters
from campfill_pipeline.domain.column_reading import Mask, Positions
from campfill_pipeline.domain.columns import LIST_COLUMNS
from campfill_pipeline.domain.described_columns import Described, readers_of
from campfill_pipeline.domain.duplicates import Outcome, Repeated
from campfill_pipeline.domain.issues import Issue, Severity
from campfill_pipeline.domain.lines import JudgedRows, judge
from campfill_pipeline.domain.numbers import Notation
from campfill_pipeline.intake.findings import TableFound
from campfill_pipeline.intake.judge import issue_files

Numbers = npt.NDArray[np.int32]
Places = npt.NDArray[np.uint16]
"""Positions within one portion of rows (`issue_files.SLICE_ROWS`, far below 65,536)."""

_NAMED = 3


class IdsSeen:
    """The IDs of an upload in the order of its rows: 16 bytes each, and where it stands. Filled batch by batch."""

    def __init__(self) -> None:
        self._ids: list[duplicates.PackedIds] = []
        self._row_no: list[Numbers] = []
        self._place: list[Places] = []
        self._line: list[Places] = []
        self._faulty: list[Mask] = []

    def note(self, judged: JudgedRows) -> None:
        """Remember the rows of the next batch that have a readable ID and are not passed over."""
        ids = judged.columns["id"].values
        wanted = ids.is_valid().to_numpy(zero_copy_only=False) & ~judged.skipped
        self._ids.append(duplicates.packed(ids if wanted.all() else ids.filter(pa.array(wanted))))
        self._row_no.append(judged.row_no.to_numpy()[wanted])
        self._place.append(np.flatnonzero(wanted).astype(np.uint16))
        self._line.append((np.cumsum(judged.acceptable) - 1)[wanted].astype(np.uint16))
        self._faulty.append(judged.rejected[wanted])

    @property
    def row_no(self) -> Numbers:
        """The row number of each remembered row."""
        return np.concatenate([np.empty(0, np.int32), *self._row_no])

    @property
    def place(self) -> Places:
        """The position of each remembered row in its batch. (Row numbers may be out of order in odd files.)"""
        return np.concatenate([np.empty(0, np.uint16), *self._place])

    @property
    def line(self) -> Places:
        """The position of each remembered row among the acceptable rows of its batch; of no meaning for others."""
        return np.concatenate([np.empty(0, np.uint16), *self._line])

    @property
    def faulty(self) -> Mask:
        """Whether each remembered row has an error of its own."""
        return np.concatenate([np.empty(0, bool), *self._faulty])

    @property
    def batch_no(self) -> Numbers:
        """The number of the batch, counted over all tables, in which each remembered row came."""
        return np.repeat(np.arange(len(self._row_no), dtype=np.int32), [len(rows) for rows in self._row_no])

    def repeated(self) -> Repeated:
        """The remembered rows that share their ID with another. Asked once: the IDs are forgotten."""
        ids = np.concatenate([np.empty((0, 2), np.uint64), *self._ids])
        self._ids = []
        return duplicates.repeated(ids)


@dataclass(frozen=True)
class Repetitions:
    """What becomes of the rows that share an ID; all arrays in the order of `found.rows`."""

    tables: Sequence[TableFound]
    found: Repeated
    outcome: Outcome
    batch_no: Numbers
    row_no: Numbers
    place: Places
    line: Places
    table_no: Numbers
    faulty: Mask

    @property
    def counts(self) -> tuple[int, int, int]:
        """Acceptable rows that are left out, those of them that are rejected, and those that are only skipped."""
        skipped = int(self.outcome.skipped.sum())
        rejected = int((self.outcome.rejected & ~self.faulty).sum())
        return skipped + rejected, rejected, skipped

    def left_out(self, batch: int) -> Places:
        """Positions, among the acceptable rows of batch number `batch`, of those that are not to be loaded."""
        rows = (self.batch_no == batch) & (self.outcome.skipped | self.outcome.rejected) & ~self.faulty
        positions: Places = self.line[rows]
        return positions

    def issues(self, number: int, batch: pa.RecordBatch) -> list[tuple[Issue, int]]:
        """The issues for the rows of batch number `number`, each with its column's position in the sheet."""
        rows = np.flatnonzero((self.batch_no == number) & (self.outcome.skipped | self.outcome.rejected))
        if not len(rows):
            return []
        groups = np.searchsorted(self.found.starts, rows, side="right") - 1
        values = issue_files.presentable(batch.column("id").take(pa.array(self.place[rows]))).to_pylist()
        return [
            self._issue(row, group, value)
            for row, group, value in zip(rows.tolist(), groups.tolist(), values, strict=True)
        ]

    def _issue(self, row: int, group: int, value: str) -> tuple[Issue, int]:
        table = self.tables[int(self.table_no[row])]
        column = next(column for column in table.columns if column.field == "id")
        row_no = int(self.row_no[row])
        others = self._others(row, group)
        if self.outcome.skipped[row]:
            code, severity = "duplicate_row", Severity.WARNING
            message = f"The same line with the same figures stands also in {others}; it is loaded once."
            hint = "Nothing to do. Delete the row if it should not be there twice."
        else:
            code, severity = "duplicate_id", Severity.ERROR
            names = [c.header for c, d in zip(LIST_COLUMNS, self.outcome.differing[group], strict=True) if d]
            message = f"This ID stands also in {others}, with different content ({', '.join(names)}): none is loaded."
            hint = "Keep the row that is right and delete the other, or correct the ID."
        issue = Issue(
            table.sheet,
            f"{column_letters(column.index)}{row_no}",
            row_no,
            column.header,
            value,
            code,
            severity,
            message,
            hint,
        )
        return issue, column.index

    def _others(self, row: int, group: int) -> str:
        first, end = int(self.found.starts[group]), int(self.found.starts[group + 1])
        others = [other for other in range(first, min(end, first + _NAMED + 1)) if other != row][:_NAMED]
        own = int(self.table_no[row])
        more = end - first - 1 - len(others)
        if all(int(self.table_no[other]) == own for other in others):
            word = "rows" if len(others) + more > 1 else "row"
            return f"{word} {_listed([str(self.row_no[other]) for other in others], more)}"
        return _listed([self._place(other) for other in others], more)

    def _place(self, row: int) -> str:
        return f"row {self.row_no[row]} of sheet “{self.tables[int(self.table_no[row])].sheet}”"


LISTED = (" and ", "row ", "rows ", "row {row_no} of sheet “{sheet}”", "{count} more")
"""What a list of other rows is made of, for whoever tells it in another language."""


def _listed(names: list[str], more: int) -> str:
    """`9`, `9 and 12`, `9, 12, 15 and 3 more`."""
    names = [*names, f"{more:,} more"] if more else names
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def find_repetitions(
    seen: IdsSeen,
    tables: Sequence[TableFound],
    notations: Sequence[Mapping[str, Notation | None]],
    by: Described | None = None,
) -> Repetitions | None:
    """Judge the rows that share an ID, or None where every ID stands once (the ordinary case, found in one sort)."""
    found = seen.repeated()
    if not len(found.rows):
        return None
    in_order = np.sort(found.rows)
    group = found.group[np.argsort(found.rows)]
    batch_no, faulty = seen.batch_no, seen.faulty[found.rows]
    comparison = duplicates.Comparison(len(found.starts) - 1)
    table_of_batch = _look_again(
        tables, notations, batch_no[in_order], seen.place[in_order], group, comparison, by
    )
    return Repetitions(
        tables=tables,
        found=found,
        outcome=duplicates.outcome(found, comparison.differing, faulty),
        batch_no=batch_no[found.rows],
        row_no=seen.row_no[found.rows],
        place=seen.place[found.rows],
        line=seen.line[found.rows],
        table_no=table_of_batch[batch_no[found.rows]],
        faulty=faulty,
    )


def _look_again(
    tables: Sequence[TableFound],
    notations: Sequence[Mapping[str, Notation | None]],
    batch_no: Numbers,
    place: Places,
    group: Positions,
    comparison: duplicates.Comparison,
    by: Described | None,
) -> Numbers:
    """Read the tables once more, but judge only these rows (given in the order of the file).

    Compares each with the others of its `group`. Gives the number of the table of each batch.
    """
    table_of_batch: list[int] = []
    for table_no, (table, shown) in enumerate(zip(tables, notations, strict=True)):
        table_readers = readers_of(by, shown)
        for batch in issue_files.slices(table.file):
            first, end = np.searchsorted(batch_no, [len(table_of_batch), len(table_of_batch) + 1])
            table_of_batch.append(table_no)
            if first == end:
                continue
            rows = batch.take(pa.array(place[first:end]))
            comparison.add(group[first:end], duplicates.contents(judge(rows, table_readers, by), rows))
    return np.array(table_of_batch, np.int32)
