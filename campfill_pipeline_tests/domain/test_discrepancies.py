"""The split of a second count's discrepancy: its parts sum exactly to it, and each is 0 where its cause is absent."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from campfill_pipeline.domain.discrepancies import PARTS, Own, Split, Told, beyond, percent, split, total

FIRST = date(2026, 10, 1)
DAYS = st.integers(0, 4).map(lambda number: FIRST + timedelta(days=number))
FIGURES = st.decimals(0, 10**9, places=4)
CHANGES = st.decimals(-(10**6), 10**6, places=4)
SITES = st.sampled_from(["", "Hbf", "hbf ", "Mall", "Ring"])
TOLD = st.lists(st.builds(Told, st.one_of(st.none(), DAYS), SITES, FIGURES), max_size=8)
OWN = st.lists(st.builds(Own, DAYS, SITES, FIGURES, CHANGES), max_size=8)


def parts(found: Split) -> Decimal:
    return sum((value for part in PARTS if (value := getattr(found, part)) is not None), Decimal(0))


@given(TOLD, OWN, FIGURES, st.booleans())
def test_the_parts_sum_exactly_to_the_whole(
    theirs: list[Told], own: list[Own], ours: Decimal, known: bool
) -> None:
    found = split(theirs, own, ours, zone_known=known)
    assert found.theirs == sum((one.impressions for one in theirs), Decimal(0))
    assert parts(found) == found.difference == found.theirs - ours
    twice = total([found, found])
    assert parts(twice) == twice.difference == 2 * found.difference


@given(TOLD, OWN, FIGURES)
def test_each_part_is_nothing_where_its_cause_is_absent(
    theirs: list[Told], own: list[Own], ours: Decimal
) -> None:
    same_days = split(theirs, own, sum((one.impressions for one in own), Decimal(0)))
    assert same_days.time_zone == 0
    never_corrected = [Own(one.day, one.site, one.impressions) for one in own]
    assert split(theirs, never_corrected, ours).late_corrections == 0
    dated = [one for one in theirs if one.day is not None]
    both = {one.day for one in dated} & {one.day for one in own}
    found: Any = split(
        [one for one in dated if one.day in both], [one for one in own if one.day in both], ours
    )
    assert (found.days_missing, found.missing_at_them, found.missing_at_us) == (0, 0, 0)
    without_sites = [Told(one.day, "", one.impressions) for one in theirs]
    assert split(without_sites, own, ours).sites is None
    at_one = split([Told(one.day, "Hbf", one.impressions) for one in dated],
                   [Own(one.day, " hbf", one.impressions) for one in own], ours)  # fmt: skip
    assert not at_one.sites


@given(st.lists(st.builds(Own, DAYS, SITES, FIGURES), max_size=8))
def test_equal_counts_differ_in_nothing(own: list[Own]) -> None:
    theirs = [Told(one.day, one.site, one.impressions) for one in own]
    found = split(theirs, own, sum((one.impressions for one in own), Decimal(0)))
    assert not any(getattr(found, part) for part in PARTS)


def test_a_month_is_split_into_every_part() -> None:
    day = [FIRST + timedelta(days=number) for number in range(4)]
    theirs = [
        Told(day[0], "Hbf", Decimal(100)), Told(day[0], "Kiosk", Decimal(7)),  # Kiosk: only theirs
        Told(day[1], "Hbf", Decimal(90)),
        Told(day[3], "Hbf", Decimal(11)),  # ours has nothing of this day
    ]  # fmt: skip
    own = [
        Own(day[0], "Hbf", Decimal(120), corrected=Decimal(20)),
        Own(day[1], "hbf", Decimal(95)), Own(day[1], "Mall", Decimal(3), corrected=Decimal(1)),  # Mall: only ours
        Own(day[2], "Hbf", Decimal(50)),  # they have nothing of this day
    ]  # fmt: skip
    found: Any = split(theirs, own, Decimal(258))
    assert {part: getattr(found, part) for part in PARTS} == {
        "time_zone": 10, "days_missing": 11 - 50, "late_corrections": -20, "sites": 7 - 3, "rest": -5,
    }  # fmt: skip
    assert (found.difference, found.missing_at_them, found.missing_at_us) == (-50, 1, 1)


def test_of_a_total_the_days_cannot_be_known() -> None:
    own = [Own(FIRST, "", Decimal(40), corrected=Decimal(4)), Own(FIRST + timedelta(days=1), "", Decimal(60))]
    found: Any = split([Told(None, "", Decimal(95))], own, Decimal(100))
    assert (found.days_missing, found.sites, found.late_corrections, found.rest) == (None, None, -4, -1)
    unknown: Any = split([Told(None, "", Decimal(95))], own, Decimal(90), zone_known=False)
    assert (unknown.time_zone, unknown.rest) == (None, 9)


def test_the_tolerance_is_judged_on_the_exact_figures() -> None:
    ten = Decimal(10)
    assert not beyond(Decimal(1000), Decimal(900), ten)
    assert beyond(Decimal(1000), Decimal("899.9999"), ten)
    assert beyond(Decimal(0), Decimal(1), ten)
    assert not beyond(Decimal(0), Decimal(0), ten)
    assert (percent(Decimal(800), Decimal(900)), percent(Decimal(0), Decimal(1))) == (Decimal("12.5"), None)
