"""Looking back on what was said: the straight line accuses lines at a mall, the measured week does not."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import psycopg

from campfill_pipeline.domain.back_test import (
    LEAST_LINE_DAYS,
    LEAST_TOGETHER,
    Said,
    held_back_together,
    score,
)
from campfill_pipeline.domain.fulfillment import FulfillmentRules
from campfill_pipeline.warehouse.readers.back_test import back_test
from campfill_pipeline_tests.warehouse.oracle import Terms
from campfill_pipeline_tests.warehouse.oracle_week import Line
from campfill_pipeline_tests.warehouse.test_due_curve_figures import MALL, MONDAY, put


def mall_line(start: date, kept: Decimal) -> Line:
    """Two weeks at a mall that is shut on Sundays; `kept` of its goal is delivered."""
    days = [start + timedelta(n) for n in range(14)]
    delivered = {("Mall", day): MALL[day.weekday()] * kept for day in days if MALL[day.weekday()]}
    return Line(Terms(2 * sum(MALL), Decimal(10), start, days[-1], start), "Mall", delivered)


def test_the_straight_line_accuses_and_the_measured_week_does_not(connection: psycopg.Connection) -> None:
    sundays = [MONDAY - timedelta(1 + 7 * week) for week in range(2, 14)]
    weak = [mall_line(MONDAY - timedelta(21 + 7 * week), Decimal("0.6")) for week in range(2)]
    put(connection, [mall_line(start, Decimal(1)) for start in sundays for _ in range(9)] + weak, MONDAY)
    found = back_test(connection, FulfillmentRules(), as_of=MONDAY)
    measured, even = found.scores
    assert (measured.rule, even.rule) == ("measured", "even")
    assert measured.healthy_line_days == even.healthy_line_days >= LEAST_LINE_DAYS
    assert measured.false_alarms == 0 and measured.false_alarms_of_1000 == 0
    assert even.false_alarms > 0
    assert measured.weak_line_days > 0 and measured.weak_found_pct == 100
    late, straight = measured.errors[-1].error_pct, even.errors[-1].error_pct
    assert late is not None and straight is not None and 2 * late < straight


def test_a_short_history_gives_no_rate() -> None:
    one = Said(1, MONDAY, 3, True, Decimal(90), Decimal(100), Decimal(100))
    told = score("measured", [one] * (LEAST_LINE_DAYS - 1))
    assert told.false_alarms_of_1000 is None and told.weak_found_pct is None
    assert score("measured", [one] * LEAST_LINE_DAYS).false_alarms_of_1000 == 1000
    assert [error.error_pct for error in told.errors] == [None, Decimal(10), None, None]


def test_days_that_held_back_many_lines_at_once_are_told_apart() -> None:
    # Twenty lines on forty days; on one of them five were behind, on another three, and all caught up.
    def on(day: date, behind: int) -> list[Said]:
        return [
            Said(n, day, 3, n < behind, Decimal(90), Decimal(100), Decimal(100))
            for n in range(LEAST_TOGETHER)
        ]

    outage, other = MONDAY, MONDAY + timedelta(1)
    said = on(outage, 5) + on(other, 3)
    said += [one for n in range(2, 40) for one in on(MONDAY + timedelta(n), 0)]
    together = held_back_together(said)
    assert together == {outage}
    assert (
        held_back_together([one for one in said if one.line_no > 0]) == frozenset()
    )  # too few lines to say so
    told = score("measured", said, together)
    assert (told.false_alarms, told.alarms_together) == (8, 5)
    assert (told.false_alarms_of_1000, told.apart_of_1000) == (Decimal("10.0"), Decimal("3.8"))


def test_a_home_without_lines_says_so(connection: psycopg.Connection) -> None:
    found = back_test(connection, FulfillmentRules(), as_of=MONDAY)
    assert found.lines == 0 and all(s.false_alarms_of_1000 is None for s in found.scores)
