"""Each limit of the guards over answers, just below it and just at it."""

from __future__ import annotations

from dataclasses import fields
from decimal import Decimal

import pytest

from campfill_pipeline.domain.doubtful_answers import FEW, SMALL, Doubts, silenced
from campfill_pipeline.domain.report_rows import Refusal, RefusedKey, RefusedRow


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


def refused(number: int, campaign: str | None, *, ids_known: bool = True) -> RefusedRow:
    reason = Refusal("impressions", "Total Impressions", "?", "not_a_number", f"Row {number} is no number.")
    return RefusedRow(number, (reason,), "", RefusedKey(None, "", campaign, None, ids_known))


@pytest.mark.parametrize(("rows", "named"), [(FEW - 1, False), (FEW, True), (FEW + 1, True)])
def test_a_line_is_silenced_by_a_few_refused_rows(rows: int, named: bool) -> None:
    found = silenced([refused(number, "a") for number in range(rows)], frozenset())
    assert (list(found) == ["a"], "Row 0" in found.get("a", "")) == (named, named)


def test_a_line_of_which_a_row_could_be_read_or_whose_id_could_not_is_not_silenced() -> None:
    rows = [refused(number, name) for number in range(FEW) for name in ("a", "b", None)]
    rows += [refused(number, "c", ids_known=False) for number in range(FEW)]
    assert list(silenced(rows, frozenset({"b"}))) == ["a"]


@pytest.mark.parametrize(
    ("held", "came", "grown"), [(10, 100, False), (10, 101, True), (0, 0, False), (0, 1, True)]
)
def test_the_same_rows_hold_too_much(held: int, came: int, grown: bool) -> None:
    assert Doubts().grown(held, came) is grown
