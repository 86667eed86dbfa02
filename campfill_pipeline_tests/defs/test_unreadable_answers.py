"""A sequence of answers, readable or not, leaves what a plain model says: no unreadable answer changes a figure.

The answers come over real HTTP and are stored in a real database; the model is a dictionary.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from campfill_pipeline.defs.resources import Campfill
from campfill_pipeline_tests.defs.test_a_refusal_is_no_absence import Row, fetch, home, renamed, rows
from campfill_pipeline_tests.reporting.loopback import Asked, Reply, serving

BASE = rows(sites=2)
Stored = dict[str, int]  # impressions by the row's hour and site
BAD: list[dict[str, Any]] = [
    {"Total Impressions": "?"},
    {"Total Impressions": None},
    {"Total Impressions": [1]},
    {"Core DSP Campaign ID": None},
    {"Core DSP Campaign ID": "x" * 300},
]
UNREADABLE = [
    "error",
    "null",
    "no list",
    "renamed",
    "repeated",
    "loop",
    "collapse",
    "empty",
    "too many refused",
    "other time",
]


def key(row: Row) -> str:
    return f"{row['Date'][:13]} {row['Site']}"


def with_impressions(figure: int) -> list[Row]:
    return [row | {"Total Impressions": figure} for row in BASE]


class Api:
    """Answers by the window asked for, in whatever way it is told."""

    def __init__(self) -> None:
        self.kind, self.rows = "readable", BASE

    def __call__(self, asked: Asked) -> Reply:
        first, end = asked.query["from"][:13], asked.query["to"][:13]
        inside = [row for row in self.rows if self.kind == "other time" or first <= row["Date"][:13] < end]
        cursor = asked.query.get("cursor")
        told: dict[str, object] = {
            "error": {"error": "overloaded", "rows": []},
            "null": {"rows": None},
            "no list": {"data": inside},
            "repeated": {"rows": inside, "next_cursor": f"{cursor or 'c'}c"},
            "loop": {"rows": inside, "next_cursor": "c"},
            "empty": {"rows": []},
        }
        return Reply(told.get(self.kind, {"rows": inside, "next_cursor": None}))


def unreadable(kind: str, figure: int) -> list[Row]:
    listed = with_impressions(figure)
    if kind == "renamed":
        return [renamed(row) for row in listed]
    if kind == "collapse":
        return listed[:20]
    if kind == "too many refused":
        return [row | (BAD[0] if place % 4 == 0 else {}) for place, row in enumerate(listed)]
    if kind == "other time":
        return [row | {"Date": row["Date"].replace("2025", "2024")} for row in listed]
    return listed


def stored(campfill: Campfill) -> Stored:
    with campfill.connect() as connection:
        found = connection.execute(
            "SELECT to_char(hour_utc AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24 ') || site, impressions::int"
            " FROM report_row"
        ).fetchall()
        assert connection.execute("SELECT coalesce(sum(impressions), 0)::int FROM report_day").fetchone() == (
            sum(figure for _, figure in found),
        )
    return dict(found)


@pytest.fixture
def api() -> Api:
    return Api()


@pytest.fixture
def campfill(api: Api, tmp_path: Path, database_url: str) -> Iterator[Campfill]:
    with serving(api) as served:
        yield home(served, tmp_path, database_url)


def take(campfill: Campfill, api: Api, model: Stored, step: tuple[Any, ...]) -> Stored:
    """One answer; returns what must be stored after it."""
    api.kind, figure = step[0], step[1]
    if api.kind != "readable":
        api.rows = unreadable(api.kind, figure)
        assert fetch(campfill), api.kind
        return model
    bad, left_out = step[2], step[3]
    listed = list(enumerate(with_impressions(figure)))
    api.rows = [row | bad.get(place, {}) for place, row in listed if place not in left_out]
    assert fetch(campfill) is None
    wanted = {key(row): figure for place, row in listed if place not in {*bad, *left_out}}
    # Which row a refused one without an id is cannot be told: it keeps what is stored at its hour and site.
    kept = {
        key(row): model[key(row)]
        for place, row in listed
        if place in bad and place not in left_out and key(row) in model
    }
    return wanted | kept


def replay(campfill: Campfill, api: Api, steps: list[tuple[Any, ...]]) -> None:
    with campfill.connect() as connection:
        connection.execute(
            "TRUNCATE report_hour, report_series, report_entity, site, report_day, restatement, delivery_fetch,"
            " line_day, line_register, line_dirty, report_fetch, report_refusal"
        )
        connection.commit()
    model = take(campfill, api, {}, ("readable", 5, {}, set()))
    for step in steps:
        model = take(campfill, api, model, step)
        assert stored(campfill) == model, step


def test_no_unreadable_answer_changes_a_figure(campfill: Campfill, api: Api) -> None:
    half_read = ("readable", 3, {5: BAD[0], 9: BAD[3], 30: BAD[4], 41: BAD[2]}, {11})
    replay(campfill, api, [half_read, *((kind, 7) for kind in UNREADABLE), ("readable", 4, {}, set())])
