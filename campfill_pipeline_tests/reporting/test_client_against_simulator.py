"""The client against the simulated API that commits every fault: what arrives is the truth, exactly."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest

from campfill_pipeline.domain.report_schema import broken_promises
from campfill_pipeline.reporting.client import ReportingClient
from campfill_pipeline.simulator.api import SimulatedApi, serve
from campfill_pipeline.simulator.faults import Faults, parse_faults
from campfill_pipeline.simulator.world import World, make_world
from campfill_pipeline_tests.reporting.loopback import QuickClock
from campfill_pipeline_tests.reporting.ppv_rows import one_window

BERLIN = ZoneInfo("Europe/Berlin")
TODAY = date(2026, 3, 31)  # two days after the clocks went forward
DAYS = [TODAY - timedelta(days=back) for back in (1, 2, 3)]


@pytest.fixture(scope="module")
def world() -> World:
    return make_world(TODAY, seed=5)


@pytest.fixture
def faulty(world: World) -> Iterator[SimulatedApi]:
    faults = Faults(parse_faults("all"), seed=7, rate=0.5, slow_seconds=0.01)
    now = datetime(2026, 3, 31, 12, tzinfo=UTC)
    with serve(world, faults=faults, now=lambda: now) as api:
        yield api


def in_order(table: pa.Table) -> pa.Table:
    keys = ["hour_utc", "site", "campaign_id", "deal_id"]
    return table.sort_by([(key, "ascending") for key in keys])


def test_every_figure_is_the_servers_in_spite_of_all_faults(faulty: SimulatedApi) -> None:
    description = one_window(page_rows=700, window_hours=6, concurrency=2)
    refused = 0
    with ReportingClient(description, faulty.url, faulty.token, clock=QuickClock()) as client:
        for day in DAYS:
            start = datetime.combine(day, datetime.min.time(), BERLIN)
            end = datetime.combine(day + timedelta(days=1), datetime.min.time(), BERLIN)
            fetched = client.fetch(start, end)
            truth = faulty.detail_table(day, day)
            refused += len(fetched.refused)
            assert broken_promises(fetched.table) == ()
            figures = ["hour_utc", "site", "campaign_id", "deal_id", "impressions", "bids", "wins", "plays"]
            assert in_order(fetched.table).select(figures).equals(in_order(truth).select(figures))
    committed = set(faulty.faults.committed)
    assert len(committed) >= 12
    assert refused
