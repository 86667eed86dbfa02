"""Each figure of each line equals what plain Decimals give, for any flight, delivery and day."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campfill_pipeline.domain.fulfillment import FulfillmentRules, Pacing
from campfill_pipeline.warehouse.figures.fulfillment import compute
from campfill_pipeline_tests.warehouse import oracle
from campfill_pipeline_tests.warehouse.facts import add_line, deliver, fetch

BERLIN = ZoneInfo("Europe/Berlin")
# Around the two changes of the clock, 29 March and 25 October 2026, and a turn of the year.
ANCHORS = st.sampled_from([date(2026, 3, 29), date(2026, 10, 25), date(2026, 1, 1)])
IMPRESSIONS = st.one_of(
    st.just(Decimal(0)),
    st.decimals(0, 5000, places=4),
    st.decimals(0, 99_999_999, places=4),
)
GOALS = st.one_of(st.integers(1, 20), st.integers(1000, 30_000), st.integers(1, 2_000_000_000))
CPMS = st.decimals(0, 45, places=4)
EXACT = Decimal("1e-15")
EVEN = FulfillmentRules(pacing=Pacing.EVEN)


@st.composite
def lines(draw: st.DrawFn, anchor: date) -> tuple[oracle.Terms, dict[date, Decimal]]:
    start = anchor + timedelta(days=draw(st.integers(-12, 6)))
    end = start + timedelta(days=draw(st.one_of(st.just(0), st.integers(0, 15))))
    asap = draw(st.booleans())
    seen = anchor + timedelta(days=draw(st.integers(-20, 20)))
    around = st.integers(-4, 18).map(lambda offset: start + timedelta(days=offset))
    delivered = draw(st.dictionaries(around, IMPRESSIONS, max_size=16))
    terms = oracle.Terms(draw(GOALS), draw(CPMS), None if asap else start, end, seen)
    return terms, delivered


@st.composite
def worlds(
    draw: st.DrawFn,
) -> tuple[list[tuple[oracle.Terms, dict[date, Decimal]]], set[date], date]:
    anchor = draw(ANCHORS)
    some = draw(st.lists(lines(anchor), min_size=1, max_size=8))
    near = st.integers(-24, 24).map(lambda offset: anchor + timedelta(days=offset))
    missing = draw(st.sets(near, max_size=3))
    fetched = {anchor + timedelta(days=offset) for offset in range(-24, 24)} - missing
    as_of = anchor + timedelta(days=draw(st.integers(-15, 30)))
    return some, fetched if draw(st.booleans()) else set(), as_of


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(worlds())
def test_every_figure_by_the_straight_line_equals_the_oracle(
    connection: psycopg.Connection,
    world: tuple[list[tuple[oracle.Terms, dict[date, Decimal]]], set[date], date],
) -> None:
    some, fetched, as_of = world
    expected = {}
    for terms, delivered in some:
        number = add_line(
            connection, goal=terms.goal, start=terms.start, end=terms.end, cpm=terms.cpm,
            first_seen=datetime.combine(terms.first_seen, time(23, 30), BERLIN),
        )  # fmt: skip
        for day, impressions in delivered.items():
            deliver(connection, number, day, impressions)
        expected[number] = oracle.fulfillment(terms, delivered, fetched, as_of)
    fetch(connection, fetched)
    rows = {row["line_no"]: row for row in compute(connection, EVEN, as_of=as_of)}
    connection.rollback()
    assert rows.keys() == expected.keys()
    for number, figures in expected.items():
        for name, value in figures.items():
            found = rows[number][name]
            if isinstance(value, Decimal) and isinstance(found, Decimal):
                assert abs(found - value) <= EXACT * (1 + abs(value)), name
            else:
                assert found == value, name
        required, best = figures["required_daily"], figures["best_week_daily"]
        known = isinstance(required, Decimal) and isinstance(best, Decimal)
        if isinstance(required, Decimal) and isinstance(best, Decimal) and abs(required - best) > EXACT:
            assert rows[number]["reachable"] == (required <= best)
        assert (rows[number]["reachable"] is not None) == known


@pytest.mark.parametrize(
    ("delivered", "band"),
    [
        ("1000", "goal_met"),
        ("999.9999", "near_goal"),
        ("995", "near_goal"),
        ("994.9999", "moderate_shortfall"),
        ("950", "moderate_shortfall"),
        ("949.9999", "critical_shortfall"),
        ("0", "critical_shortfall"),
    ],
)
def test_bands_are_judged_on_the_exact_ratio(
    connection: psycopg.Connection, delivered: str, band: str
) -> None:
    number = add_line(connection, goal=1000, start=date(2026, 5, 1), end=date(2026, 5, 3))
    deliver(connection, number, date(2026, 5, 2), Decimal(delivered))
    (row,) = compute(connection, FulfillmentRules(), as_of=date(2026, 6, 1))
    assert row["band"] == band


def test_worst_first_then_by_id(connection: psycopg.Connection) -> None:
    for goal in (500, 900, 500, 100):
        add_line(connection, goal=goal, start=date(2026, 5, 1), end=date(2026, 5, 3))
    rows = compute(connection, FulfillmentRules(), as_of=date(2026, 6, 1))
    keys = [(-row["shortfall"], row["line_id"]) for row in rows]
    assert keys == sorted(keys)
    assert [row["shortfall"] for row in rows] == [900, 500, 500, 100]


def test_two_sources_of_one_day_count_once(connection: psycopg.Connection) -> None:
    number = add_line(connection, goal=1000, start=date(2026, 5, 1), end=date(2026, 5, 3))
    deliver(connection, number, date(2026, 5, 2), 700)
    deliver(connection, number, date(2026, 5, 2), 650, source="c", counted=False)
    (row,) = compute(connection, FulfillmentRules(), as_of=date(2026, 6, 1))
    assert row["delivered"] == 700


def test_quotients_keep_twenty_decimals(connection: psycopg.Connection) -> None:
    number = add_line(connection, goal=2_000_000_000, start=date(2026, 5, 1), end=date(2026, 5, 7))
    deliver(connection, number, date(2026, 5, 1), 1)
    (row,) = compute(connection, FulfillmentRules(), as_of=date(2026, 5, 2))
    assert row["expected"] == Decimal("285714285.71428571428571428571")
    assert row["fulfillment_pct"] == Decimal("0.00000005")
