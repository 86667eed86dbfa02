"""Hourly rows live in monthly partitions, which are made ahead, put aside and taken back."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal

import psycopg
import pytest

from campfill_pipeline.warehouse import database
from campfill_pipeline.warehouse.delivery import partitions
from campfill_pipeline.warehouse.delivery.errors import MonthDetachedError
from campfill_pipeline_tests.warehouse.delivery_rows import Row, all_of, at, store

AUGUST = date(2025, 8, 1)


def test_months_are_made_ahead_once(connection: psycopg.Connection) -> None:
    made = partitions.ahead(connection, date(2025, 11, 30), months=2)
    assert made == ["report_hour_2025_11", "report_hour_2025_12", "report_hour_2026_01"]
    assert partitions.ahead(connection, date(2025, 11, 30), months=2) == []
    assert partitions.ahead(connection, date(2025, 12, 1), months=2) == ["report_hour_2026_02"]


def test_a_local_day_may_lie_in_two_months(connection: psycopg.Connection) -> None:
    # September begins at 22:00 UTC on 31 August in Berlin.
    store(connection, date(2025, 9, 1), [Row(at("2025-08-31T22:00")), Row(at("2025-09-01T12:00"))])
    assert [(month.table, month.attached) for month in partitions.listing(connection)] == [
        ("report_hour_2025_08", True),
        ("report_hour_2025_09", True),
    ]


def test_storing_today_makes_the_next_month(connection: psycopg.Connection) -> None:
    store(connection, date(2025, 12, 30), [], now=at("2025-12-30T12:00"))
    assert [month.first for month in partitions.listing(connection)] == [date(2025, 12, 1), date(2026, 1, 1)]


def test_a_month_put_aside_keeps_its_daily_figures_and_is_not_fetched_over(
    connection: psycopg.Connection,
) -> None:
    day, row = date(2025, 8, 4), Row(at("2025-08-04T12:00"), impressions=Decimal("2.5"))
    store(connection, day, [row])
    assert partitions.detach(connection, date(2025, 8, 20)) == "report_hour_2025_08"
    connection.commit()
    assert all_of(connection, "SELECT count(*) FROM report_row") == [(0,)]
    assert all_of(connection, "SELECT impressions FROM report_day") == [(Decimal("2.5"),)]
    with pytest.raises(MonthDetachedError, match="2025-08"):
        store(connection, day, [])
    assert [month.attached for month in partitions.listing(connection)] == [False]
    partitions.attach(connection, AUGUST)
    connection.commit()
    assert store(connection, day, [row]).unchanged == 1


def test_a_reader_is_not_locked_out_while_a_month_is_made(
    connection: psycopg.Connection, database_url: str
) -> None:
    with database.connect(database_url) as reader:
        reader.execute("SELECT count(*) FROM report_hour")
        connection.execute("SET lock_timeout = '2s'")
        assert partitions.ahead(connection, AUGUST, months=0) == ["report_hour_2025_08"]
        reader.execute("SET lock_timeout = '2s'")
        assert reader.execute("SELECT count(*) FROM report_hour").fetchone() == (0,)


def test_two_makers_of_the_same_month_do_not_collide(
    connection: psycopg.Connection, database_url: str
) -> None:
    def make(_: int) -> list[str]:
        with database.connect(database_url) as own:
            return partitions.ahead(own, AUGUST, months=3)

    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(make, range(4)))
    assert sorted(len(names) for names in made) == [0, 0, 0, 4]
