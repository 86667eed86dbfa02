"""Several reporting APIs in one home: one counts for a line and day, each has days of its own, and what is not known is
not taken for nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as example_settings
from hypothesis import strategies as st

from campfill_pipeline.domain.fulfillment import FulfillmentRules
from campfill_pipeline.warehouse.delivery import sources
from campfill_pipeline.warehouse.delivery.attribution import attribute
from campfill_pipeline.warehouse.delivery.coverage import days_to_fetch, record_failure
from campfill_pipeline.warehouse.figures.fulfillment import Knowledge, compute, refresh
from campfill_pipeline_tests.warehouse.delivery_rows import CAMPAIGN, Row, add_line, all_of, at, store

Connection = psycopg.Connection[Any]
DAY = date(2025, 8, 4)
MIDNIGHT = at("2025-08-03T22:00")
AS_OF = date(2025, 8, 20)
NOW = datetime(2025, 8, 20, 6, tzinfo=UTC)
OTHER = "c0000000-0000-0000-0000-000000000002"
NOBODYS = "c0000000-0000-0000-0000-000000000003"


def day_of(number: int, impressions: int, campaign: str = CAMPAIGN) -> Row:
    hour = MIDNIGHT + timedelta(days=number)
    return Row(hour, campaign_id=campaign, impressions=Decimal(impressions))


def tell(connection: Connection, source: str, number: int, *rows: Row) -> None:
    store(connection, DAY + timedelta(days=number), rows, source=source)


def figures(connection: Connection, asked: Sequence[str]) -> dict[str, tuple[object, object, object]]:
    """Delivered, days fetched, covered: as stored, and the same computed anew and as known then."""
    rules = FulfillmentRules(sources=tuple(asked))
    refresh(connection, rules, as_of=AS_OF, now=NOW)
    found = {
        str(line): (delivered, days, covered)
        for line, delivered, days, covered in all_of(
            connection, "SELECT line_id, delivered, days_fetched, covered FROM fulfillment"
        )
    }
    both: tuple[Knowledge, ...] = ("now", "then")
    for known in both:
        for contract in both:
            again = compute(connection, rules, as_of=AS_OF, contract=contract, known=known)
            told = {str(r["line_id"]): (r["delivered"], r["days_fetched"], r["covered"]) for r in again}
            assert told == found, (contract, known)
    return found


@pytest.fixture
def lines(connection: Connection) -> Connection:
    last = DAY + timedelta(days=1)
    attribute(
        connection, [add_line(connection, line, start=DAY, end=last) for line in (CAMPAIGN, OTHER, NOBODYS)]
    )
    return connection


def test_each_line_is_covered_by_the_api_that_tells_of_it(lines: Connection) -> None:
    sources.agree(lines, ["api", "kevel"])
    for number in range(2):
        tell(lines, "api", number, day_of(number, 5))
    tell(lines, "kevel", 0, day_of(0, 7, OTHER))
    assert figures(lines, ["api", "kevel"]) == {
        CAMPAIGN: (10, 2, True),
        OTHER: (7, 1, False),
        NOBODYS: (0, 1, False),  # kevel may yet tell of it
    }
    tell(lines, "kevel", 1)
    assert figures(lines, ["api", "kevel"]) == {
        CAMPAIGN: (10, 2, True),
        OTHER: (7, 2, True),
        NOBODYS: (0, 2, True),
    }


def test_what_two_tell_of_is_never_added_up_and_is_listed(lines: Connection) -> None:
    sources.agree(lines, ["api", "kevel", "mine"])
    tell(lines, "kevel", 0, day_of(0, 7))
    tell(lines, "mine_day", 0, day_of(0, 100))
    tell(lines, "mine_day", 1, day_of(1, 40))
    tell(lines, "kevel", 1)
    daily = "SELECT source, impressions FROM delivery_daily ORDER BY day"
    assert all_of(lines, daily) == [("kevel", 7), ("mine_day", 40)]
    assert figures(lines, ["api", "kevel", "mine"])[CAMPAIGN] == (47, 2, True)
    listed = "SELECT line_id::text, detail FROM reconciliation WHERE kind_of_issue = 'several_apis'"
    [(line, detail)] = all_of(lines, listed)
    assert line == CAMPAIGN and isinstance(detail, dict)
    assert (detail["days"], detail["counted"]) == (1, ["kevel"])
    assert {name: Decimal(value) for name, value in detail["impressions"].items()} == {
        "kevel": 7,
        "mine": 100,
    }


def test_where_the_first_was_down_the_other_counts_and_covers(lines: Connection) -> None:
    sources.agree(lines, ["api", "kevel"])
    tell(lines, "api", 0, day_of(0, 5))
    record_failure(lines, "api", DAY + timedelta(days=1), detail="down", now=NOW)
    for number in range(2):
        tell(lines, "kevel", number, day_of(number, 7))
    found = figures(lines, ["api", "kevel"])
    assert found[CAMPAIGN] == (12, 2, True)
    assert found[NOBODYS] == (0, 1, False)


def test_another_order_of_the_settings_counts_otherwise(lines: Connection) -> None:
    assert sources.agree(lines, ["api", "kevel"]) and not sources.agree(lines, ["api", "kevel"])
    for source, impressions in (("api", 5), ("kevel", 7)):
        for number in range(2):
            tell(lines, source, number, day_of(number, impressions))
    assert figures(lines, ["api", "kevel"])[CAMPAIGN][0] == 10
    assert sources.agree(lines, ["kevel", "api"])
    assert figures(lines, ["kevel", "api"])[CAMPAIGN][0] == 14
    # An API that is asked no more keeps its days, behind those that are; of lines it alone tells of, nothing is lost.
    assert sources.agree(lines, ["api"])
    assert figures(lines, ["api"])[CAMPAIGN] == (10, 2, True)
    assert sources.in_order(lines) == ("api",)


def test_each_is_asked_for_its_own_days(lines: Connection) -> None:
    sources.agree(lines, ["api", "kevel"])
    tell(lines, "api", 0)
    assert days_to_fetch(lines, AS_OF, 0, source="api") == [DAY + timedelta(days=1), AS_OF]
    assert days_to_fetch(lines, AS_OF, 0, source="kevel") == [DAY, DAY + timedelta(days=1), AS_OF]


def test_a_home_that_has_known_too_many_says_so(connection: Connection) -> None:
    for number in range(13):
        sources.agree(connection, ["api", f"n{number}"])
    with pytest.raises(sources.TooManySourcesError, match="no room"):
        sources.agree(connection, ["api", "another"])


@example_settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_mix_of_apis_is_counted_by_the_rule(connection: Connection, data: st.DataObject) -> None:
    """The oracle: for each day the first in order that has a row; a day is known where that one told it completely, or,
    where nobody has a row, where all that tell of the line at all did.
    """
    for table in (
        "report_hour",
        "report_day",
        "line_day",
        "delivery_fetch",
        "fulfillment",
        "line_dirty",
        "site_day",
    ):
        connection.execute(f"DELETE FROM {table}")
    connection.execute("DELETE FROM report_series; DELETE FROM report_entity; DELETE FROM line_register")
    connection.execute(
        "DELETE FROM fulfillment_fetch; DELETE FROM fulfillment_state; DELETE FROM restatement"
    )
    order = data.draw(st.permutations(["api", "kevel", "mine"]))
    sources.agree(connection, order)
    attribute(connection, [add_line(connection, CAMPAIGN, start=DAY, end=DAY + timedelta(days=2))])
    told: dict[tuple[str, int], int | None] = {}
    for name in order:
        for number in range(3):
            state = data.draw(st.sampled_from(["never", "empty", "rows"]))
            if state != "never":
                told[name, number] = data.draw(st.integers(1, 99)) if state == "rows" else None
                rows = [] if told[name, number] is None else [day_of(number, told[name, number] or 0)]
                tell(connection, name, number, *rows)
    tellers = [name for name in order if any(told.get((name, number)) for number in range(3))] or order
    delivered, known = 0, 0
    for number in range(3):
        counted = next((name for name in order if told.get((name, number))), None)
        delivered += told[counted, number] or 0 if counted else 0
        known += counted is not None or all((name, number) in told for name in tellers)
    assert figures(connection, order)[CAMPAIGN] == (delivered, known, known == 3)


def test_figures_are_made_where_all_tables_have_statistics(connection: Connection) -> None:
    # As after a restore: PostgreSQL 18 plans no join on two columns of one byte once both have them.
    sources.agree(connection, ["api", "kevel"])
    add_line(connection, CAMPAIGN, start=DAY, end=DAY + timedelta(days=40))
    for number in range(12):
        tell(connection, ("api", "kevel")[number % 2], number, day_of(number, 10))
    connection.execute("ANALYZE")
    found = figures(connection, ("api", "kevel"))
    assert found[CAMPAIGN][0] == 120
