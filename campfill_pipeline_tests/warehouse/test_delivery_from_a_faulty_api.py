"""From a reporting API that commits every fault at random to stored rows: the truth, to the last decimal."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import psycopg
import pyarrow as pa
import pytest

from campfill_pipeline.domain.local_days import day_window
from campfill_pipeline.reporting.client import ReportingClient
from campfill_pipeline.simulator.api import SimulatedApi, serve
from campfill_pipeline.simulator.faults import Faults, parse_faults
from campfill_pipeline.simulator.roster import Shape
from campfill_pipeline.simulator.world import make_world
from campfill_pipeline.warehouse.delivery.day import FetchedDay, FetchFacts, store_day
from campfill_pipeline_tests.reporting.loopback import QuickClock
from campfill_pipeline_tests.reporting.ppv_rows import one_window
from campfill_pipeline_tests.warehouse.delivery_rows import BERLIN, all_of
from campfill_pipeline_tests.warehouse.simulated import register

TODAY = date(2026, 4, 2)  # some days after the clocks went forward
NOW = datetime(2026, 4, 2, 12, tzinfo=UTC)
KEY = ("hour_utc", "site", "campaign_id", "deal_id")
FIGURES = ("impressions", "bids", "wins", "plays")
SMALL = Shape.small()
LARGE = Shape(
    lines=300, ended=180, live=60, scheduled=10, straddling=20, runtimes=200, goals=200, cpms=90, sites=3
)

Rows = dict[tuple[object, ...], tuple[object, ...]]


def truth(api: SimulatedApi, days: list[date]) -> Rows:
    table = api.detail_table(days[0], days[-1])
    columns = [table[name].to_pylist() for name in (*KEY, *FIGURES)]
    return {row[: len(KEY)]: row[len(KEY) :] for row in zip(*columns, strict=True)}


def stored(connection: psycopg.Connection) -> Rows:
    rows = all_of(connection, f"SELECT {', '.join((*KEY, *FIGURES))} FROM report_row")
    found = {row[: len(KEY)]: row[len(KEY) :] for row in rows}
    assert len(found) == len(rows)
    return found


def fetch_all(connection: psycopg.Connection, api: SimulatedApi, days: list[date], now: datetime) -> int:
    """Fetch and store these days; returns how many rows were refused."""
    description = one_window(page_rows=400, window_hours=8, concurrency=2)
    refused_rows = 0
    with ReportingClient(description, api.url, api.token, clock=QuickClock()) as client:
        for day in days:
            refused: list[object] = []

            def pages(day: date = day, refused: list[object] = refused) -> Iterator[pa.Table]:
                for page in client.detail(*day_window(day, BERLIN)):
                    refused.extend(page.refused)
                    yield page.table

            fetched = FetchedDay(
                day=day, rows=pages(), refused=refused, fetch=FetchFacts(now), complete=True  # type: ignore[arg-type]
            )  # fmt: skip
            result = store_day(connection, fetched, timezone=BERLIN, now=now)
            assert result.status == "complete"
            refused_rows += len(refused)
    return refused_rows


def daily(rows: Rows) -> dict[date, Decimal]:
    totals: dict[date, Decimal] = {}
    for (hour, *_), (impressions, *_) in rows.items():
        assert isinstance(hour, datetime)
        assert isinstance(impressions, Decimal)
        day = hour.astimezone(BERLIN).date()
        totals[day] = totals.get(day, Decimal(0)) + impressions
    return totals


@pytest.mark.parametrize(
    ("shape", "number"),
    [(SMALL, 5), pytest.param(LARGE, 92, marks=[pytest.mark.long, pytest.mark.timeout(3600)])],
)
def test_every_figure_is_the_servers_and_every_restatement_is_recorded_once(
    connection: psycopg.Connection, shape: Shape, number: int
) -> None:
    world = make_world(TODAY, seed=11, shape=shape)
    days = [TODAY - timedelta(days=back) for back in range(number, 0, -1)]
    register(connection, world.lines, NOW)
    connection.commit()
    faults = Faults(parse_faults("all"), seed=3, rate=0.5, slow_seconds=0)
    with serve(world, faults=faults, now=lambda: NOW) as api:
        refused = fetch_all(connection, api, days, NOW)
        before = truth(api, days)
        assert stored(connection) == before
        assert dict(connection.execute("SELECT day, sum(impressions) FROM report_day GROUP BY day")) == daily(
            before
        )
        assert refused
        assert all_of(connection, "SELECT * FROM delivery_restatement") == []

        assert api.restate().rows
        fetch_all(connection, api, days, NOW + timedelta(hours=1))
        after = truth(api, days)
        assert stored(connection) == after
        assert dict(connection.execute("SELECT day, sum(impressions) FROM report_day GROUP BY day")) == daily(
            after
        )
    assert len(faults.committed) >= 10
    recorded = all_of(connection, f"SELECT {', '.join(KEY)}, before, after FROM delivery_restatement")
    changed = {key: (before[key][0], after[key][0]) for key in before if before[key] != after[key]}
    assert {row[: len(KEY)]: row[len(KEY) :] for row in recorded} == changed
    assert len(recorded) == len(changed)
