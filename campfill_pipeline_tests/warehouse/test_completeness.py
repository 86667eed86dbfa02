"""What is stored is compared with the source's own totals, with its neighbours, and with the clock."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import psycopg
import pyarrow as pa

from campfill_pipeline.warehouse.delivery import completeness
from campfill_pipeline.warehouse.delivery.attribution import attribute
from campfill_pipeline_tests.warehouse.delivery_rows import CAMPAIGN, DEAL, Row, add_line, all_of, at, store

FIRST, LAST = date(2025, 8, 4), date(2025, 8, 6)
NOW = at("2025-08-09T00:00")


def overview(
    connection: psycopg.Connection, *totals: tuple[str, str, str], to_day: date = LAST
) -> set[object]:
    """Store totals; returns the lines that were touched by it."""
    connection.execute("DELETE FROM line_dirty")
    table = pa.table(
        {
            "entity": [entity for entity, _, _ in totals],
            "id": [found for _, found, _ in totals],
            "name": ["A name"] * len(totals),
            "purchase_type": [None] * len(totals),
            "impressions": pa.array([Decimal(total) for *_, total in totals], pa.decimal128(22, 4)),
        }
    )
    stored = completeness.store_overview(connection, table, from_day=FIRST, to_day=to_day, now=NOW)
    assert stored == len(totals)
    return {line for (line,) in all_of(connection, "SELECT line_no FROM line_dirty")}


def store_days(connection: psycopg.Connection, days: int, rows: int = 1) -> None:
    for number in range(days):
        day = FIRST + timedelta(days=number)
        store(
            connection, day, [Row(at(f"{day}T12:00"), site=str(site), deal_id=DEAL) for site in range(rows)]
        )


def test_the_newest_totals_are_kept_and_touch_the_lines_whose_total_changed(
    connection: psycopg.Connection,
) -> None:
    first, second = add_line(connection, CAMPAIGN), add_line(connection, DEAL, kind="deal")
    attribute(connection, [first, second])
    store_days(connection, 1)
    kept = "SELECT entity, entity_id, impressions FROM report_overview ORDER BY entity"
    assert overview(connection, ("campaigns", CAMPAIGN, "3"), ("deals", DEAL.upper(), "3.5")) == {
        first,
        second,
    }
    assert all_of(connection, kept) == [("campaign", CAMPAIGN, Decimal(3)), ("deal", DEAL, Decimal("3.5"))]
    assert overview(connection, ("campaigns", CAMPAIGN, "3"), ("deals", DEAL, "4")) == {second}
    assert overview(connection, ("campaigns", "a stranger", "5")) == set()
    assert overview(connection) == set()
    # Other days matter to lines that delivered on them.
    assert overview(connection, ("campaigns", CAMPAIGN, "3"), to_day=FIRST) == set()
    day_before = FIRST - timedelta(days=1)
    assert overview(connection, ("campaigns", CAMPAIGN, "3"), to_day=day_before) == {first}
    assert len(all_of(connection, kept)) == 3


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
