"""What is stored is compared with the source's own totals, with its neighbours, and with the clock."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import psycopg
import pyarrow as pa

from campfill_pipeline.warehouse import completeness
from campfill_pipeline.warehouse.attribution import attribute
from campfill_pipeline_tests.warehouse.delivery_rows import CAMPAIGN, DEAL, Row, add_line, at, store

FIRST, LAST = date(2025, 8, 4), date(2025, 8, 6)
NOW = at("2025-08-09T00:00")


def overview(connection: psycopg.Connection, *totals: tuple[str, str, str]) -> None:
    table = pa.table(
        {
            "entity": [entity for entity, _, _ in totals],
            "id": [found for _, found, _ in totals],
            "name": ["A name"] * len(totals),
            "purchase_type": [None] * len(totals),
            "impressions": pa.array([Decimal(total) for *_, total in totals], pa.decimal128(22, 4)),
        }
    )
    completeness.store_overview(connection, table, from_day=FIRST, to_day=LAST, now=NOW)


def mismatches(connection: psycopg.Connection) -> list[tuple[str, str, Decimal, int]]:
    found = completeness.overview_mismatches(connection)
    return [(one.entity, one.entity_id, one.difference, one.days_unfetched) for one in found]


def store_days(connection: psycopg.Connection, days: int, rows: int = 1) -> None:
    for number in range(days):
        day = FIRST + timedelta(days=number)
        store(
            connection, day, [Row(at(f"{day}T12:00"), site=str(site), deal_id=DEAL) for site in range(rows)]
        )


def test_an_overview_that_differs_from_the_summed_hours_is_listed_worst_first(
    connection: psycopg.Connection,
) -> None:
    lines = [
        add_line(connection, CAMPAIGN, start=FIRST, end=LAST),
        add_line(connection, DEAL, kind="deal", start=FIRST, end=LAST),
    ]
    attribute(connection, lines)
    store_days(connection, 3)
    # The rows count for the campaign, but the source sums them for the deal as well.
    overview(connection, ("campaigns", CAMPAIGN, "3"), ("deals", DEAL.upper(), "3"))
    assert mismatches(connection) == []
    overview(connection, ("campaigns", CAMPAIGN, "3.0001"), ("deals", DEAL, "1"))
    assert mismatches(connection) == [
        ("deal", DEAL, Decimal(-2), 0),
        ("campaign", CAMPAIGN, Decimal("0.0001"), 0),
    ]
    assert len(completeness.overview_mismatches(connection, tolerance=Decimal("0.01"))) == 1


def test_a_line_whose_days_were_not_all_fetched_is_not_compared(connection: psycopg.Connection) -> None:
    attribute(connection, [add_line(connection, CAMPAIGN, start=FIRST, end=LAST)])
    store_days(connection, 2)
    overview(connection, ("campaigns", CAMPAIGN, "30"), ("campaigns", "some other id", "5"))
    assert mismatches(connection) == []
    store_days(connection, 3)
    assert mismatches(connection) == [("campaign", CAMPAIGN, Decimal(27), 0)]


def test_days_of_the_overview_beside_the_flight_that_were_not_fetched_are_counted(
    connection: psycopg.Connection,
) -> None:
    attribute(connection, [add_line(connection, CAMPAIGN, start=FIRST, end=FIRST)])
    store_days(connection, 1)
    overview(connection, ("campaigns", CAMPAIGN, "8"))
    assert mismatches(connection) == [("campaign", CAMPAIGN, Decimal(7), 2)]


def test_a_day_far_below_its_neighbours_is_found(connection: psycopg.Connection) -> None:
    store_days(connection, 7, rows=10)
    assert completeness.thin_days(connection) == []
    thin = date(2025, 8, 7)
    store(connection, thin, [Row(at(f"{thin}T12:00"), site=str(site)) for site in range(4)])
    found = completeness.thin_days(connection)
    assert [(day.day, day.rows, day.usual_rows) for day in found] == [(thin, 4, 10)]
    store(connection, thin, [])
    assert [day.rows for day in completeness.thin_days(connection)] == [0]
    assert completeness.thin_days(connection, since=date(2025, 8, 8)) == []
    assert completeness.thin_days(connection, share=Decimal(0)) == []


def test_a_day_with_all_rows_but_little_in_them_is_thin_too(connection: psycopg.Connection) -> None:
    store_days(connection, 5, rows=4)
    day = date(2025, 8, 6)
    store(
        connection, day, [Row(at(f"{day}T12:00"), site=str(n), impressions=Decimal("0.1")) for n in range(4)]
    )
    assert [found.day for found in completeness.thin_days(connection)] == [day]


def test_silence_is_measured_from_the_end_of_the_newest_hour(connection: psycopg.Connection) -> None:
    never = completeness.silence(connection, NOW)
    assert (never.last_hour, never.since_hour, never.since_fetch) == (None, None, None)
    store(connection, FIRST, [Row(at("2025-08-04T12:00"))], now=at("2025-08-04T14:00"))
    heard = completeness.silence(connection, at("2025-08-04T16:30"))
    assert heard.since_hour == timedelta(hours=3, minutes=30)
    assert heard.since_fetch == timedelta(hours=2, minutes=30)


def test_an_hour_that_had_not_begun_when_it_was_fetched_shows_a_wrong_clock(
    connection: psycopg.Connection,
) -> None:
    store(connection, FIRST, [Row(at("2025-08-04T12:00"))], now=at("2025-08-04T12:05"))
    assert completeness.clock_ahead(connection, at("2025-08-04T12:06")) is None
    store(connection, FIRST, [Row(at("2025-08-04T12:00"))], now=at("2025-08-04T11:15"))
    ahead = completeness.clock_ahead(connection, at("2025-08-04T11:16"))
    assert ahead is not None
    assert (ahead.last_hour, ahead.ahead) == (at("2025-08-04T12:00"), timedelta(minutes=45))
