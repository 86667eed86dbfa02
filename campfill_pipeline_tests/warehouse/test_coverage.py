"""Which days are complete, which failed, and which are asked for next."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import psycopg

from campfill_pipeline.domain.fulfillment import FulfillmentRules
from campfill_pipeline.warehouse.delivery import coverage
from campfill_pipeline.warehouse.delivery.coverage import days_to_fetch, record_failure
from campfill_pipeline.warehouse.figures.fulfillment import refresh
from campfill_pipeline.warehouse.readers import status
from campfill_pipeline_tests.warehouse.delivery_rows import CAMPAIGN, DEAL, Row, add_line, all_of, at, store

DAY = date(2025, 8, 4)
TODAY = date(2025, 8, 10)
STATE = "SELECT status, rows, failures, detail FROM delivery_fetch"


def days(first: int, last: int) -> list[date]:
    return [date(2025, 8, number) for number in range(first, last + 1)]


def test_a_failure_is_recorded_and_leaves_rows_and_completeness_alone(connection: psycopg.Connection) -> None:
    record_failure(connection, "api", DAY, detail="The API answered 503.", now=at("2025-08-06T00:00"))
    assert all_of(connection, STATE) == [("failed", 0, 1, "The API answered 503.")]
    store(connection, DAY, [Row(at("2025-08-04T12:00"))])
    assert all_of(connection, STATE) == [("complete", 1, 0, None)]
    for _ in range(2):
        record_failure(connection, "api", DAY, detail="The token was refused.", now=at("2025-08-07T00:00"))
    assert all_of(connection, STATE) == [("complete", 1, 2, "The token was refused.")]
    assert all_of(connection, "SELECT count(*) FROM report_row") == [(1,)]


def test_a_failure_of_today_makes_it_failed_until_it_is_fetched_again(connection: psycopg.Connection) -> None:
    noon = at("2025-08-04T12:00")
    store(connection, DAY, [Row(at("2025-08-04T09:00"))], now=noon)
    record_failure(connection, "api", DAY, detail="cut", now=noon)
    assert all_of(connection, STATE) == [("failed", 1, 1, "cut")]
    store(connection, DAY, [Row(at("2025-08-04T09:00"))], now=noon)
    assert all_of(connection, STATE) == [("partial", 1, 0, None)]


def test_a_fetch_that_began_before_the_day_was_over_is_partial(connection: psycopg.Connection) -> None:
    # Midnight in Berlin is 22:00 UTC in summer.
    assert store(connection, DAY, [], now=at("2025-08-04T21:59")).status == "partial"
    assert store(connection, DAY, [], now=at("2025-08-04T22:00")).status == "complete"
    assert store(connection, DAY, [], now=at("2025-08-06T00:00"), complete=False).status == "complete"
    other = store(connection, date(2025, 8, 5), [], now=at("2025-08-07T00:00"), complete=False)
    assert other.status == "partial"


def test_without_lines_today_and_the_restatement_days_are_asked_for(connection: psycopg.Connection) -> None:
    assert days_to_fetch(connection, TODAY, 3) == days(7, 10)
    assert days_to_fetch(connection, TODAY, 0) == [TODAY]


def test_missing_flight_days_of_known_lines_are_asked_for(connection: psycopg.Connection) -> None:
    add_line(connection, CAMPAIGN, start=date(2025, 8, 2), end=date(2025, 8, 4))
    add_line(connection, DEAL, start=date(2025, 8, 4), end=date(2025, 12, 24))
    assert days_to_fetch(connection, TODAY, 0) == days(2, 10)
    store(connection, date(2025, 8, 3), [])
    record_failure(connection, "api", date(2025, 8, 4), detail="cut", now=at("2025-08-06T00:00"))
    assert days_to_fetch(connection, TODAY, 1) == [day for day in days(2, 10) if day.day != 3]
    assert days_to_fetch(connection, TODAY, 0, limit=2) == days(8, 10)
    assert days_to_fetch(connection, TODAY, 0, earliest=date(2025, 8, 6)) == days(6, 10)
    assert days_to_fetch(connection, TODAY, 0, source="csv") == days(2, 10)


def test_lines_yet_to_come_or_withdrawn_ask_for_nothing(connection: psycopg.Connection) -> None:
    add_line(connection, CAMPAIGN, start=date(2025, 9, 1), end=date(2025, 9, 4))
    gone = add_line(connection, DEAL, start=date(2025, 8, 1), end=date(2025, 8, 4))
    connection.execute("UPDATE line_register SET withdrawn_at = now() WHERE line_no = %s", (gone,))
    assert days_to_fetch(connection, TODAY, 0) == [TODAY]


def test_a_line_that_starts_at_once_asks_from_the_day_before_it_was_first_seen(
    connection: psycopg.Connection,
) -> None:
    # 22:30 UTC on the 5th is the 6th in Berlin.
    add_line(connection, CAMPAIGN, start=None, end=date(2025, 8, 31), first_seen=at("2025-08-05T22:30"))
    add_line(connection, DEAL, start=None, end=date(2025, 8, 2), first_seen=at("2025-08-05T22:30"))
    assert days_to_fetch(connection, TODAY, 0) == [*days(1, 2), *days(5, 10)]
    assert days_to_fetch(connection, TODAY, 0, timezone="UTC") == [*days(1, 2), *days(4, 10)]


def test_a_line_that_starts_at_once_asks_until_a_day_without_delivery_shows_its_start(
    connection: psycopg.Connection,
) -> None:
    """Its delivery began on the 3rd; its list came on the 9th, and only the 8th was fetched."""
    add_line(connection, CAMPAIGN, start=None, end=date(2025, 8, 9), first_seen=at("2025-08-09T10:00"))
    begun = date(2025, 8, 3)

    def deliver(day: date) -> None:
        rows = [Row(at(f"{day}T12:00"))] if day >= begun else []
        store(connection, day, rows, now=at("2025-08-10T09:00"))

    deliver(date(2025, 8, 8))
    assert days_to_fetch(connection, TODAY, 0) == [*days(7, 7), *days(9, 10)]
    deliver(date(2025, 8, 5))
    assert days_to_fetch(connection, TODAY, 0) == [*days(4, 4), *days(6, 7), *days(9, 10)]
    asked = []
    while missing := [day for day in days_to_fetch(connection, TODAY, 0) if day < TODAY]:
        asked += missing
        for day in missing:
            deliver(day)
    assert sorted(asked) == [*days(2, 4), *days(6, 7), *days(9, 9)]


def test_what_is_known_of_a_day_can_be_read(connection: psycopg.Connection) -> None:
    assert coverage.get(connection, "api", DAY) is None
    store(connection, DAY, [Row(at("2025-08-04T12:00"))], now=at("2025-08-06T00:00"))
    known = coverage.get(connection, "api", DAY)
    assert known is not None
    assert (known.status, known.rows, known.fetched_at) == ("complete", 1, at("2025-08-06T00:00"))
    assert known.first_complete_at == at("2025-08-06T00:00") + timedelta(0)


def test_a_day_on_which_nothing_of_a_line_counted_is_not_its_start(connection: psycopg.Connection) -> None:
    add_line(connection, CAMPAIGN, start=None, end=date(2025, 8, 9), first_seen=at("2025-08-09T10:00"))
    store(connection, date(2025, 8, 4), [Row(at("2025-08-04T12:00"), impressions=Decimal(0))])
    store(connection, date(2025, 8, 7), [Row(at("2025-08-07T12:00"))])
    assert days_to_fetch(connection, TODAY, 0) == [*days(6, 6), *days(8, 10)]


def test_status_names_the_days_missing_in_between_that_a_line_needs(connection: psycopg.Connection) -> None:
    def holes() -> list[tuple[object, ...]]:
        refresh(connection, FulfillmentRules(), as_of=TODAY, now=at("2025-08-10T06:00"), full=True)
        found = status.facts(connection, now=at("2025-08-10T06:00"))["holes"]
        return [tuple(hole.values()) for hole in found]

    for day in (1, 2, 4, 7, 8):
        store(connection, date(2025, 8, day), [])
    assert holes() == [], "nobody needs them"
    add_line(connection, CAMPAIGN, start=date(2025, 8, 2), end=date(2025, 8, 5))
    assert holes() == [("api", 2, date(2025, 8, 3), date(2025, 8, 5))]
    for day in (3, 5):
        store(connection, date(2025, 8, day), [])
    assert holes() == []
