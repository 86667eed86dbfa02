"""Canonical rows become COPY data exactly, however their tables are cut."""

from __future__ import annotations

from decimal import Decimal

import psycopg
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from campfill_pipeline.warehouse.delivery.arriving import encoding
from campfill_pipeline.warehouse.delivery.arriving.staging import batches
from campfill_pipeline_tests.warehouse.delivery_rows import Row, all_of, at, store, table

NOON = at("2025-08-04T12:00")
EXACT = st.decimals(
    Decimal("-99999999999999.9999"), Decimal("99999999999999.9999"), places=4, allow_nan=False
)


@given(st.lists(EXACT, min_size=1), st.integers(0, 3))
def test_decimals_are_ten_thousandths_wherever_a_slice_begins(values: list[Decimal], start: int) -> None:
    column = pa.chunked_array([pa.array(values, pa.decimal128(18, 4))]).slice(start)
    found = encoding.ten_thousandths(column).tolist()
    assert found == [int(value * 10_000) for value in values[start:]]


@given(st.lists(st.integers(0, 7), max_size=8), st.integers(1, 5))
def test_batches_keep_every_row_in_order_and_are_bounded(sizes: list[int], most: int) -> None:
    numbers = iter(range(1000))
    tables = [pa.table({"n": pa.array([next(numbers) for _ in range(size)], pa.int64())}) for size in sizes]
    found = list(batches(iter(tables), most))
    assert [n for batch in found for n in batch["n"].to_pylist()] == list(range(sum(sizes)))
    assert all(0 < batch.num_rows <= most for batch in found)


@pytest.mark.parametrize("known", [False, True])
def test_rows_of_cut_and_joined_tables_are_stored_as_they_are(
    connection: psycopg.Connection, known: bool
) -> None:
    kinds = [None, 0, 7]
    rows = [
        Row(NOON, site=f"Site {number}", impressions=Decimal(number) / 8, bids=kinds[number % 3],
            wins=kinds[number // 3 % 3], plays=kinds[number // 9 % 3], deal_id=None if number % 2 else "a deal")
        for number in range(27)
    ]  # fmt: skip
    if known:
        day_before = at("2025-08-03T12:00")
        store(
            connection,
            day_before.date(),
            [Row(day_before, row.site, row.campaign_id, row.deal_id) for row in rows],
        )
    whole = table(rows)
    joined = pa.concat_tables([whole.slice(20), whole.slice(5, 15)])
    store(connection, NOON.date(), [joined.slice(2), whole.slice(0, 5), joined.slice(0, 2)])
    stored = all_of(
        connection,
        "SELECT site, impressions, bids, wins, plays, deal_id FROM report_row WHERE hour_utc = %s",
        NOON,
    )
    assert set(stored) == {(r.site, r.impressions, r.bids, r.wins, r.plays, r.deal_id) for r in rows}
    assert len(stored) == len(rows)
