"""Each limit of the guards over answers, just below it and just at it."""

from __future__ import annotations

from dataclasses import fields
from decimal import Decimal

import pytest

from campfill_pipeline.domain.doubtful_answers import FEW, SMALL, Doubts


def test_the_shares_that_are_set_where_nobody_sets_any() -> None:
    assert {part.name: part.default for part in fields(Doubts)} == {"refused_percent": 20, "kept_percent": 50}
    assert (SMALL, FEW) == (20, 5)


@pytest.mark.parametrize(
    ("percent", "came", "refused", "too_many"),
    [
        (20, 100, 0, False),
        (20, 0, 0, False),
        (20, 100, 20, False),
        (20, 100, 21, True),
        (20, 10_000, 2_000, False),
        (20, 10_000, 2_001, True),
        (20, 20, 4, False),  # from 20 rows on the share counts
        (20, 20, 5, True),
        (20, 19, 9, False),  # of fewer, half
        (20, 19, 10, True),
        (20, 2, 1, False),
        (60, 19, 11, False),  # a larger share holds for few rows, too
        (60, 19, 12, True),
        (0, 100, 1, True),
        (100, 100, 99, False),
        (100, 100, 100, True),  # all of them is never an answer
        (20, 1, 1, True),
    ],
)
def test_too_many_refused_rows(percent: int, came: int, refused: int, too_many: bool) -> None:
    assert Doubts(refused_percent=percent).too_many_refused(came, refused) is too_many


@pytest.mark.parametrize(
    ("percent", "held", "came", "collapsed"),
    [
        (50, 24, 12, False),
        (50, 24, 11, True),
        (50, 0, 0, False),
        (50, 1, 0, True),
        (50, Decimal("240.5"), Decimal("120.25"), False),
        (50, Decimal("240.5"), Decimal("120.2499"), True),
        (0, 24, 0, False),
        (100, 24, 23, True),
        (100, 24, 24, False),
        (50, 10_001, 5_000, True),
    ],
)
def test_a_window_that_lost_too_much(
    percent: int, held: int | Decimal, came: int | Decimal, collapsed: bool
) -> None:
    assert Doubts(kept_percent=percent).collapsed(held, came) is collapsed
