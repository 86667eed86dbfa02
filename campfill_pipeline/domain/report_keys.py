"""Counting each identity once: report rows by their key, overview totals by their id.

Belongs here: what happens when a source names the same identity more than once. Does not belong here:
comparing with what is stored (warehouse/).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from campfill_pipeline.domain import report_values
from campfill_pipeline.domain.report_rows import CANONICAL, FUNNEL, KEY, Notation, Remark
from campfill_pipeline.domain.report_values import Column
from campfill_pipeline.domain.row_hashes import Hashes, row_hashes
from campfill_pipeline.domain.row_identities import named

OVERVIEW = pa.schema(
    [
        ("entity", pa.string()),  # campaigns or deals
        ("id", pa.string()),
        ("name", pa.string()),
        ("purchase_type", pa.string()),
        ("impressions", report_values.IMPRESSIONS),
    ]
)


def _codes(table: pa.Table, key: Iterable[str]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """One number per row, equal exactly where all key columns are."""
    codes = np.zeros(table.num_rows, np.int64)
    for name in key:
        column = pc.dictionary_encode(table[name].combine_chunks(), null_encoding="encode")
        values = np.asarray(column.indices)
        width = int(values.max()) + 1 if len(values) else 1
        if codes.size and int(codes.max()) > (2**62) // width:
            codes = np.unique(codes, return_inverse=True)[1].astype(np.int64)
        codes = codes * width + values
    return codes


def one_per_key(table: pa.Table, *, add: bool = False) -> tuple[pa.Table, int, int]:
    """(rows without repeats, repeats that went, rows that contradict another one of their identity).

    A repeat has the identity and the figures of an earlier row. Rows of one identity with different figures all stay:
    which of them holds cannot be known, and storing refuses them. With `add` they are parts, and are summed.
    """
    codes = _codes(table, KEY)
    keys = len(np.unique(codes))
    if keys == table.num_rows:
        return table, 0, 0
    if add:
        return _summed(table), table.num_rows - keys, 0
    first = np.sort(np.unique(_codes(table, (*KEY, "impressions", *FUNNEL)), return_index=True)[1])
    return table.take(pa.array(first)), table.num_rows - len(first), len(first) - keys


LISTED = 100
"""So many identities are named where rows of one are refused."""


@dataclass(frozen=True)
class Beside:
    """What rows say in the columns that are not read: hashes of their keys and of those columns, 16 bytes a row.

    `columns` names these columns; `examples` are the identities whose rows differ there within this table, up to
    LISTED of them.
    """

    columns: frozenset[str]
    keys: Hashes
    content: Hashes
    examples: tuple[str, ...] = ()


def beside(table: pa.Table, columns: frozenset[str], texts: Sequence[str]) -> Beside:
    """What `texts`, one for each row of a canonical table, tell of its identities."""
    keys = row_hashes(table, KEY)
    content = row_hashes(pa.table({"texts": pa.array(texts, pa.string())}), ("texts",))
    odd = _divided(keys, content)
    first = odd[np.sort(np.unique(keys[odd], return_index=True)[1])][:LISTED]
    examples = tuple(map(named, table.select(KEY).take(pa.array(first)).to_pylist()))
    return Beside(columns, keys, content, examples)


def divided(parts: Sequence[Beside]) -> int:
    """How many rows have the identity of an earlier one, but say something else in columns that are not read."""
    if not parts:
        return 0
    return len(
        _divided(
            np.concatenate([part.keys for part in parts]), np.concatenate([part.content for part in parts])
        )
    )


def _divided(keys: Hashes, content: Hashes) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """The rows that do not say what the first row of their key says."""
    if len(np.unique(keys)) == len(keys):
        return np.empty(0, np.int64)
    _, first, group = np.unique(keys, return_index=True, return_inverse=True)
    return np.flatnonzero(content != content[first[group]])


def _summed(table: pa.Table) -> pa.Table:
    figures = ("impressions", *FUNNEL)
    others = [name for name in CANONICAL.names if name not in KEY and name not in figures]
    some = pc.ScalarAggregateOptions(skip_nulls=True, min_count=1)
    summed = table.group_by(list(KEY), use_threads=False).aggregate(
        [(name, "sum", some) for name in figures] + [(name, "last", None) for name in others]
    )
    ends = {name: f"{name}_sum" for name in figures} | {name: f"{name}_last" for name in others}
    return pa.table([summed[ends.get(name, name)] for name in CANONICAL.names], CANONICAL.names).cast(
        CANONICAL
    )


def totals(raw: Mapping[str, Column], notation: Notation, entity: str) -> pa.Table:
    """Overview rows (OVERVIEW) from raw columns id, name, purchase_type, impressions; rows that say nothing
    left out.
    """
    length = len(raw["id"])
    nothing = pa.nulls(length, pa.string())
    table = pa.table(
        [
            pa.array([entity] * length, pa.string()),
            report_values.texts(raw["id"], lower=True, braces=True),
            report_values.texts(raw.get("name", nothing), path=True),
            report_values.texts(raw.get("purchase_type", nothing), lower=True),
            report_values.decimals(raw["impressions"], notation.numbers).values,
        ],
        schema=OVERVIEW,
    )
    return table.filter(pc.and_(pc.is_valid(table["id"]), pc.is_valid(table["impressions"])))


def last_per_id(table: pa.Table) -> pa.Table:
    """Each id once; a repeat replaces the earlier row."""
    kept = np.unique(_codes(table, ("entity", "id"))[::-1], return_index=True)[1]
    return table.take(pa.array(np.sort(table.num_rows - 1 - kept)))


def merged(groups: Iterable[Iterable[Remark]]) -> tuple[Remark, ...]:
    """Remarks of several pages, one per code and column; their row numbers count within single pages."""
    found: dict[tuple[str, str], Remark] = {}
    for group in groups:
        for remark in group:
            earlier = found.get((remark.code, remark.column))
            rows = remark.rows if earlier is None else earlier.rows + remark.rows
            found[(remark.code, remark.column)] = Remark(
                remark.code, remark.column, remark.value, remark.message, rows
            )
    return tuple(found.values())
