"""A goal that needs more than its sites ever gave is told from one that does not, by the best run of days."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campfill_pipeline.domain.unlikely_goals import (
    LEAST_DAYS,
    LEAST_LINES,
    Best,
    Gave,
    Unlikely,
    before_the_start,
    best_run,
    judge,
    run_of,
)

MONDAY = date(2026, 3, 2)
AMOUNTS = st.dictionaries(st.integers(0, 30), st.integers(0, 1000), max_size=20)


def by_day(amounts: dict[int, int]) -> dict[date, Decimal]:
    return {MONDAY + timedelta(offset): Decimal(amount) for offset, amount in amounts.items()}


@given(AMOUNTS, AMOUNTS, st.integers(1, 40), st.integers(1, 100_000))
def test_only_what_no_run_of_days_ever_gave_is_unlikely(
    lines: dict[int, int], sites: dict[int, int], flight_days: int, goal: int
) -> None:
    run = min(7, flight_days)
    most = max(
        sum(amounts.get(first + on, 0) for on in range(run))
        for amounts in (lines, sites)
        for first in range(-7, 31)
    )
    best = best_run(Gave(by_day(lines), 9, by_day(sites)), run_of(flight_days))
    found = judge(goal, flight_days, "Mall", best)
    assert (best.impressions if best else 0) == most
    assert (found is not None) == (most > 0 and Fraction(goal * run, flight_days) > most)


@pytest.mark.parametrize(
    ("lines", "days", "thin"),
    [(LEAST_LINES, LEAST_DAYS, False), (LEAST_LINES - 1, 90, True), (50, LEAST_DAYS - 1, True)],
)
def test_a_short_history_is_thin(lines: int, days: int, thin: bool) -> None:
    assert Gave(by_day(dict.fromkeys(range(days), 1)), lines).thin is thin


@pytest.mark.parametrize(
    ("needed", "said"),
    [("310000", "3.1 times"), ("100400", "1.004 times"), ("100000.01", "just over 1 times")],
)
def test_it_never_says_once_the_best_week(needed: str, said: str) -> None:
    found = Unlikely(Decimal(needed), Best(Decimal(100_000), MONDAY, 7), "Mall")
    assert f"It needs {said} the best week of these sites: " in before_the_start(MONDAY, found)
