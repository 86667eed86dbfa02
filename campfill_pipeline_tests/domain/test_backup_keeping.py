"""The newest backups of days, weeks and months stay, and one always does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from campfill_pipeline.domain.backup_keeping import Keeping

NIGHT = datetime(2026, 11, 27, 4, 10, tzinfo=UTC)


def test_a_year_of_nights_is_kept_by_days_weeks_and_months() -> None:
    nights = [NIGHT - timedelta(days=back) for back in range(400)]
    kept = sorted(Keeping(days=3, weeks=2, months=3).kept(nights))
    assert [f"{night:%d %b}" for night in kept] == [
        "30 Sep",
        "31 Oct",
        "22 Nov",
        "25 Nov",
        "26 Nov",
        "27 Nov",
    ]


def test_the_newest_stays_whatever_the_rule() -> None:
    assert Keeping(days=0, weeks=0, months=0).kept([NIGHT, NIGHT - timedelta(days=1)]) == {NIGHT}
    assert Keeping().kept([]) == frozenset()


@given(st.lists(st.integers(0, 900), max_size=40), st.integers(0, 9), st.integers(0, 9), st.integers(0, 15))
def test_what_is_let_go_is_never_missed_later(back: list[int], days: int, weeks: int, months: int) -> None:
    """Thinning night by night keeps what thinning all at once would have kept."""
    keeping = Keeping(days=days, weeks=weeks, months=months)
    nights = sorted(NIGHT - timedelta(days=one) for one in set(back))
    there: frozenset[datetime] = frozenset()
    for night in nights:
        there = keeping.kept([*there, night])
    assert there == keeping.kept(nights)
