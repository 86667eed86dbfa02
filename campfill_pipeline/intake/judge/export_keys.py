"""Finding report rows that stand twice in one export, in little memory.

Belongs here: which rows are repeats of which. Does not belong here: what is said about them (export_issues.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from campfill_pipeline.domain.row_hashes import Hashes, row_hashes

_KEY = ("hour_utc", "site", "campaign_id", "deal_id")
_FIGURES = ("impressions", "bids", "wins", "plays", "campaign_purchase_type", "deal_purchase_type")


@dataclass(frozen=True, slots=True)
class Repeat:
    """A row that is not loaded: a later equal one, or any of `times` rows that differ."""

    table: int
    row_no: int
    campaign_id: str | None
    deal_id: str | None
    differs: bool
    times: int
    hour_utc: datetime
    site: str


@dataclass
class KeysSeen:
    """Keys and figures of all rows as 128-bit and 64-bit hashes: 28 bytes a row."""

    _keys: list[tuple[Hashes, Hashes]] = field(default_factory=list)
    _figures: list[Hashes] = field(default_factory=list)
    _tables: list[int] = field(default_factory=list)
    _rows: list[npt.NDArray[np.int32]] = field(default_factory=list)

    def note(self, table: pa.Table, number: int, row_no: pa.Array, others: pa.Array | None = None) -> None:
        """Remember the accepted rows of one batch of table `number`; `others` are the texts of their other columns.

        Rows of one key whose other columns differ are parts of something, not the same row twice.
        """
        self._keys.append(
            (row_hashes(table, _KEY, "0123456789abcdef"), row_hashes(table, _KEY, "fedcba9876543210"))
        )
        figures = row_hashes(table, _FIGURES, "0123456789abcdef")
        if others is not None:
            beside = row_hashes(pa.table({"others": others}), ("others",), "0123456789abcdef")
            figures = figures * np.uint64(1_000_003) + beside
        self._figures.append(figures)
        self._tables.append(number)
        self._rows.append(row_no.to_numpy(zero_copy_only=False))

    def repeats(self, batches: Iterable[pa.RecordBatch]) -> Iterator[tuple[pa.RecordBatch, list[Repeat]]]:
        """The same batches without the rows that are not loaded, and why these are not.

        Equal rows load once; of rows with one key and different figures none does.
        """
        out = self._left_out()
        start = 0
        for number, batch in enumerate(batches):
            end = start + batch.num_rows
            positions = np.array([], np.int64) if out is None else np.flatnonzero(out.rows[start:end])
            if len(positions) == 0 or out is None:
                yield batch, []
            else:
                ids = (
                    batch.select(["campaign_id", "deal_id", "hour_utc", "site"])
                    .take(pa.array(positions))
                    .to_pylist()
                )
                found = [
                    Repeat(
                        self._tables[number],
                        int(self._rows[number][position]),
                        named["campaign_id"],
                        named["deal_id"],
                        bool(out.differing[out.group[start + position]]),
                        int(out.times[out.group[start + position]]),
                        named["hour_utc"],
                        named["site"],
                    )
                    for position, named in zip(positions.tolist(), ids, strict=True)
                ]
                yield batch.filter(pa.array(~out.rows[start:end])), found
            start = end

    def _left_out(self) -> _LeftOut | None:
        first = np.concatenate([keys[0] for keys in self._keys]) if self._keys else np.zeros(0, np.uint64)
        in_order = np.sort(first)
        if not (in_order[1:] == in_order[:-1]).any():
            return None  # nearly every file; half a hash is enough to know
        second = np.concatenate([keys[1] for keys in self._keys])
        keys = np.stack([first, second], axis=1).view([("a", np.uint64), ("b", np.uint64)]).ravel()
        _, begins, group, times = np.unique(keys, return_index=True, return_inverse=True, return_counts=True)
        figures = np.concatenate(self._figures)
        differing = np.zeros(len(begins), bool)
        np.logical_or.at(differing, group, figures != figures[begins[group]])
        later = np.ones(len(keys), bool)
        later[begins] = False
        return _LeftOut(later | differing[group], group, times, differing)


@dataclass(frozen=True)
class _LeftOut:
    """Per row: whether it is left out, and its group; per group: how many rows it has, and whether they differ."""

    rows: npt.NDArray[np.bool_]
    group: npt.NDArray[np.intp]
    times: npt.NDArray[np.intp]
    differing: npt.NDArray[np.bool_]
