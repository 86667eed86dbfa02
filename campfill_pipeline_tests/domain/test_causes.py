"""The rule of causes: the four ratios multiply to delivered ÷ target, shares sum to one, restraint holds."""

from __future__ import annotations

import math
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campfill_pipeline.domain.causes import (
    STAGES,
    Baseline,
    Cause,
    Funnel,
    Side,
    beyond_chance,
    cause_of_stage,
    decompose,
)

COUNTS = st.integers(1, 10_000_000)
RATES = st.decimals("0.0001", "1", places=4)
FUNNELS = st.builds(Funnel, COUNTS, COUNTS, COUNTS, st.decimals("0.0001", "100000000", places=4))
BASELINES = st.builds(
    Baseline, RATES, st.decimals("0.0001", "6", places=4), st.decimals("0.01", "900", places=4)
)
TARGETS = st.decimals(1, 2_000_000_000, places=2)
# One win of ten bids, one play a win, ten people a play: needed bids equal the target.
PLAIN = Baseline(Decimal("0.1"), Decimal(1), Decimal(10))


@given(FUNNELS, BASELINES, TARGETS)
def test_the_four_ratios_multiply_to_delivered_by_target(
    funnel: Funnel, baseline: Baseline, target: Decimal
) -> None:
    ratios = [ratio for ratio in decompose(funnel, baseline, target).ratios if ratio is not None]
    assert len(ratios) == 4
    assert math.isclose(math.prod(ratios), float(funnel.impressions / target), rel_tol=1e-12)


@given(FUNNELS, BASELINES, TARGETS)
def test_shares_lie_between_0_and_1_and_sum_to_one_where_anything_was_lost(
    funnel: Funnel, baseline: Baseline, target: Decimal
) -> None:
    found = decompose(funnel, baseline, target)
    shares = [share for share in found.shares if share is not None]
    if any(ratio is not None and ratio < 1 for ratio in found.ratios):
        assert abs(math.fsum(shares) - 1) < 1e-9
        assert all(0 <= share <= 1 for share in shares)
        assert found.stage == STAGES[shares.index(max(shares))]
    else:
        assert found.stage is None and shares == []


@given(FUNNELS, BASELINES, TARGETS)
def test_a_gain_has_no_share(funnel: Funnel, baseline: Baseline, target: Decimal) -> None:
    found = decompose(funnel, baseline, target)
    for ratio, share in zip(found.ratios, found.shares, strict=True):
        if ratio is not None and ratio >= 1 and share is not None:
            assert share == 0


@pytest.mark.parametrize(
    ("funnel", "shares"),
    [
        (Funnel(0, 0, 0, Decimal(0)), (1, None, None, None)),
        (Funnel(50, 0, 0, Decimal(0)), (0, 1, None, None)),  # five wins were due
        (Funnel(49, 0, 0, Decimal(0)), (1, None, None, None)),  # fewer: the loss lies before
        (Funnel(500, 5, 0, Decimal(0)), (0, 0, 1, None)),
        (Funnel(500, 50, 1, Decimal(0)), (0, 0, 0, 1)),
    ],
)
def test_a_stage_at_zero_takes_the_blame_where_enough_was_due(
    funnel: Funnel, shares: tuple[float | None, ...]
) -> None:
    assert decompose(funnel, PLAIN, Decimal(1000)).shares == shares


def test_too_little_due_shares_the_loss_among_the_stages_before() -> None:
    found = decompose(Funnel(500, 4, 0, Decimal(0)), PLAIN, Decimal(1000))
    bids = math.log(2) / (math.log(2) + math.log(12.5))
    assert found.shares[0] == pytest.approx(bids)
    assert found.shares[1] == pytest.approx(1 - bids)
    assert list(found.shares[2:]) == [None, None]


def test_equal_losses_name_the_earlier_stage() -> None:
    found = decompose(Funnel(500, 50, 25, Decimal(250)), PLAIN, Decimal(1000))
    assert list(found.shares) == [0.5, 0, 0.5, 0]
    assert found.stage == "bids"


@pytest.mark.parametrize(
    ("plays", "beyond"), [("36", False), ("36.01", True), ("1", False), ("1000000", True)]
)
def test_half_the_target_is_chance_up_to_36_needed_plays(plays: str, beyond: bool) -> None:
    assert beyond_chance(Decimal(500), Decimal(1000), Decimal(plays)) == beyond


def test_causes_and_sides() -> None:
    assert [cause_of_stage(stage, "campaign") for stage in STAGES] == [
        Cause.NOT_SELECTED, Cause.LOST_AUCTIONS, Cause.WON_BUT_NOT_PLAYED, Cause.LOW_AUDIENCE,
    ]  # fmt: skip
    assert cause_of_stage("bids", "deal") == Cause.TOO_FEW_BIDS
    sides = {side: {cause for cause in Cause if cause.side == side} for side in Side}
    assert sides[Side.SYSTEM] == {Cause.NOT_SELECTED, Cause.WON_BUT_NOT_PLAYED}
    assert sides[Side.RESOURCE] == {Cause.LOST_AUCTIONS, Cause.LOW_AUDIENCE}
    assert len(sides[Side.UNKNOWN]) == 6
