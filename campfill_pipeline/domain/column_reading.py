"""Reading whole columns: the ordinary notation at once by Arrow kernels, the rest once per distinct value.

Belongs here: how a column is read, whatever it holds. Does not belong here: what its values mean (numbers, runtimes,
names) and what a row makes of its columns (lines).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from campfill_pipeline.domain.cells import CellKind
from campfill_pipeline.domain.issues import Finding, Severity

Positions = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

_REMEMBERED = 20_000
_KINDS = max(CellKind) + 1


@dataclass(frozen=True)
class Cells:
    """One column of a batch: `text` as found (null where blank) and `kind`, a `CellKind` each."""

    text: pa.Array
    kind: npt.NDArray[np.int8]


@dataclass(frozen=True)
class ReadColumn:
    """`values` is null where blank or faulty; `findings[which[i]]` was found at row `at[i]`, at most one a row."""

    values: pa.Array
    at: Positions
    which: Positions
    findings: tuple[Finding, ...]

    @property
    def faulty(self) -> Mask:
        """True where the cell has an error."""
        mask = np.zeros(len(self.values), bool)
        if self.findings:
            errors = np.array([finding.severity is Severity.ERROR for finding in self.findings])
            mask[self.at[errors[self.which]]] = True
        return mask

    @property
    def blank(self) -> Mask:
        """True where the cell says nothing."""
        return _mask(self.values.is_null()) & ~self.faulty


@dataclass(frozen=True)
class Shape:
    """An ordinary way of writing a value: cells of these kinds that match `pattern` (RE2) convert without doubt.

    Where `convert` gives null, there is a doubt after all: the cell is read as if it did not match.
    `longest` bounds the bytes of the text, so that no pattern has to count to hundreds: its compiling takes ms.
    """

    kinds: frozenset[int]
    pattern: str
    convert: Callable[[pa.Array], pa.Array]
    longest: int | None = None

    def fits(self, text: pa.Array, kind: npt.NDArray[np.int8]) -> Mask:
        """Which of these cells, none of them blank, are written so."""
        found = pc.match_substring_regex(text, self.pattern)
        if self.longest is not None:
            found = pc.and_(found, pc.less_equal(pc.binary_length(text), self.longest))
        of_kind = np.zeros(_KINDS, bool)
        of_kind[list(self.kinds)] = True
        return _mask(found) & of_kind[kind]


@dataclass(frozen=True)
class ColumnReader:
    """Reads columns of one type. What no shape fits goes to `read_one`, once per distinct text and kind."""

    type: pa.DataType
    shapes: tuple[Shape, ...]
    read_one: Callable[[str | None, int], tuple[Any, Finding | None]]
    _memory: dict[tuple[str | None, int], tuple[Any, Finding | None]] = field(default_factory=dict)

    def read(self, cells: Cells) -> ReadColumn:
        """Values and findings of one column; the same, cell by cell, as `read_one` gives."""
        rest, blank = np.arange(len(cells.text)), _NONE
        if self.shapes and cells.text.null_count:
            filled = _mask(cells.text.is_valid())
            rest, blank = np.flatnonzero(filled), np.flatnonzero(~filled)
        taken: list[tuple[Positions, pa.Array]] = []
        for shape in self.shapes:
            if not len(rest):
                break
            everything = len(rest) == len(cells.text)
            text = cells.text if everything else cells.text.take(pa.array(rest))
            fits = shape.fits(text, cells.kind[rest])
            if fits.any():
                kept = text if fits.all() else text.filter(pa.array(fits))
                values = shape.convert(kept)
                if values.null_count:
                    sure = _mask(values.is_valid())
                    fits[fits] = sure
                    values = values.filter(pa.array(sure))
                taken.append((rest[fits], values))
                rest = rest[~fits]
        if len(blank):
            rest = np.union1d(rest, blank)
        if not len(rest) and len(taken) == 1:
            return ReadColumn(taken[0][1], _NONE, _NONE, ())
        values, which, findings = self._distinct(cells, rest)
        taken.append((rest, values))
        found = np.flatnonzero(which >= 0)
        return ReadColumn(_assembled(taken), rest[found], which[found], findings)

    def _distinct(self, cells: Cells, rows: Positions) -> tuple[pa.Array, Positions, tuple[Finding, ...]]:
        encoded = cells.text.take(pa.array(rows)).dictionary_encode(null_encoding="encode")
        texts = encoded.dictionary.to_pylist()
        keys = encoded.indices.to_numpy().astype(np.int64) * 8 + cells.kind[rows]
        distinct, inverse = np.unique(keys, return_inverse=True)
        values: list[Any] = []
        which = np.full(len(distinct), -1)
        findings: list[Finding] = []
        for number, key in enumerate(distinct.tolist()):
            value, finding = self._remembered(texts[key // 8], key % 8)
            values.append(value)
            if finding is not None:
                which[number] = len(findings)
                findings.append(finding)
        return pa.array(values, self.type).take(pa.array(inverse)), which[inverse], tuple(findings)

    def _remembered(self, text: str | None, kind: int) -> tuple[Any, Finding | None]:
        key = (text, kind)
        read = self._memory.get(key)
        if read is None:
            if len(self._memory) >= _REMEMBERED:
                self._memory.clear()
            read = self._memory[key] = self.read_one(text, kind)
        return read


_NONE: Positions = np.empty(0, np.int64)


def _mask(flags: pa.Array) -> Mask:
    filled = pc.fill_null(flags, False) if flags.null_count else flags
    mask: Mask = filled.to_numpy(zero_copy_only=False)
    return mask


def _assembled(parts: list[tuple[Positions, pa.Array]]) -> pa.Array:
    parts = [part for part in parts if len(part[0])] or parts[:1]
    if len(parts) == 1:
        return parts[0][1]
    order = np.concatenate([rows for rows, _ in parts])
    back = np.empty(len(order), np.int64)
    back[order] = np.arange(len(order))
    return pa.concat_arrays([values for _, values in parts]).take(pa.array(back))


def cells_of(batch: pa.RecordBatch, name: str) -> Cells:
    """The column `name` of a batch as it comes from the reader, or all blank where the sheet has no such column."""
    if name not in batch.schema.names:
        return Cells(pa.nulls(batch.num_rows, pa.string()), np.zeros(batch.num_rows, np.int8))
    return Cells(batch.column(name), batch.column(f"{name}_kind").to_numpy(zero_copy_only=False))


Readers = Mapping[str, ColumnReader]
