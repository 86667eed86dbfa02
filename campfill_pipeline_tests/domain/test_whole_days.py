"""How far exports reach, in hours; local days as instants; sums over sites beside their parts."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from campfill_pipeline.domain.local_days import day_window
from campfill_pipeline.domain.site_sums import SiteSums
from campfill_pipeline.domain.whole_days import Span, is_reached, reached
from campfill_pipeline_tests.warehouse.delivery_rows import Row, table

BERLIN = ZoneInfo("Europe/Berlin")
HOUR = timedelta(hours=1)


def at(day: int, hour: int) -> datetime:
    return datetime(2025, 8, day, hour, tzinfo=UTC)


def span(first: datetime, last: datetime) -> Span:
    return first, last


@pytest.mark.parametrize(
    ("hours", "exports", "stretches"),
    [
        ([], [], []),
        ([at(4, 8)], [], [span(at(4, 8), at(4, 9))]),
        ([at(4, 8), at(4, 9), at(4, 8)], [], [span(at(4, 8), at(4, 10))]),  # hour upon hour
        ([at(4, 8), at(4, 10)], [], [span(at(4, 8), at(4, 9)), span(at(4, 10), at(4, 11))]),
        (
            [at(4, 8), at(4, 10)],
            [span(at(4, 8), at(4, 11))],
            [span(at(4, 8), at(4, 11))],
        ),  # a silent hour in one
        # An export that ends where the hole begins, or begins where it ends, does not reach over it.
        (
            [at(4, 8), at(4, 10)],
            [span(at(4, 8), at(4, 9))],
            [span(at(4, 8), at(4, 9)), span(at(4, 10), at(4, 11))],
        ),
        (
            [at(4, 8), at(4, 10)],
            [span(at(4, 9), at(4, 11))],
            [span(at(4, 8), at(4, 9)), span(at(4, 10), at(4, 11))],
        ),
        (
            [at(4, 8), at(4, 10)],
            [span(at(4, 8), at(4, 10))],
            [span(at(4, 8), at(4, 9)), span(at(4, 10), at(4, 11))],
        ),
        # A night without rows is no hole, a whole day is: from the first of its midnights to the last.
        ([at(4, 20), at(5, 6)], [span(at(4, 20), at(5, 7))], [span(at(4, 20), at(5, 7))]),
        (
            [at(4, 20), at(6, 6)],
            [span(at(4, 20), at(6, 7))],
            [span(at(4, 20), at(4, 22)), span(at(6, 0), at(6, 7))],
        ),
        # Whole as UTC counts it, but not in Berlin: 23:00 UTC is the next day there.
        (
            [at(4, 22), at(6, 0)],
            [span(at(4, 22), at(6, 1))],
            [span(at(4, 22), at(5, 0)), span(at(6, 0), at(6, 1))],
        ),
        # Whole in Berlin, but not as UTC counts it.
        (
            [at(4, 21), at(5, 22)],
            [span(at(4, 21), at(5, 23))],
            [span(at(4, 21), at(4, 22)), span(at(5, 22), at(5, 23))],
        ),
    ],
)
def test_exports_reach_from_row_to_row_but_not_over_whole_days(
    hours: list[datetime], exports: list[Span], stretches: list[Span]
) -> None:
    assert reached(hours, exports, BERLIN) == stretches


@pytest.mark.parametrize(
    ("window", "is_in"),
    [
        ((at(4, 22), at(5, 22)), True),
        ((at(4, 21), at(5, 22)), False),
        ((at(4, 22), at(5, 23)), False),
        ((at(6, 0), at(6, 1)), True),
        ((at(5, 20), at(6, 1)), False),
    ],
)
def test_a_window_is_reached_where_one_stretch_holds_it(window: Span, is_in: bool) -> None:
    assert is_reached(window, [span(at(4, 22), at(5, 22)), span(at(6, 0), at(6, 1))]) is is_in


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2025, 8, 5), 24), (date(2025, 3, 30), 23), (date(2025, 10, 26), 25)]
)
def test_a_local_day_has_the_hours_that_its_clocks_have(day: date, hours: int) -> None:
    start, end = day_window(day, BERLIN)
    assert end - start == hours * HOUR
    assert start.astimezone(BERLIN) == datetime(day.year, day.month, day.day, tzinfo=BERLIN)
    assert (start.tzname(), end.tzname()) == ("UTC", "UTC")


def row(site: str, hour: int, campaign: str | None, deal: str | None) -> Row:
    return Row(at(4, hour), site, campaign, deal, Decimal(1))


@pytest.mark.parametrize(
    ("bare", "parts", "named"),
    [
        ([("c", None)], [("c", None)], ["campaign c, hour 2025-08-04T08:00Z"]),
        ([("c", "d")], [("c", "d")], ["campaign c, deal d, hour 2025-08-04T08:00Z"]),
        (
            [("c", None)],
            [("c", "d")],
            ["campaign c, hour 2025-08-04T08:00Z"],
        ),  # it may name only one of the ids of its parts
        ([(None, "d")], [("c", "d")], ["deal d, hour 2025-08-04T08:00Z"]),
        ([("c", "d")], [("c", None)], []),
        ([("c", None)], [("k", None)], []),
        ([("c", None)], [], []),
        ([], [("c", None)], []),
    ],
)
def test_rows_without_a_site_beside_rows_with_sites(
    bare: list[tuple[str | None, str | None]], parts: list[tuple[str | None, str | None]], named: list[str]
) -> None:
    sums = SiteSums()
    for ids in parts:  # page by page, in any order
        sums.note(table([row("Hbf", 8, *ids), row("Hbf", 9, *ids)]))
    for ids in bare:
        sums.note(table([row("", 8, *ids), row("", 10, *ids)]))
    assert sums.doubled() == named


def test_doubled_hours_are_named_by_hour() -> None:
    sums = SiteSums()
    sums.note(
        table([row(site, hour, ids, None) for site in ("", "Hbf") for hour in (9, 8) for ids in ("b", "a")])
    )
    assert sums.doubled() == [
        f"campaign {ids}, hour 2025-08-04T0{hour}:00Z" for hour in (8, 9) for ids in ("a", "b")
    ]
