"""Hours as APIs write them: texts, counts since 1970, and anything else that JSON can hold."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from campfill_pipeline.domain.report_hours import with_hour
from campfill_pipeline.reporting.client import ReportingClient
from campfill_pipeline.reporting.description.connector import ConnectorError
from campfill_pipeline.reporting.fetched import Fetched
from campfill_pipeline_tests.reporting.descriptions import small
from campfill_pipeline_tests.reporting.loopback import QuickClock, Reply, serving
from campfill_pipeline_tests.reporting.ppv_rows import END, START, TOKEN, always, row

SECONDS = int(START.timestamp())
STRANGE: list[Any] = [
    True,
    False,
    0,
    -1,
    5,
    10**30,
    1.5,
    -0.0,
    1e300,
    [],
    [1],
    {},
    {"a": None},
    "",
    "\u0000",
    None,
]


def fetched(rows: list[dict[str, Any]], values: str = "") -> Fetched:
    description = small(values=values)
    body = json.dumps({"rows": rows}).encode()  # orjson knows no number beyond 64 bits
    with (
        serving(always(Reply(body))) as served,
        ReportingClient(
            description, served.url, TOKEN, timezone=ZoneInfo("Europe/Berlin"), clock=QuickClock()
        ) as api,
    ):
        return api.fetch(START, END)


def hours(*written: object, values: str = "") -> list[datetime]:
    found = fetched([row(Date=one, site=str(place)) for place, one in enumerate(written)], values)
    assert not found.refused
    listed: list[datetime] = found.table["hour_utc"].to_pylist()
    return listed


@pytest.mark.parametrize("per_second", [1, 10**3, 10**6, 10**9])
@pytest.mark.parametrize("kind", [int, float, str])
def test_counts_since_1970_are_read_whatever_their_unit(per_second: int, kind: type) -> None:
    counts = [kind((SECONDS + 3600 * hour) * per_second) for hour in (0, 1, 23)]
    assert hours(*counts) == [START + timedelta(hours=hour) for hour in (0, 1, 23)]


def test_counts_and_texts_may_stand_beside_each_other() -> None:
    assert hours(SECONDS, "2026-02-11T00:00:00Z", SECONDS * 1000.0) == [
        START,
        START + timedelta(hours=1),
        START,
    ]


def test_a_pattern_goes_before_a_count() -> None:
    assert hours(2026021023, 2026021100, values='time_formats = ["%Y%m%d%H"]') == [
        START,
        START + timedelta(hours=1),
    ]


def test_a_count_within_an_hour_belongs_to_it_or_is_refused() -> None:
    assert hours(SECONDS + 1799.5, values='granularity = "finer"') == [START]
    assert [bad.code for bad in fetched([row(Date=SECONDS + 1800)]).refused] == ["not_on_the_hour"]


@pytest.mark.parametrize("begun", [START, datetime(2026, 2, 11, tzinfo=UTC)])
def test_a_counted_day_begins_at_midnight_here_or_in_utc(begun: datetime) -> None:
    assert hours(int(begun.timestamp()) * 1000, values='granularity = "day"') == [START]


def test_a_counted_day_that_begins_at_no_midnight_is_refused() -> None:
    found = fetched([row(Date=SECONDS + 7200)], 'granularity = "day"')
    assert [bad.code for bad in found.refused] == ["not_a_date"]


COLUMNS = ("Date", "Site", "Core DSP Campaign ID", "Total Impressions")


@pytest.mark.parametrize("value", STRANGE, ids=repr)
def test_a_time_of_any_kind_is_refused_with_its_place(value: object) -> None:
    """Alone in its column, which goes the quick way, and beside others."""
    for others in ([], [row(1), {**row(2), "Date": SECONDS}]):
        found = fetched([{**row(0), "Date": value}, *others])
        (bad,) = found.refused
        assert (bad.row, bad.reasons[0].column) == (1, "Date")
        assert found.table.num_rows == len(others)


@pytest.mark.parametrize("column", COLUMNS)
def test_no_kind_of_value_breaks_the_reading_of_the_others(column: str) -> None:
    rows = [{**row(0, site=str(place)), column: value} for place, value in enumerate(STRANGE)]
    found = fetched([*rows, row(1, site="last")])
    assert found.table["site"].to_pylist()[-1] == "last"
    assert found.table.num_rows + len(found.refused) + found.repeated == len(rows) + 1


def test_names_of_zones_in_patterns_are_refused() -> None:
    with pytest.raises(ConnectorError, match="%Z"):
        small(values='time_formats = ["%Y-%m-%d %H:%M %Z"]')


def test_a_blank_hour_beside_a_midnight_leaves_a_bare_date() -> None:
    for day in ("2025-08-04", "2025-08-04T00:00:00.000Z", "2025-08-04 00:00"):
        assert with_hour(day, " ") == "2025-08-04"
        assert with_hour(day, "0") != "2025-08-04"
    assert with_hour("2025-08-04T13:00:00Z", None) == "2025-08-04T13:00:00Z"
