"""Repeated IDs are found among many, and every row gets what the rule says."""

from __future__ import annotations

import uuid
from collections import Counter, defaultdict

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from campfill_pipeline.domain.duplicates import Comparison, outcome, packed, repeated


@given(st.lists(st.uuids(), max_size=20), st.integers(0, 3))
def test_ids_are_packed_into_their_128_bits(ids: list[uuid.UUID], offset: int) -> None:
    halves = packed(pa.array([str(id) for id in ids], pa.string()).slice(offset))
    assert [int(high) << 64 | int(low) for high, low in halves] == [id.int for id in ids[offset:]]


keys = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=30)


@given(keys)
def test_rows_are_grouped_by_their_whole_id(ids: list[tuple[int, int]]) -> None:
    found = repeated(np.array(ids, np.uint64).reshape(-1, 2))
    wanted = defaultdict(list)
    for row, id in enumerate(ids):
        wanted[id].append(row)
    groups = [found.rows[a:b].tolist() for a, b in zip(found.starts[:-1], found.starts[1:], strict=True)]
    assert sorted(groups) == sorted(rows for rows in wanted.values() if len(rows) > 1)
    assert [len(group) for group in groups] == list(Counter(found.group.tolist()).values())


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 1), st.booleans()), max_size=20), st.integers(1, 8)
)
def test_equal_rows_load_once_and_differing_rows_not_at_all(
    rows: list[tuple[int, int, bool]], portion: int
) -> None:
    # A faulty row never has the content of a sound one: its faulty cell is part of the content.
    ids = np.array([(0, id) for id, _, _ in rows], np.uint64).reshape(-1, 2)
    found = repeated(ids)
    content = np.array([[0, kind, 0, 0, faulty, 0, 0] for _, kind, faulty in rows], np.int64).reshape(-1, 7)
    faulty = np.array([faulty for _, _, faulty in rows], bool)
    if not len(found.rows):
        return
    comparison = Comparison(len(found.starts) - 1)
    in_order, group_of = np.sort(found.rows), found.group[np.argsort(found.rows)]
    for start in range(0, len(in_order), portion):
        portion_rows = slice(start, start + portion)
        comparison.add(group_of[portion_rows], content[in_order[portion_rows]])
    decided = outcome(found, comparison.differing, faulty[found.rows])
    for place, row in enumerate(found.rows.tolist()):
        group = [other for other in range(len(rows)) if rows[other][0] == rows[row][0]]
        differs = len({rows[other][1:] for other in group}) > 1
        assert decided.rejected[place] == differs
        assert decided.skipped[place] == (not differs and not rows[row][2] and row != group[0])
    for number, first in enumerate(found.starts[:-1].tolist()):
        group = [other for other in range(len(rows)) if rows[other][0] == rows[int(found.rows[first])][0]]
        assert decided.differing[number].tolist() == [
            len({content[other][field] for other in group}) > 1 for field in range(7)
        ]
