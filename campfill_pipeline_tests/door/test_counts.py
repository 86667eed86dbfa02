"""Second counts asked for over HTTP."""

from __future__ import annotations

import httpx

from campfill_pipeline.warehouse import database
from campfill_pipeline_tests.door.conftest import Door
from campfill_pipeline_tests.warehouse.delivery_rows import CAMPAIGN, add_line
from campfill_pipeline_tests.warehouse.test_counts import by_day, counted


def test_second_counts_are_asked_for_over_http(door: Door) -> None:
    with database.connect(door.url) as connection:
        add_line(connection, CAMPAIGN)
        counted(connection, CAMPAIGN, *by_day((10, "140.5")), by="DoubleVerify")
        counted(connection, CAMPAIGN, (None, None, "", 7), by="total")
    told = httpx.get(f"{door.address}/counts?month=2025-08", headers=door.headers).json()
    assert (told["tolerance_percent"], told["left_out"]) == ("10", [])
    [one] = [row for row in told["counts"] if row["counted_by"] == "DoubleVerify"]
    assert (one["theirs"], one["ours"], one["days_missing"], one["sites"], one["percent"]) == (
        "140.5000", "0", "140.5000", None, None,
    )  # fmt: skip
    assert one["beyond"] and one["unknown"] == ["sites"] and one["missing_at_us"] == 1
    assert len(httpx.get(f"{door.address}/counts", headers=door.headers).json()["counts"]) == 2
    for month in ("2025-13", "august", ""):
        refused = httpx.get(f"{door.address}/counts?month={month}", headers=door.headers)
        assert refused.json()["code"] == "bad_request"
