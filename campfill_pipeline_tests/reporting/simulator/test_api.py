"""The simulated API over real HTTP: tokens, windows, cursors, notations, restatements."""

from __future__ import annotations

import time
from decimal import Decimal
from typing import Any

import pyarrow.compute as pc
import pytest
import requests

from campfill_pipeline.simulator.api import SimulatedApi, serve
from campfill_pipeline.simulator.wire import detail_answer, identities
from campfill_pipeline.simulator.world import World
from campfill_pipeline_tests.reporting.simulator.conftest import TODAY, TOKEN, Get, all_rows

_DAY = {"from": "2026-11-19T23:00:00Z", "to": "2026-11-20T23:00:00Z"}


def _amount(value: Any) -> Decimal:
    if isinstance(value, str):
        return Decimal(value.replace(".", "").replace(",", "."))
    return Decimal(str(value))


@pytest.mark.parametrize("token", ["", "wrong", "a-token-for-test"])
def test_without_the_right_token_nothing_is_told(get: Get, token: str) -> None:
    answer = get("/v1/detail", token=token, **_DAY)
    assert answer.status_code == 401
    assert "rows" not in answer.json()


@pytest.mark.parametrize("limit", [7, 500, 100_000])
def test_pages_of_any_size_hold_every_row_once(get: Get, small_world: World, limit: int) -> None:
    rows = all_rows(get, "/v1/detail", **_DAY | {"from": "2026-11-20T16:00:00Z"}, limit=limit)
    told = small_world.between(*(small_world.calendar.utc_hour(TODAY) - hours for hours in (55, 48)))
    assert len(rows) == len(told) > 0


def test_a_day_is_told_to_the_last_digit(get: Get, small_world: World) -> None:
    rows = all_rows(get, "/v1/detail", **_DAY)
    day = TODAY.replace(day=20)
    truth = small_world.detail_table(day, day)
    assert len(rows) == truth.num_rows
    assert [_amount(row["Total Impressions"]) for row in rows] == truth["impressions"].to_pylist()
    dates = [f"{hour:%Y-%m-%dT%H}:00:00.000Z" for hour in truth["hour_utc"].to_pylist()]
    assert [row["Date"] for row in rows] == dates
    assert [row["Sync Group Plays"] for row in rows] == truth["plays"].to_pylist()
    assert [row["Site"] for row in rows] == truth["site"].to_pylist()
    assert [row["Deal ID"] for row in rows] == truth["deal_id"].to_pylist()


def test_impressions_come_as_numbers_and_as_german_text(get: Get) -> None:
    amounts = [row["Total Impressions"] for row in all_rows(get, "/v1/detail", **_DAY)]
    assert {type(amount) for amount in amounts} == {float, str}
    assert any("," in amount for amount in amounts if isinstance(amount, str))


def test_a_deal_without_campaign_has_the_columns_null_or_absent(get: Get) -> None:
    rows = all_rows(get, "/v1/detail", **_DAY)
    deals = [row for row in rows if not row.get("Core DSP Campaign ID")]
    assert {"Core DSP Campaign ID" in row for row in deals} == {True, False}


def test_hours_that_are_not_over_are_not_told(get: Get) -> None:
    rows = all_rows(get, "/v1/detail", **{"from": "2026-11-22T23:00:00Z", "to": "2026-12-30T23:00:00Z"})
    assert max(row["Date"] for row in rows) == "2026-11-23T10:00:00.000Z"


@pytest.mark.parametrize("entity", ["campaigns", "deals"])
def test_the_overview_is_the_sum_of_the_detail(get: Get, small_world: World, entity: str) -> None:
    column = {"campaigns": "Core DSP Campaign ID", "deals": "Deal ID"}[entity]
    query = {"entity": entity, "from": "2026-11-01", "to": "2026-11-20", "limit": 50}
    totals = {
        row[column].lower(): _amount(row["Total Impressions"])
        for row in all_rows(get, "/v1/overview", **query)
    }
    id_column = {"campaigns": "campaign_id", "deals": "deal_id"}[entity]
    table = small_world.detail_table(TODAY.replace(day=1), TODAY.replace(day=20))
    sums = table.group_by(id_column).aggregate([("impressions", "sum")]).to_pylist()
    expected = {row[id_column]: row["impressions_sum"] for row in sums if row[id_column]}
    differing = {line_id for line_id in expected if totals[line_id] != expected[line_id]}
    assert totals.keys() == expected.keys()
    assert differing <= {line_id for line_id, _ in small_world.odd.overview_factor}


@pytest.mark.parametrize(
    ("path", "change", "status"),
    [
        ("/v1/detail", {"from": "yesterday"}, 400),
        ("/v1/detail", {"from": "2026-11-19T23:30:00Z"}, 400),
        ("/v1/detail", {"to": ""}, 400),
        ("/v1/detail", {"limit": "0"}, 400),
        ("/v1/detail", {"cursor": "elsewhere"}, 400),
        ("/v1/detail", {"from": "2020-01-01T00:00:00Z"}, 410),
        ("/v1/overview", {"entity": "sites"}, 400),
        ("/v2/detail", {}, 404),
    ],
)
def test_what_cannot_be_answered_is_refused_with_a_reason(
    get: Get, path: str, change: dict[str, str], status: int
) -> None:
    answer = get(path, **_DAY | change)
    assert answer.status_code == status
    assert answer.json()["error"]


def test_a_restatement_changes_a_tenth_of_the_hours_and_no_row_comes_or_goes(
    api: SimulatedApi, get: Get, small_world: World
) -> None:
    before = {(row["Date"], row["Site"], row["Deal ID"]): row for row in all_rows(get, "/v1/detail", **_DAY)}
    table = api.detail_table(small_world.first_day, TODAY)
    done = api.restate()
    after = {(row["Date"], row["Site"], row["Deal ID"]): row for row in all_rows(get, "/v1/detail", **_DAY)}
    restated = api.detail_table(small_world.first_day, TODAY)
    assert before.keys() == after.keys()
    changed = pc.not_equal(table["impressions"], restated["impressions"])
    assert pc.sum(changed).as_py() == done.rows
    hours = len(pc.unique(table["hour_utc"]))
    assert len(pc.unique(table.filter(changed)["hour_utc"])) == done.hours == round(hours / 10)


def test_a_restatement_can_be_asked_for_by_whoever_has_the_token(
    api: SimulatedApi, small_world: World
) -> None:
    before = api.detail_table(small_world.first_day, TODAY)
    refused = requests.post(f"{api.url}/v1/restate", timeout=10)
    assert (refused.status_code, api.detail_table(small_world.first_day, TODAY)) == (401, before)
    done = requests.post(f"{api.url}/v1/restate", headers={"Authorization": f"Bearer {TOKEN}"}, timeout=10)
    assert done.json()["rows"] > 0
    assert api.detail_table(small_world.first_day, TODAY) != before


def test_rows_are_written_at_100_000_a_second_and_more(full_world: World) -> None:
    identity = identities(full_world)
    rows = full_world.rows.take(slice(100_000, 200_000))
    seconds = []
    for _ in range(3):
        begun = time.process_time()
        detail_answer(full_world, rows, identity)
        seconds.append(time.process_time() - begun)
    assert min(seconds) < 1


def test_it_does_not_answer_other_machines(small_world: World) -> None:
    with pytest.raises(ValueError, match="this machine only"):
        serve(small_world, host="0.0.0.0")
