"""Windows are sums over covered lines that ended, for every day; the trend compares two of them."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, localcontext
from typing import Any

import psycopg
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campfill_pipeline.domain.fulfillment import FulfillmentRules
from campfill_pipeline.warehouse.figures.fulfillment import refresh
from campfill_pipeline_tests.warehouse import oracle
from campfill_pipeline_tests.warehouse.facts import LONG_AGO, add_line, deliver, fetch

RULES = FulfillmentRules()
NOW = datetime(2026, 2, 10, 10, tzinfo=UTC)
TODAY = date(2026, 2, 10)
Line = tuple[oracle.Terms, dict[date, Decimal], str, str]
Key = tuple[date, str, str, str]


def expected_windows(lines: list[Line], fetched: set[date], day: date) -> dict[Key, tuple[Decimal, ...]]:
    """(lines, fulfilled, fulfilled_pct, delivered_pct, capped_pct) of each window of one day."""
    starts = {"7d": day - timedelta(7), "30d": day - timedelta(30), "this_year": date(day.year, 1, 1)}
    found: dict[Key, list[tuple[Decimal, Decimal]]] = {}
    for terms, delivered_on, kind, purchase_type in lines:
        figures = oracle.fulfillment(terms, delivered_on, fetched, day)
        delivered = figures["delivered"]
        assert isinstance(delivered, Decimal)
        for period, since in starts.items():
            total = found.setdefault((day, period, "all", "all"), [])
            if figures["covered"] and since <= terms.end < day:
                total.append((Decimal(terms.goal), delivered))
                found.setdefault((day, period, kind, purchase_type), []).append(total[-1])
    return {key: summed(members) for key, members in found.items()}


def summed(members: list[tuple[Decimal, Decimal]]) -> tuple[Any, ...]:
    with localcontext() as context:
        context.prec = 50
        fulfilled = sum(delivered >= goal for goal, delivered in members)
        if not members:
            return 0, 0, None, None, None
        goals = sum(goal for goal, _ in members)
        return (
            len(members),
            fulfilled,
            Decimal(100) * fulfilled / len(members),
            100 * sum(delivered for _, delivered in members) / goals,
            100 * sum(min(goal, delivered) for goal, delivered in members) / goals,
        )


def same(found: tuple[Any, ...], wanted: tuple[Any, ...]) -> bool:
    return all(
        one == other or (None not in (one, other) and abs(one - other) < Decimal("1e-15"))
        for one, other in zip(found, wanted, strict=True)
    )


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 2**32))
def test_windows_equal_sums_over_covered_lines(connection: psycopg.Connection, seed: int) -> None:
    chance = random.Random(seed)
    fetched = {TODAY - timedelta(offset) for offset in range(75) if chance.random() > 0.01}
    lines: list[Line] = []
    numbers: list[int] = []
    for _ in range(14):
        start = TODAY - timedelta(chance.randint(-5, 70))
        terms = oracle.Terms(
            chance.randint(1, 500), Decimal(3), chance.choice([start, start, None]),
            start + timedelta(chance.randint(0, 20)), LONG_AGO.date(),
        )  # fmt: skip
        delivered_on = {
            start + timedelta(chance.randint(0, 30)): Decimal(chance.randint(0, 2_000_000)) / 10_000
            for _ in range(6)
        }
        kind, purchase_type = chance.choice(["campaign", "deal"]), chance.choice(["guaranteed", "unknown"])
        lines.append((terms, delivered_on, kind, purchase_type))
        number = add_line(
            connection, goal=terms.goal, start=terms.start, end=terms.end, cpm=terms.cpm, kind=kind,
            purchase_type=purchase_type,
        )  # fmt: skip
        numbers.append(number)
        for day, impressions in delivered_on.items():
            deliver(connection, number, day, impressions)
        if chance.random() < 0.2:  # some of them arrive one by one
            refresh(connection, RULES, as_of=TODAY - timedelta(chance.randint(0, 3)), now=NOW)
    fetch(connection, fetched)
    refresh(connection, RULES, as_of=TODAY - timedelta(chance.randint(0, 45)), now=NOW)
    for _ in range(chance.randint(0, 3)):  # and some are restated later
        place = chance.randrange(len(numbers))
        terms, delivered_on = lines[place][:2]
        day = terms.end + timedelta(chance.randint(-8, 12))
        delivered_on[day] = Decimal(chance.randint(0, 2_000_000)) / 10_000
        deliver(connection, numbers[place], day, delivered_on[day])
        if chance.random() < 0.7:
            refresh(connection, RULES, as_of=TODAY, now=NOW)
    refresh(connection, RULES, as_of=TODAY, now=NOW)
    rows = connection.execute(
        """SELECT as_of, period, kind, purchase_type, lines, fulfilled, fulfilled_pct, delivered_pct,
                  capped_pct
           FROM fulfillment_window"""
    ).fetchall()
    trends = connection.execute(
        "SELECT day, kind, purchase_type, change, trend FROM fulfillment_trend"
    ).fetchall()
    connection.rollback()
    stored = {row[:4]: row[4:] for row in rows}
    days = sorted({key[0] for key in stored})
    assert days == oracle.days(days[0], TODAY)
    wanted: dict[Key, tuple[Any, ...]] = {}
    for day in days:
        wanted |= expected_windows(lines, fetched, day)
    assert stored.keys() == wanted.keys()
    for key, values in wanted.items():
        assert same(stored[key], values), key
    for day, kind, purchase_type, change, trend in trends:
        now = wanted.get((day, "7d", kind, purchase_type), (0, 0, None))[2]
        before = wanted.get((day - timedelta(7), "7d", kind, purchase_type), (0, 0, None))[2]
        if now is None or before is None:
            assert (change, trend) == (None, None)
        else:
            assert abs(change - (now - before)) < Decimal("1e-15")
            wanted_trend = "improving" if change > 1 else "declining" if change < -1 else "stable"
            assert trend == wanted_trend
    assert {(day, "all", "all") for day in days} <= {trend[:3] for trend in trends}


def test_a_line_that_is_not_covered_is_in_no_window(connection: psycopg.Connection) -> None:
    for _ in range(2):
        line = add_line(connection, goal=100, start=TODAY - timedelta(6), end=TODAY - timedelta(2))
        deliver(connection, line, TODAY - timedelta(3), 100)
    late = add_line(connection, goal=100, start=TODAY - timedelta(9), end=TODAY - timedelta(2))
    deliver(connection, late, TODAY - timedelta(3), 1)
    fetch(connection, oracle.days(TODAY - timedelta(7), TODAY))
    refresh(connection, RULES, as_of=TODAY, now=NOW)
    row = connection.execute(
        """SELECT lines, fulfilled_pct FROM fulfillment_window
           WHERE as_of = %s AND period = '7d' AND kind = 'all'""",
        [TODAY],
    ).fetchone()
    assert row == (2, 100)


def test_a_surplus_does_not_hide_anothers_shortfall(connection: psycopg.Connection) -> None:
    for delivered in (150, 50):
        line = add_line(connection, goal=100, start=TODAY - timedelta(6), end=TODAY - timedelta(2))
        deliver(connection, line, TODAY - timedelta(3), delivered)
    fetch(connection, oracle.days(TODAY - timedelta(7), TODAY))
    refresh(connection, RULES, as_of=TODAY, now=NOW)
    row = connection.execute(
        """SELECT lines, fulfilled_pct, delivered_pct, capped_pct FROM fulfillment_window
           WHERE as_of = %s AND period = '30d' AND kind = 'campaign'""",
        [TODAY],
    ).fetchone()
    assert row == (2, 50, 100, 75)
