"""Rows of whole days beside rows of hours, and lines that reporting names by the list's own text."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from campfill_pipeline.domain.fulfillment import FulfillmentRules
from campfill_pipeline.warehouse.delivery.attribution import attribute, attribute_all
from campfill_pipeline.warehouse.figures.fulfillment import compute, refresh
from campfill_pipeline_tests.warehouse.delivery_rows import CAMPAIGN, Row, add_line, all_of, at, store

DAY = date(2025, 8, 4)
MIDNIGHT = at("2025-08-03T22:00")
HOURS = [Row(MIDNIGHT + timedelta(hours=n), impressions=Decimal(10)) for n in range(3)]
WHOLE = [Row(MIDNIGHT, impressions=Decimal(500), bids=None, wins=None, plays=None)]


def test_days_and_hours_of_a_line_never_add_up(connection: psycopg.Connection[Any]) -> None:
    attribute(connection, [add_line(connection, CAMPAIGN)])
    store(connection, DAY, WHOLE, source="api_day")
    daily = "SELECT day, source, impressions, bids FROM delivery_daily ORDER BY day"
    assert all_of(connection, daily) == [(DAY, "api_day", Decimal(500), None)]
    store(connection, DAY, HOURS)
    store(connection, DAY + timedelta(days=1), [Row(MIDNIGHT + timedelta(days=1))], source="api_day")
    found = all_of(connection, daily)
    assert found == [(DAY, "api", Decimal(30), 30), (DAY + timedelta(days=1), "api_day", Decimal(1), 10)]
    hourly = "SELECT source, count(*) FROM delivery_hourly GROUP BY source ORDER BY source"
    assert all_of(connection, hourly) == [("api", 3), ("api_day", 2)]
    told = "SELECT source, day, status FROM delivery_fetch ORDER BY source, day"
    assert [row[0] for row in all_of(connection, told)] == ["api", "api_day", "api_day"]
    attribute_all(connection)
    assert all_of(connection, daily) == found


@pytest.mark.parametrize(
    ("row", "cause", "not_told"),
    [
        ({}, "no_hours", None),
        ({"wins": None, "plays": None}, "no_funnel", ["wins", "plays"]),
        ({"bids": None, "wins": None, "plays": None}, "no_funnel", ["bids", "wins", "plays"]),
    ],
    ids=["funnel", "bids alone", "no funnel"],
)
def test_what_a_source_does_not_tell_is_unknown_and_not_nothing(
    connection: psycopg.Connection[Any], row: dict[str, Any], cause: str, not_told: object
) -> None:
    attribute(connection, [add_line(connection, CAMPAIGN, start=DAY, end=DAY + timedelta(days=1))])
    for number in range(2):
        midnight = MIDNIGHT + timedelta(days=number)
        store(connection, DAY + timedelta(days=number), [Row(midnight, **row)], source="api_day")
    now = datetime(2025, 8, 20, 6, tzinfo=UTC)
    refresh(connection, FulfillmentRules(), as_of=date(2025, 8, 20), now=now)
    figures = all_of(connection, "SELECT delivered, covered, days_fetched FROM fulfillment")
    assert figures == [(Decimal(2), True, 2)]
    [(found, evidence)] = all_of(connection, "SELECT cause, evidence FROM shortfall_cause")
    assert isinstance(evidence, dict)
    assert (found, evidence.get("not_told")) == (cause, not_told)
    [(wins,)] = all_of(connection, "SELECT sum(wins) FROM delivery_daily")
    assert wins == (10 if cause == "no_hours" else None)
    assert all_of(connection, "SELECT count(*) FROM reference_site_day") == [(0,)]


def named(connection: psycopg.Connection[Any], line_id: str, text: str) -> int:
    number = add_line(connection, line_id)
    connection.execute("UPDATE line_register SET external_id = %s WHERE line_no = %s", (text, number))
    return number


def test_reporting_may_name_a_line_as_its_list_does(connection: psycopg.Connection[Any]) -> None:
    row = Row(MIDNIGHT, campaign_id="li-77", impressions=Decimal(7))
    store(connection, DAY, [row])
    first = named(connection, CAMPAIGN, "LI-77")
    attribute(connection, [first])
    daily = "SELECT line_id::text, impressions FROM delivery_daily"
    assert all_of(connection, daily) == [(CAMPAIGN, Decimal(7))]
    attribute_all(connection)
    assert all_of(connection, daily) == [(CAMPAIGN, Decimal(7))]
    connection.execute("UPDATE line_register SET external_id = 'other' WHERE line_no = %s", (first,))
    attribute(connection, [first])
    assert all_of(connection, daily) == []


def test_a_name_of_two_lines_is_neithers(connection: psycopg.Connection[Any]) -> None:
    lines = [named(connection, f"c0000000-0000-0000-0000-00000000000{n}", "77") for n in (1, 2)]
    attribute(connection, lines)
    store(connection, DAY, [Row(MIDNIGHT, campaign_id="77")])
    assert all_of(connection, "SELECT campaign_id, line_id FROM report_row") == [("77", None)]
    connection.execute("UPDATE line_register SET withdrawn_at = now() WHERE line_no = %s", (lines[1],))
    attribute(connection, lines)
    assert all_of(connection, "SELECT line_id::text FROM delivery_daily") == [(CAMPAIGN,)]


def test_as_of_then_lines_are_named_as_they_were(connection: psycopg.Connection[Any]) -> None:
    store(connection, DAY, [Row(MIDNIGHT, campaign_id="77", impressions=Decimal(7))])
    attribute(connection, [named(connection, CAMPAIGN, "77")])
    (line,) = compute(connection, FulfillmentRules(), as_of=date(2025, 8, 20), contract="then", known="then")
    assert line["delivered"] == Decimal(7)


def test_an_orphan_that_has_a_lines_name_is_proposed_and_not_taken(
    connection: psycopg.Connection[Any],
) -> None:
    attribute(connection, [add_line(connection, CAMPAIGN)])
    store(connection, DAY, [Row(MIDNIGHT, campaign_id="77", campaign_name="a LINE")])
    store(connection, DAY + timedelta(days=1), [Row(MIDNIGHT + timedelta(days=1), campaign_id="78")])
    now = datetime(2025, 8, 20, 6, tzinfo=UTC)
    refresh(connection, FulfillmentRules(), as_of=date(2025, 8, 20), now=now)
    found = all_of(
        connection,
        "SELECT report_id, detail->'looks_like' FROM reconciliation WHERE kind_of_issue = 'orphan' ORDER BY 1",
    )
    assert found == [("77", [CAMPAIGN]), ("78", None)]
    assert all_of(connection, "SELECT delivered FROM fulfillment") == [(Decimal(0),)]
