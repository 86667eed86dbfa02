"""Identities stay apart however many there are."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa

from campfill_pipeline.domain.report_keys import one_per_key
from campfill_pipeline.domain.report_rows import CANONICAL


def test_rows_that_differ_in_their_hour_alone_stay_two_where_all_else_has_very_many_values() -> None:
    """Counted through in 64 bits, five columns of 65,536 values each would push the hour out."""
    many = 1 << 16
    numbers = list(range(many))
    texts = [str(number) for number in numbers]
    first = datetime(2025, 8, 4, tzinfo=UTC)
    filled: dict[str, list[Any]] = {
        "site": texts,
        "campaign_id": texts,
        "deal_id": texts,
        "impressions": list(map(Decimal, numbers)),
        "bids": numbers,
    }
    columns = {
        name: pa.array(
            [*filled[name], filled[name][0]] if name in filled else [None] * (many + 1),
            CANONICAL.field(name).type,
        )
        for name in CANONICAL.names
        if name != "hour_utc"
    }
    hours = pa.array([first] * many + [first + timedelta(hours=1)], CANONICAL.field("hour_utc").type)
    table = pa.table({"hour_utc": hours, **columns}, schema=CANONICAL)
    single, repeated, contradicting = one_per_key(pa.concat_tables([table, table.slice(5, 1)]))
    assert (single.num_rows, repeated, contradicting) == (many + 1, 1, 0)
