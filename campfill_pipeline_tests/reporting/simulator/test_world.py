"""The simulated world: the same every time, as large and mixed as the real list, odd where it should be."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from campfill_pipeline.simulator import vocabulary
from campfill_pipeline.simulator.roster import Shape
from campfill_pipeline.simulator.world import World, make_world

_PATTERN = re.compile(r"20\d\d_\d+_\d{4}_\d_(?P<placement>[^_]+)_(?P<advertiser>[^_]+)_[^_]+_[\d.-]+_")


@pytest.fixture(scope="module")
def frame(full_world: World) -> pd.DataFrame:
    return full_world.detail_rows(full_world.first_day, full_world.last_day)


def test_the_same_seed_and_day_make_the_same_world(small_world: World) -> None:
    again = make_world(small_world.today, seed=3, shape=Shape.small())
    assert again.lines == small_world.lines
    assert again.planted == small_world.planted
    assert again.rows.impressions.tolist() == small_world.rows.impressions.tolist()


def test_another_seed_makes_another_world(small_world: World) -> None:
    other = make_world(small_world.today, seed=4, shape=Shape.small())
    assert not {line.id for line in other.lines} & {line.id for line in small_world.lines}


def test_the_list_has_the_size_and_spread_of_the_real_one(full_world: World) -> None:
    lines = full_world.lines
    assert len({line.id for line in lines}) == len(lines) == 7_056
    assert len({line.runtime for line in lines}) == 2_293
    assert len({line.goal for line in lines}) == 4_089
    assert len({line.cpm for line in lines}) == 902
    assert len({line.buyer for line in lines}) == 68
    assert 0.08 < np.mean([line.budget is None for line in lines]) < 0.095
    assert min(line.goal for line in lines) >= 3_000
    assert max(line.goal for line in lines) <= 720_000


def test_names_follow_the_pattern_in_nine_cases_of_ten(full_world: World) -> None:
    matches = [_PATTERN.fullmatch(line.name) for line in full_world.lines]
    fitting = [match for match in matches if match]
    assert 0.88 < len(fitting) / len(matches) < 0.9
    assert {match["placement"] for match in fitting} == set(vocabulary.PLACEMENTS)
    assert {match["advertiser"] for match in fitting} == set(vocabulary.ADVERTISERS)
    assert (len(vocabulary.PLACEMENTS), len(vocabulary.ADVERTISERS)) == (15, 137)


def test_a_campaign_has_no_buyer_and_a_deal_has_one(full_world: World) -> None:
    assert all((line.buyer == "Not set") == (line.kind == "campaign") for line in full_world.lines)


def test_lines_are_ended_live_scheduled_and_long_gone(full_world: World) -> None:
    eras = Counter(line.era for line in full_world.lines)
    assert eras == {"past": 5_506, "ended": 1_150, "live": 220, "scheduled": 120, "straddling": 60}
    today, first = full_world.today, full_world.first_day
    for line in full_world.lines:
        assert line.start <= line.end
        if line.era == "ended":
            assert first <= line.start <= line.end < today
        elif line.era == "live":
            assert line.start <= today <= line.end
        elif line.era == "scheduled":
            assert line.start > today
        elif line.era == "past":
            assert line.end < first


def test_audiences_of_sites_differ_tenfold(full_world: World) -> None:
    mean = full_world.sites.audience.mean(axis=1)
    assert full_world.sites.number == 40
    assert mean.max() / mean.min() == pytest.approx(10)


def test_the_delivery_of_the_known_days_can_be_loaded_in_a_minute(full_world: World) -> None:
    yesterday = full_world.today - timedelta(1)
    assert 500_000 < full_world.detail_table(full_world.first_day, yesterday).num_rows < 800_000


def test_a_row_is_one_hour_site_campaign_and_deal(frame: pd.DataFrame) -> None:
    key = ["hour_utc", "site", "campaign_id", "deal_id"]
    assert not frame.duplicated(key).any()
    assert frame["deal_id"].notna().all()
    assert 0.45 < frame["campaign_id"].notna().mean() < 0.7


def test_the_day_of_the_clock_change_has_its_25_hours() -> None:
    world = make_world(date(2026, 11, 5), seed=2, shape=Shape.small())
    change = world.calendar.index(date(2026, 10, 25))
    assert int(world.calendar.starts[change + 1] - world.calendar.starts[change]) == 25


def test_every_kind_of_oddity_occurs_and_stays_rare(full_world: World) -> None:
    odd = full_world.odd
    covered = sum(line.era in ("ended", "live") for line in full_world.lines)
    members = (
        odd.kind_conflicts, odd.renamed, odd.retyped, odd.two_deals, odd.outside_flight, odd.ambiguous,
        odd.overview_factor, odd.late, odd.orphans,
    )  # fmt: skip
    assert all(2 <= len(group) <= covered / 100 for group in members)
    assert not set(full_world.planted) & (odd.kind_conflicts | odd.renamed | odd.retyped | odd.two_deals)


def test_orphans_and_second_identities_are_in_the_rows(full_world: World, frame: pd.DataFrame) -> None:
    reported = set(frame["campaign_id"].dropna()) | set(frame["deal_id"])
    assert full_world.odd.orphans <= reported
    deals = frame.groupby("campaign_id")["deal_id"].nunique()
    assert all(deals[line_id] == 2 for line_id in full_world.odd.two_deals)
    for campaign, deal in full_world.odd.ambiguous:
        assert ((frame["campaign_id"] == campaign) & (frame["deal_id"] == deal)).any()
    for line_id in full_world.odd.retyped:
        mine = frame[(frame["campaign_id"] == line_id) | (frame["deal_id"] == line_id)]
        assert mine["deal_purchase_type"].nunique() == 2


def test_silent_lines_have_no_rows_at_all(full_world: World, frame: pd.DataFrame) -> None:
    silent = {line_id for line_id, cause in full_world.planted.items() if cause == "no_reporting"}
    assert silent
    assert not silent & (set(frame["campaign_id"].dropna()) | set(frame["deal_id"]))
