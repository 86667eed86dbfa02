"""The product's own client reads the simulated API: every fault at once, and every figure still exact."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pyarrow as pa
import pytest

from campfill_pipeline.reporting.client import ReportingClient
from campfill_pipeline.reporting.description import connector
from campfill_pipeline.reporting.errors import ReportingError
from campfill_pipeline.simulator.api import serve
from campfill_pipeline.simulator.faults import Faults, parse_faults
from campfill_pipeline.simulator.world import World
from campfill_pipeline_tests.reporting.simulator.conftest import NOW, TODAY, TOKEN

_KEY = [
    ("hour_utc", "ascending"),
    ("site", "ascending"),
    ("deal_id", "ascending"),
    ("campaign_id", "ascending"),
]
_FIGURES = ["hour_utc", "site", "campaign_id", "deal_id", "impressions", "bids", "wins", "plays"]


def _figures(table: pa.Table) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = table.sort_by(_KEY).select(_FIGURES).to_pylist()
    return rows


def _with_pages_of(rows: int) -> connector.Connector:
    ppv = connector.load("ppv")
    return ppv.model_copy(update={"limits": ppv.limits.model_copy(update={"page_rows": rows})})


def _day(world: World, day: date) -> tuple[datetime, datetime]:
    start, end = (world.calendar.utc_hour(day + timedelta(n)) * 3600 for n in (0, 1))
    return datetime.fromtimestamp(start, UTC), datetime.fromtimestamp(end, UTC)


@pytest.mark.parametrize("seed", [1, 2])
def test_a_day_read_through_all_faults_is_the_truth(small_world: World, seed: int) -> None:
    day = TODAY - timedelta(3)
    faults = Faults(parse_faults("all"), seed=seed, rate=0.3, slow_seconds=0.01)
    with (
        serve(small_world, token=TOKEN, faults=faults, now=lambda: NOW) as api,
        ReportingClient(_with_pages_of(100), api.url, TOKEN) as client,
    ):
        fetched = client.fetch(*_day(small_world, day))
    assert _figures(fetched.table) == _figures(small_world.detail_table(day, day))
    assert len(faults.committed) >= 8


@pytest.mark.parametrize("fault", ["stuck", "loop-far"])
def test_pages_that_never_end_end_in_a_plain_error_or_in_the_truth(small_world: World, fault: str) -> None:
    day = TODAY - timedelta(3)
    faults = Faults(frozenset({fault}), rate=1.0)
    with (
        serve(small_world, token=TOKEN, faults=faults, now=lambda: NOW) as api,
        ReportingClient(_with_pages_of(100), api.url, TOKEN) as client,
    ):
        try:
            fetched = client.fetch(*_day(small_world, day))
        except ReportingError as error:
            assert TOKEN not in str(error)
        else:
            assert _figures(fetched.table) == _figures(small_world.detail_table(day, day))
