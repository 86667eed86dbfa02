"""The same ID twice in one upload: equal rows load once, differing rows do not load at all.

Belongs here: finding the repeated IDs among a million, and what becomes of their rows. Does not belong here: where rows
are stored.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from campfill_pipeline.domain.column_reading import Mask, Positions, cells_of
from campfill_pipeline.domain.columns import LIST_FIELDS
from campfill_pipeline.domain.lines import JudgedRows

PackedIds = npt.NDArray[np.uint64]
"""IDs as two 64-bit halves each, shape (n, 2)."""

Contents = npt.NDArray[np.int64]
"""One number per row and field, shape (n, 7): equal numbers mean equal cells after reading."""

_NIBBLE = np.zeros(256, np.uint8)
_NIBBLE[np.frombuffer(b"0123456789abcdef", np.uint8)] = np.arange(16)
_DIGITS = [place for place in range(36) if place not in (8, 13, 18, 23)]


def packed(ids: pa.Array) -> PackedIds:
    """Canonical IDs (36 characters, no nulls) as 128-bit numbers."""
    count = len(ids)
    _, offsets, data = ids.buffers()
    if count == 0:
        return np.empty((0, 2), np.uint64)
    first = int(np.frombuffer(offsets, np.int32)[ids.offset])
    letters = np.frombuffer(data, np.uint8)[first : first + 36 * count].reshape(count, 36)[:, _DIGITS]
    nibbles = _NIBBLE[letters]
    return np.ascontiguousarray(nibbles[:, ::2] << 4 | nibbles[:, 1::2]).view(">u8").astype(np.uint64)


@dataclass(frozen=True)
class Repeated:
    """Rows whose ID stands more than once. `rows` are positions in the upload, group after group, each in file order;
    group g is `rows[starts[g]:starts[g + 1]]`.
    """

    rows: Positions
    starts: Positions

    @property
    def group(self) -> Positions:
        """The number of each row's group, in the order of `rows`."""
        return np.repeat(np.arange(len(self.starts) - 1), np.diff(self.starts))


def repeated(ids: PackedIds) -> Repeated:
    """The rows, among all with a readable ID, whose ID is not theirs alone."""
    # One number per ID is enough to see that there is no repetition at all, the ordinary case.
    mixed = np.sort(ids[:, 0] ^ (ids[:, 1] * np.uint64(0x9E3779B97F4A7C15)))
    if not (mixed[1:] == mixed[:-1]).any():
        return Repeated(np.empty(0, np.int64), np.zeros(1, np.int64))
    order = np.lexsort((ids[:, 1], ids[:, 0]))
    ranked = ids[order]
    same = (ranked[1:] == ranked[:-1]).all(axis=1)
    member = np.append(same, False) | np.append(False, same)
    starts = np.flatnonzero((member & ~np.append(False, same))[member])
    return Repeated(order[member], np.append(starts, member.sum()))


def contents(judged: JudgedRows, batch: pa.RecordBatch) -> Contents:
    """The content of rows as numbers that can be compared; a faulty cell counts by its text."""
    columns = []
    for field in LIST_FIELDS:
        column = judged.columns[field]
        values = column.values.field(0) if pa.types.is_struct(column.values.type) else column.values
        faulty = column.faulty
        numbers = [hash(value) for value in values.to_pylist()]
        cells = cells_of(batch, field)
        for row in np.flatnonzero(faulty).tolist():
            numbers[row] = hash(("faulty", cells.text[row].as_py(), int(cells.kind[row])))
        if judged.described is not None and field == "runtime":  # one of two is cancelled: they differ
            numbers = [
                hash((number, said))
                for number, said in zip(numbers, judged.described.cancelled.to_pylist(), strict=True)
            ]
        columns.append(numbers)
    return np.array(columns, np.int64).T


class Comparison:
    """Compares rows with the first of their group as they come, in the order of the file, and keeps only that one."""

    def __init__(self, groups: int) -> None:
        self._known = np.zeros(groups, bool)
        self._first: Contents = np.empty((groups, len(LIST_FIELDS)), np.int64)
        self.differing: Mask = np.zeros((groups, len(LIST_FIELDS)), bool)
        """Groups × fields: where any row so far differs from the first."""

    def add(self, group: Positions, content: Contents) -> None:
        """Take in the next rows: the number of each one's group, and its content."""
        numbers, firsts = np.unique(group, return_index=True)
        fresh = ~self._known[numbers]
        self._first[numbers[fresh]] = content[firsts[fresh]]
        self._known[numbers] = True
        np.logical_or.at(self.differing, group, content != self._first[group])


@dataclass(frozen=True)
class Outcome:
    """What becomes of the rows of `Repeated`, each in its order. `differing` (groups × 7) says in which fields."""

    skipped: Mask
    rejected: Mask
    differing: Mask


def outcome(found: Repeated, differing: Mask, faulty: Mask) -> Outcome:
    """Equal rows load once, the first; differing rows are all rejected; equal faulty rows stay each with its error."""
    rejected: Mask = np.asarray(differing.any(axis=1))[found.group]
    later = np.ones(len(rejected), bool)
    later[found.starts[:-1]] = False
    return Outcome(later & ~rejected & ~faulty, rejected, differing)
