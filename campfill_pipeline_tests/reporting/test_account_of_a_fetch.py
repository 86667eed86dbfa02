"""What all answers of a fetch held together: their hours, moved as a whole or not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from campfill_pipeline.reporting.fetched import Account, Received

HOUR = timedelta(hours=1)
START = datetime(2025, 8, 4, 22, tzinfo=UTC)


def account(hours: list[int], asked: int = 24) -> Account:
    """The hours came in two answers, counted from the first one that was asked for."""
    window = (START, START + asked * HOUR)
    parts = (hours[::2], hours[1::2])
    return Account(
        tuple(Received(window, len(p), 0, hours=frozenset(START + n * HOUR for n in p)) for p in parts)
    )


@pytest.mark.parametrize("by", [-24, -23, -2, -1, 1, 2, 23])
def test_hours_that_came_moved_as_a_whole_are_known_in_both_directions(by: int) -> None:
    assert account([hour + by for hour in range(24)]).shifted == by * HOUR


@pytest.mark.parametrize(
    "hours",
    [
        list(range(24)),
        list(range(1, 24)),  # the first has no row
        [*range(-1, 22), 23],  # a hole
        list(range(-1, 24)),  # one more than was asked for
        [hour + 24 for hour in range(24)],  # another day altogether: nothing of it lies in the window
        [],
    ],
)
def test_hours_that_came_otherwise_are_not_moved(hours: list[int]) -> None:
    assert account(hours).shifted is None


def test_of_fewer_than_three_hours_nothing_is_known() -> None:
    assert account([1, 2], asked=2).shifted is None
    assert account([1, 2, 3], asked=3).shifted == HOUR


@pytest.mark.parametrize("past", [15, 30, 45])
def test_whole_hours_of_a_day_that_begins_between_two_are_not_moved(past: int) -> None:
    """Asked for from 18:15 on, as for a day of Asia/Kathmandu, they begin at 19:00."""
    begins = START + timedelta(minutes=past)
    window = (begins, begins + 24 * HOUR)
    for first, moved in ((1, None), (0, None), (2, 2 * HOUR - timedelta(minutes=past))):
        hours = frozenset(START + (first + n) * HOUR for n in range(24))
        assert Account((Received(window, 24, 0, hours=hours),)).shifted == moved
