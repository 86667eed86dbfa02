"""The sentence about a line that needs attention, where days differ."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from campfill_pipeline.domain.attention import Situation, sentence


def live(*, needed: int, best: int, reachable: bool) -> str:
    return sentence(
        Situation(
            lifecycle="live", purchase_type="guaranteed", end_date=date(2026, 11, 29), reported=True, elapsed_days=20,
            days_left=2, fulfillment_pct=Decimal(80), pacing_index=Decimal("0.8"), required_daily=Decimal(needed),
            best_week_daily=Decimal(best), reachable=reachable, missing=Decimal(1000), value_at_risk_eur=Decimal(10),
            cause=None,
        )
    )  # fmt: skip


@pytest.mark.parametrize(
    ("needed", "best", "reachable", "said"),
    [
        (540, 600, True, "its best week gave 600 a day (reachable)"),
        (600, 540, False, "its best week gave 540 a day (out of reach)"),
        # a weekend is left, of a site that shows little then
        (
            540,
            600,
            False,
            "its best week gave 600 a day on stronger days than those that are left (out of reach)",
        ),
        (600, 540, True, "its best week gave 540 a day on weaker days than those that are left (reachable)"),
    ],
)
def test_what_seems_to_contradict_itself_is_explained(
    needed: int, best: int, reachable: bool, said: str
) -> None:
    assert said in live(needed=needed, best=best, reachable=reachable)
