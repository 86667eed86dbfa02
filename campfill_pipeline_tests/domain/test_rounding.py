"""Rounding for readers: half up, one rule, never up to a limit that was not reached."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campfill_pipeline.commands import render
from campfill_pipeline.domain import attention
from campfill_pipeline.domain.rounding import LIMITS, half_up, percentage


@pytest.mark.parametrize(
    ("value", "shown"),
    [("90.25", "90.3"), ("90.35", "90.4"), ("0.05", "0.1"), ("-0.05", "-0.1"), ("2", "2.0")],
)
def test_a_half_goes_away_from_zero(value: str, shown: str) -> None:
    assert str(half_up(Decimal(value), 1)) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [("99.97", "99.9"), ("99.49", "99.4"), ("94.95", "94.9"), ("100", "100.0"), ("95", "95.0")],
)
def test_a_limit_that_was_not_reached_is_not_shown(value: str, shown: str) -> None:
    assert str(percentage(Decimal(value))) == shown


@given(st.decimals(0, 200, places=6), st.integers(0, 3))
def test_a_shown_percentage_is_on_the_same_side_of_every_limit(value: Decimal, places: int) -> None:
    shown = percentage(value, places)
    step = Decimal(1).scaleb(-places)
    assert abs(shown - value) < step
    assert all(value >= limit or shown < limit for limit in LIMITS if limit % step == 0)


def test_terminal_and_sentences_round_alike() -> None:
    for value in (Decimal("90.25"), Decimal("90.249"), Decimal("99.99")):
        assert render.percent(value) == attention.percent(value)
    assert render.whole(Decimal("0.5")) == attention.whole(Decimal("0.5")) == "1"
    assert render.money(Decimal("2.5")) == "€3"
