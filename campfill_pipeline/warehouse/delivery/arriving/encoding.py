"""Canonical Arrow rows to PostgreSQL's binary COPY format, column by column, without a Python loop per row.

Belongs here: arrays in, bytes out. Does not belong here: which number a site or an id has, or any statement.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from campfill_pipeline.domain.kinds import PurchaseType
from campfill_pipeline.warehouse.delivery.errors import FigureTooLargeError

Ints = npt.NDArray[np.int64]
HEADER = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
TRAILER = b"\xff\xff"
COLUMNS = ("hour_utc", "series_no", "site_no", "fetch_no", "bids", "wins", "plays", "impressions", "terms")
FUNNEL = ("bids", "wins", "plays")
_EPOCH_2000 = 946_684_800_000_000  # microseconds from 1970 to PostgreSQL's 2000-01-01
_LARGEST_COUNT = 2**31 - 1
_NEGATIVE = 0x4000
_PURCHASE: Mapping[str, int] = {PurchaseType.GUARANTEED: 1, PurchaseType.UNGUARANTEED: 2}


@dataclass(frozen=True)
class Coded:
    """Texts as numbers: `codes` gives for each row its place in `values`, -1 where null."""

    codes: Ints
    values: list[str]


def coded(column: pa.ChunkedArray) -> Coded:
    """Replace texts by their place among the distinct ones."""
    array = column.combine_chunks().dictionary_encode()
    codes = array.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    return Coded(codes, array.dictionary.to_pylist())


def hours(column: pa.ChunkedArray) -> Ints:
    """Microseconds since 1970, UTC."""
    micros: Ints = column.cast(pa.int64()).combine_chunks().to_numpy(zero_copy_only=False)
    return micros


def terms(campaign_type: Coded, deal_type: Coded) -> npt.NDArray[np.uint8]:
    """One character per row for both purchase types, as the functions `campaign_type` and `deal_type` read it."""

    def numbers(column: Coded) -> Ints:
        # The last entry is what code -1, a null, picks.
        lookup = np.array([*(_PURCHASE.get(value, 0) for value in column.values), 0], dtype=np.int64)
        return lookup[column.codes]

    return (ord("0") + 3 * numbers(campaign_type) + numbers(deal_type)).astype(np.uint8)


@dataclass(frozen=True)
class HourRows:
    """Rows of `report_hour` as arrays of one length. `impressions` are ten-thousandths; a missing count is -1."""

    hour_utc: Ints
    series_no: Ints
    site_no: Ints
    counts: dict[str, Ints]
    impressions: Ints
    terms: npt.NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.hour_utc)

    def take(self, which: npt.NDArray[np.intp] | npt.NDArray[np.bool_]) -> HourRows:
        """The rows at these places, in this order."""
        return HourRows(
            self.hour_utc[which],
            self.series_no[which],
            self.site_no[which],
            {name: values[which] for name, values in self.counts.items()},
            self.impressions[which],
            self.terms[which],
        )

    def by_series(self) -> HourRows:
        """The same rows, those of one series together and in order of time: so that a line's day is read at once."""
        return self.take(np.lexsort((self.site_no, self.hour_utc, self.series_no)))


def counts(table: pa.Table) -> dict[str, Ints]:
    """The funnel columns, -1 where null. Raises FigureTooLargeError beyond 32 bits."""
    found = {}
    for name in FUNNEL:
        values: Ints = pc.fill_null(table[name], -1).combine_chunks().to_numpy(zero_copy_only=False)
        if len(values) and values.max() > _LARGEST_COUNT:
            raise FigureTooLargeError(name, int(values.max()))
        found[name] = values
    return found


def ten_thousandths(column: pa.ChunkedArray) -> Ints:
    """decimal128(18, 4) as whole numbers of ten-thousandths: at most 10^18, so the lower half of its 128 bits."""
    array = column.combine_chunks()
    if len(array) == 0:
        return np.empty(0, np.int64)
    halves = np.frombuffer(array.buffers()[1], dtype="<i8")[
        2 * array.offset : 2 * (array.offset + len(array))
    ]
    return halves[::2].astype(np.int64)


def binary(rows: HourRows, fetch_no: int) -> Iterator[bytes]:
    """COPY data of `rows`, in the order of COLUMNS; header and trailer included."""
    yield HEADER
    present = sum((rows.counts[name] >= 0).astype(np.int64) << bit for bit, name in enumerate(FUNNEL))
    patterns = np.unique(present)
    for pattern in patterns:
        chosen = rows if len(patterns) == 1 else rows.take(present == pattern)
        yield _packed(chosen, fetch_no, int(pattern))
    yield TRAILER


def _packed(rows: HourRows, fetch_no: int, present: int) -> bytes:
    # Rows with the same columns filled have the same length, so that a batch is one structured array.
    fields: list[tuple[str, str]] = [("columns", ">i2")]
    for name, kind in (("hour_utc", ">i8"), ("series_no", ">i4"), ("site_no", ">i4"), ("fetch_no", ">i4")):
        fields += [(f"{name} length", ">i4"), (name, kind)]
    for bit, name in enumerate(FUNNEL):
        fields += [(f"{name} length", ">i4")] + ([(name, ">i4")] if present >> bit & 1 else [])
    fields += [
        ("impressions length", ">i4"),
        ("digits", ">i2"),
        ("weight", ">i2"),
        ("sign", ">u2"),
        ("scale", ">i2"),
    ]
    fields += [(f"digit {place}", ">i2") for place in range(5)]
    fields += [("terms length", ">i4"), ("terms", "u1")]
    packed = np.empty(len(rows), dtype=np.dtype(fields))

    packed["columns"] = len(COLUMNS)
    for name, width in (
        ("hour_utc", 8),
        ("series_no", 4),
        ("site_no", 4),
        ("fetch_no", 4),
        ("impressions", 18),
        ("terms", 1),
    ):
        packed[f"{name} length"] = width
    packed["hour_utc"] = rows.hour_utc - _EPOCH_2000
    packed["series_no"] = rows.series_no
    packed["site_no"] = rows.site_no
    packed["fetch_no"] = fetch_no
    for bit, name in enumerate(FUNNEL):
        filled = present >> bit & 1
        packed[f"{name} length"] = 4 if filled else -1
        if filled:
            packed[name] = rows.counts[name]
    # A numeric travels as base-10,000 digits: four before the mark, one after it. The server drops leading zeros.
    packed["digits"], packed["weight"], packed["scale"] = 5, 3, 4
    packed["sign"] = np.where(rows.impressions < 0, _NEGATIVE, 0)
    left = np.abs(rows.impressions)
    for place in range(4, -1, -1):
        left, packed[f"digit {place}"] = np.divmod(left, 10_000)
    packed["terms"] = rows.terms
    return packed.tobytes()
