"""Answers of as many rows as ever, and wrong: over real HTTP, into a real database, with known lines."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from campfill_pipeline.defs import delivery_steps
from campfill_pipeline.defs.resources import Campfill
from campfill_pipeline_tests.defs.test_a_refusal_is_no_absence import DAY, Row, Source, fetch, home, total
from campfill_pipeline_tests.reporting.loopback import serving
from campfill_pipeline_tests.warehouse.delivery_rows import add_line

LINE, OTHER = (f"c0000000-0000-0000-0000-00000000000{number}" for number in (1, 2))
SITES = [f"Site {number}" for number in range(4)]


def rows() -> list[Row]:
    """24 hours of two lines at four sites, each with another figure."""
    found = []
    for hour in range(24):
        at = f"2025-08-0{4 + (hour + 22) // 24}T{(hour + 22) % 24:02}:00:00.000Z"
        for place, site in enumerate(SITES):
            for line in (LINE, OTHER):
                figure = 1000 + 7 * hour + place + (0.25 if line == LINE else -500)
                found.append(
                    {"Date": at, "Site": site, "Total Impressions": figure, "Core DSP Campaign ID": line}
                )
    return found


@pytest.fixture
def source() -> Source:
    return Source(rows())


@pytest.fixture
def campfill(source: Source, tmp_path: Path, database_url: str) -> Iterator[Campfill]:
    with serving(source) as served:
        made = home(served, tmp_path, database_url)
        with made.connect() as connection:
            for line in (LINE, OTHER):
                add_line(connection, line)
        yield made


def changed(**cells: Callable[[Row], Any]) -> Callable[[Row], Row]:
    return lambda row: row | {name.replace("_", " "): made(row) for name, made in cells.items()}


OF_OTHER = [
    (changed(Total_Impressions=lambda row: row["Total Impressions"] * 1000), "hardly right"),
    (
        changed(Core_DSP_Campaign_ID=lambda row: row["Core DSP Campaign ID"].replace("-", "")[::-1]),
        "2 lines would lose",
    ),
    (
        changed(Site=lambda row: row["Core DSP Campaign ID"], Core_DSP_Campaign_ID=lambda row: row["Site"]),
        "2 lines",
    ),
    (
        changed(
            Total_Impressions=lambda row: (
                0 if row["Core DSP Campaign ID"] == OTHER else row["Total Impressions"]
            )
        ),
        f"One line would lose.*{OTHER}",
    ),
]


@pytest.mark.parametrize(("change", "words"), OF_OTHER)
def test_a_day_that_would_say_something_else_of_its_lines_stays(
    campfill: Campfill, source: Source, change: Callable[[Row], Row], words: str
) -> None:
    assert fetch(campfill) is None
    before = total(campfill)
    source.rows = [change(row) for row in rows()]
    failure = fetch(campfill)
    assert failure is not None
    assert re.search(words, failure), failure
    assert total(campfill) == before


def test_a_line_that_is_gone_from_a_day_must_be_accepted(campfill: Campfill, source: Source) -> None:
    assert fetch(campfill) is None
    source.rows = [row for row in rows() if row["Core DSP Campaign ID"] == LINE]
    assert "One line would lose" in (fetch(campfill) or "")
    with campfill.accepting_all(True):
        assert fetch(campfill) is None
    assert total(campfill)[0] == 96


def test_a_site_that_is_the_sum_of_all_others_is_no_site(campfill: Campfill, source: Source) -> None:
    sums: dict[tuple[str, str], Row] = {}
    for row in rows():
        key = row["Date"], row["Core DSP Campaign ID"]
        sums.setdefault(key, row | {"Site": "Netzwerk", "Total Impressions": 0})["Total Impressions"] += row[
            "Total Impressions"
        ]
    source.rows = rows() + list(sums.values())
    assert "“Netzwerk”" in (fetch(campfill) or "")
    assert total(campfill) == (0, 0)


def test_a_line_all_of_whose_rows_are_refused_makes_no_day_without_it(
    campfill: Campfill, source: Source
) -> None:
    def part(row: Row, number: int) -> Row:
        return row | {"Deal ID": f"d{number}"}

    many = [part(row, number) for row in rows() if row["Core DSP Campaign ID"] == LINE for number in range(8)]
    unreadable = [row | {"Total Impressions": "?"} for row in rows() if row["Core DSP Campaign ID"] == OTHER]
    source.rows = many + unreadable
    assert f"No row of {OTHER}" in (fetch(campfill) or "")
    # Once something of it is stored, refused rows keep that, and the others are taken.
    source.rows = many + [row for row in rows() if row["Core DSP Campaign ID"] == OTHER]
    assert fetch(campfill) is None
    source.rows = many + unreadable
    (done,) = delivery_steps.fetch_days(campfill, [DAY], "run")
    assert (done.failure, total(campfill)[0]) == (None, 8 * 96 + 96)


def test_a_site_that_is_gone_from_a_finished_day_must_be_accepted_unless_it_has_another_name(
    campfill: Campfill, source: Source
) -> None:
    assert fetch(campfill) is None
    source.rows = [row for row in rows() if row["Site"] != SITES[0]]
    assert re.search(f"One site would lose most.*{SITES[0]}", fetch(campfill) or "", re.S)
    assert total(campfill)[0] == 192
    source.rows = [row | {"Site": "A new name"} if row["Site"] == SITES[0] else row for row in rows()]
    assert fetch(campfill) is None
    source.rows = [row for row in source.rows if row["Site"] != "A new name"]
    with campfill.accepting_all(True):
        assert fetch(campfill) is None
    assert total(campfill)[0] == 144


def test_a_fresh_day_in_another_unit_than_the_days_before_is_not_stored(
    campfill: Campfill, source: Source
) -> None:
    def later(row: Row, times: int) -> Row:
        date = str(row["Date"]).replace("2025-08-05", "2025-08-06").replace("2025-08-04", "2025-08-05")
        return row | {"Date": date, "Total Impressions": row["Total Impressions"] * times}

    assert fetch(campfill) is None
    held = total(campfill)
    for times in (1000, 11):
        source.rows = [later(row, times) for row in rows()]
        (done,) = delivery_steps.fetch_days(campfill, ["2025-08-06"], "run")
        assert "seven days before" in (done.failure or "")
        assert total(campfill) == held
    source.rows = [later(row, 9) for row in rows()]
    (done,) = delivery_steps.fetch_days(campfill, ["2025-08-06"], "run")
    assert (done.failure, total(campfill)[0]) == (None, 2 * held[0])
