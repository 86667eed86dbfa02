"""Delivery is counted in one time zone: another one is refused, or sums everything anew."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import psycopg
import pytest

from campfill_pipeline.domain.fulfillment import FulfillmentRules
from campfill_pipeline.warehouse.delivery import zone
from campfill_pipeline.warehouse.delivery.attribution import attribute
from campfill_pipeline.warehouse.figures import fulfillment
from campfill_pipeline.warehouse.rebuild import replay
from campfill_pipeline_tests.warehouse.delivery_rows import CAMPAIGN, Row, add_line, all_of, at, store

DAY = date(2025, 8, 4)
NOW = datetime(2025, 8, 20, 12, tzinfo=UTC)
# 22:00 UTC on the 4th is the 5th in Berlin.
ROWS = [
    Row(at("2025-08-04T12:00"), impressions=Decimal(100)),
    Row(at("2025-08-04T21:00"), impressions=Decimal(10)),
]


def fill(connection: psycopg.Connection) -> None:
    line = add_line(connection, CAMPAIGN, start=DAY, end=DAY)
    attribute(connection, [line])
    store(connection, DAY - timedelta(1), [])
    store(connection, DAY, ROWS)
    fulfillment.refresh(connection, FulfillmentRules(), as_of=DAY, now=NOW)


def test_another_time_zone_is_refused_with_the_mend(connection: psycopg.Connection) -> None:
    fill(connection)
    with pytest.raises(zone.ZoneChangedError, match=r"Europe/Berlin.*campfill rebuild"):
        store(connection, DAY, ROWS, timezone="UTC")
    connection.rollback()
    rules = FulfillmentRules(timezone="America/New_York")
    with pytest.raises(zone.ZoneChangedError):
        fulfillment.compute(connection, rules, as_of=DAY)
    with pytest.raises(zone.ZoneChangedError):
        fulfillment.refresh(connection, rules, as_of=DAY, now=NOW)
    assert all_of(connection, "SELECT sum(impressions) FROM line_day") == [(110,)]


@pytest.mark.parametrize("rows", [ROWS, []])
def test_the_first_stored_day_decides_before_any_figure_was_made(
    connection: psycopg.Connection, rows: list[Row]
) -> None:
    store(connection, DAY, rows)
    with pytest.raises(zone.ZoneChangedError, match=r"Europe/Berlin.*campfill rebuild"):
        store(connection, DAY + timedelta(1), ROWS[:0], timezone="UTC")
    connection.rollback()
    with pytest.raises(zone.ZoneChangedError):
        fulfillment.refresh(connection, FulfillmentRules(timezone="UTC"), as_of=DAY, now=NOW)
    assert zone.counted_in(connection) == "Europe/Berlin"


def test_a_home_without_delivery_may_change_its_zone(connection: psycopg.Connection) -> None:
    add_line(connection, CAMPAIGN, start=DAY, end=DAY)
    fulfillment.refresh(connection, FulfillmentRules(), as_of=DAY, now=NOW)
    fulfillment.refresh(connection, FulfillmentRules(timezone="UTC"), as_of=DAY, now=NOW)
    store(connection, DAY, ROWS, timezone="UTC")
    fulfillment.refresh(connection, FulfillmentRules(timezone="UTC"), as_of=DAY, now=NOW)
    assert zone.counted_in(connection) == "UTC"


def test_a_rebuild_sums_anew_and_no_day_is_complete_any_more(
    connection: psycopg.Connection, database_url: str
) -> None:
    fill(connection)
    store(connection, DAY + timedelta(1), [Row(at("2025-08-04T23:00"), impressions=Decimal(1))])
    connection.commit()

    def nothing(upload: object) -> replay.Validated:
        raise AssertionError(upload)

    rules = FulfillmentRules(timezone="UTC")
    replay.rebuild(database_url, nothing, rules=rules, as_of=DAY + timedelta(9), now=NOW)
    assert all_of(connection, "SELECT day, sum(impressions) FROM report_day GROUP BY day") == [
        (DAY, Decimal(111))
    ]
    assert all_of(connection, "SELECT DISTINCT status FROM delivery_fetch") == [("partial",)]
    assert zone.counted_in(connection) == "UTC"
    store(connection, DAY, [*ROWS, Row(at("2025-08-04T23:00"), impressions=Decimal(1))], timezone="UTC")
    assert all_of(connection, "SELECT sum(impressions) FROM report_hour") == [(Decimal(111),)]
