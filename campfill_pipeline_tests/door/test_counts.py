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


def test_a_month_is_frozen_and_compared_over_http_as_by_command(door: Door) -> None:
    with database.connect(door.url) as connection:
        add_line(connection, CAMPAIGN)
        counted(connection, CAMPAIGN, *by_day((10, "140.5")), by="DoubleVerify")
        [(buyer,)] = connection.execute("SELECT buyer FROM campfill.line").fetchall()
    counts = f"{door.address}/counts"
    unsaid = httpx.post(f"{counts}/frozen", headers=door.headers, json={"month": "2025-08"})
    assert (unsaid.status_code, unsaid.json()["code"]) == (422, "bad_request")
    assert "2025-08 is not final: " in unsaid.json()["detail"]
    asked = {"month": "2025-08", "provisional": True}
    made = httpx.post(f"{counts}/frozen", headers=door.headers, json=asked).json()
    assert (made["month"], made["number"], made["provisional"]) == ("2025-08-01", 1, True)
    assert [one["theirs"] for one in made["figures"]] == ["140.5000"]
    [listed] = httpx.get(f"{counts}/frozen", headers=door.headers).json()
    assert (listed["sha256"], "figures" in listed) == (made["sha256"], False)
    assert httpx.get(f"{counts}/frozen?month=2025-08&number=1", headers=door.headers).json() == [made]
    assert httpx.get(f"{counts}/frozen?month=2025-08&number=2", headers=door.headers).status_code == 422

    wrong = httpx.post(
        f"{counts}/billing", headers=door.headers, json={"buyer": buyer, "billed_by": "Nielsn"}
    )
    assert (wrong.status_code, "No second count was dropped by" in wrong.json()["detail"]) == (422, True)
    said = {"buyer": buyer, "billed_by": "doubleverify"}
    stands = httpx.post(f"{counts}/billing", headers=door.headers, json=said).json()
    assert [(one["buyer"], one["billed_by"]) for one in stands] == [(buyer, "DoubleVerify")]
    assert httpx.get(f"{counts}/billing", headers=door.headers).json() == stands
    changed = httpx.get(f"{counts}/changed?month=2025-08", headers=door.headers).json()
    assert changed["intact"] and changed["frozen"]["number"] == 1
    assert [(one["line_id"], one["reasons"]) for one in changed["changed"]] == [(CAMPAIGN, ["billed_by"])]
