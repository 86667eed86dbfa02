"""Finding report rows that stand twice in one export, in little memory.

Belongs here: which rows are repeats of which. Does not belong here: what is said about them (export_issues.py).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

Hashes = npt.NDArray[np.uint64]
_KEY = ("hour_utc", "campaign_id", "deal_id")
_FIGURES = ("impressions", "campaign_purchase_type", "deal_purchase_type")


@dataclass(frozen=True, slots=True)
class Repeat:
    """A row that is not loaded: a later equal one, or any of `times` rows that differ."""

    table: int
    row_no: int
    campaign_id: str | None
    deal_id: str | None
    differs: bool
    times: int


@dataclass(frozen=True)
class Repeats:
    """`left_out` marks per batch the rows not to load; `rows` says why."""

    left_out: list[npt.NDArray[np.bool_]]
    rows: list[Repeat]


@dataclass
class KeysSeen:
    """Keys and figures of all rows as 128-bit and 64-bit hashes: 28 bytes a row."""

    _keys: list[npt.NDArray[np.uint64]] = field(default_factory=list)
    _figures: list[Hashes] = field(default_factory=list)
    _tables: list[int] = field(default_factory=list)
    _rows: list[npt.NDArray[np.int32]] = field(default_factory=list)
    _ids: list[tuple[pa.Array, pa.Array]] = field(default_factory=list)

    def note(self, table: pa.Table, number: int, row_no: pa.Array) -> None:
        """Remember the accepted rows of one batch of table `number`."""
        first = _hashes(table, _KEY, "0123456789abcdef")
        second = _hashes(table, _KEY, "fedcba9876543210")
        self._keys.append(np.stack([first, second], axis=1))
        self._figures.append(_hashes(table, _FIGURES, "0123456789abcdef"))
        self._tables.append(number)
        self._rows.append(row_no.to_numpy(zero_copy_only=False))
        # Ids repeat, so that the dictionaries are small.
        ids = tuple(table[name].combine_chunks().dictionary_encode() for name in ("campaign_id", "deal_id"))
        self._ids.append((ids[0], ids[1]))

    def repeats(self) -> Repeats:
        """Equal rows load once; of rows with one key and different figures none does."""
        sizes = [len(keys) for keys in self._keys]
        left_out = [np.zeros(size, bool) for size in sizes]
        if not sum(sizes):
            return Repeats(left_out, [])
        keys = np.concatenate(self._keys).view([("a", np.uint64), ("b", np.uint64)]).ravel()
        _, first, which, times = np.unique(keys, return_index=True, return_inverse=True, return_counts=True)
        if len(first) == len(keys):
            return Repeats(left_out, [])
        figures = np.concatenate(self._figures)
        differing = np.zeros(len(first), bool)
        np.logical_or.at(differing, which, figures != figures[first[which]])
        later = np.ones(len(keys), bool)
        later[first] = False
        out = later | differing[which]
        ends = np.cumsum(sizes)
        rows = []
        for position in np.flatnonzero(out).tolist():
            batch = int(np.searchsorted(ends, position, side="right"))
            at = position - (int(ends[batch - 1]) if batch else 0)
            left_out[batch][at] = True
            campaigns, deals = self._ids[batch]
            group = which[position]
            rows.append(
                Repeat(
                    self._tables[batch],
                    int(self._rows[batch][at]),
                    campaigns[at].as_py(),
                    deals[at].as_py(),
                    bool(differing[group]),
                    int(times[group]),
                )
            )
        return Repeats(left_out, rows)


def _hashes(table: pa.Table, names: tuple[str, ...], key: str) -> Hashes:
    """One hash per row over these columns; nulls count as the empty text, which no canonical text is."""
    total = np.zeros(table.num_rows, np.uint64)
    for name in names:
        column = pc.dictionary_encode(table[name].combine_chunks(), null_encoding="encode")
        words = np.array([str(value or "") for value in column.dictionary.to_pylist()], dtype=object)
        hashed = pd.util.hash_array(words, hash_key=key, categorize=False)
        codes = column.indices.to_numpy(zero_copy_only=False)
        part = hashed[codes] if len(words) else np.zeros(0, np.uint64)
        total = total * np.uint64(1_000_003) + part
    return total
