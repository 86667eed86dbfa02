"""The night on which the clocks go back, told by an API in local time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from campfill_pipeline.reporting.fetched import Fetched
from campfill_pipeline_tests.reporting.descriptions import DETAIL, small
from campfill_pipeline_tests.reporting.loopback import Asked, Reply, Script, serving
from campfill_pipeline_tests.reporting.ppv_rows import always, client, row

START = datetime(2025, 10, 25, 22, tzinfo=UTC)  # the local day has 25 hours
END = datetime(2025, 10, 26, 23, tzinfo=UTC)
TWICE = datetime(2025, 10, 26, 0, tzinfo=UTC)
LOCAL = "2025-10-26T02:00:00"
BERLIN = 'time_zone = "Europe/Berlin"\n'


def local(moment: str = LOCAL, impressions: int = 10, site: str = "A", **more: Any) -> dict[str, Any]:
    return row(site=site, impressions=impressions, Date=moment, **more)


def fetched(script: Script, detail: str = DETAIL, values: str = BERLIN, limits: str = "") -> Fetched:
    description = small(detail=detail, values=values, limits=limits)
    with serving(script) as served, client(served, description=description) as api:
        return api.fetch(START, END)


def answer(*rows: dict[str, Any]) -> Script:
    return always(Reply({"rows": list(rows)}))


def told(found: Fetched) -> list[tuple[int, str, int]]:
    """(hours after the first of the two, site, impressions)"""
    return [
        ((one["hour_utc"] - TWICE) // timedelta(hours=1), one["site"], int(one["impressions"]))
        for one in found.table.to_pylist()
    ]


BEFORE, AFTER = local("2025-10-26T01:00:00", 1), local("2025-10-26T03:00:00", 9)


def test_two_rows_of_the_doubled_hour_are_two_hours() -> None:
    found = fetched(answer(BEFORE, local(impressions=4), local(impressions=7), AFTER))
    assert told(found) == [(-1, "A", 1), (0, "A", 4), (1, "A", 7), (2, "A", 9)]
    assert (found.contradicting, found.refused) == (0, ())
    assert [remark.code for remark in found.remarks] == ["ambiguous_hour"]


def test_each_site_is_told_apart_by_itself() -> None:
    rows = [local(site="A", impressions=1), local(site="B", impressions=2)]
    rows += [local(site="A", impressions=3), local(site="B", impressions=4)]
    assert told(fetched(answer(BEFORE, *rows, AFTER)))[1:-1] == [
        (0, "A", 1),
        (0, "B", 2),
        (1, "A", 3),
        (1, "B", 4),
    ]


def test_a_source_that_goes_back_in_time_tells_the_second_hour_first() -> None:
    found = fetched(answer(AFTER, local(impressions=7), local(impressions=4), BEFORE))
    assert told(found) == [(2, "A", 9), (1, "A", 7), (0, "A", 4), (-1, "A", 1)]


def test_a_single_row_is_the_first_hour() -> None:
    assert told(fetched(answer(BEFORE, local(), AFTER)))[1] == (0, "A", 10)


def test_two_rows_on_two_pages_are_two_hours() -> None:
    pages = [
        [BEFORE, local(impressions=4)],
        [local(impressions=4), local(impressions=7)],
        [local(impressions=7), AFTER],
    ]

    def script(asked: Asked) -> Reply:
        number = int(asked.query.get("page", 1))
        return Reply({"rows": pages[number - 1], "pages": 3})

    paging = 'paging = { kind = "page", total_pages = "pages" }\nanswer ='
    found = fetched(script, DETAIL.replace("answer =", paging))
    assert sorted(told(found)) == [(-1, "A", 1), (0, "A", 4), (1, "A", 7), (2, "A", 9)]


def test_two_equal_rows_count_once_and_the_second_is_refused() -> None:
    found = fetched(answer(BEFORE, local(), local(), local(site="B", impressions=5), AFTER))
    assert told(found) == [(-1, "A", 1), (0, "A", 10), (0, "B", 5), (2, "A", 9)]
    (bad,) = found.refused
    assert (bad.row, bad.code) == (3, "hour_told_twice")
    assert bad.key is not None
    assert (bad.key.hour_utc, bad.key.site) == (TWICE + timedelta(hours=1), "A")


def test_two_rows_of_nothing_are_two_hours_of_nothing() -> None:
    nothing: dict[str, Any] = {"Bids": 0, "Auction Wins": 0, "Sync Group Plays": 0}
    found = fetched(answer(BEFORE, local(impressions=0, **nothing), local(impressions=0, **nothing), AFTER))
    assert (len(told(found)), found.refused) == (4, ())


def test_three_different_rows_contradict_each_other() -> None:
    found = fetched(answer(BEFORE, *(local(impressions=count) for count in (1, 2, 3)), AFTER))
    assert found.contradicting == 1


def test_parts_that_are_summed_are_all_of_the_first_hour() -> None:
    summing = DETAIL.replace("answer =", 'same_key = "sum"\nanswer =')
    found = fetched(answer(BEFORE, local(), local(), local(impressions=5), AFTER), summing)
    assert sorted(told(found))[1] == (0, "A", 25)


@pytest.mark.parametrize("offset", [True, False])
def test_an_offset_or_utc_leaves_no_doubt(offset: bool) -> None:
    hours = (
        ["2025-10-26T02:00:00+02:00", "2025-10-26T02:00:00+01:00"] if offset else ["2025-10-26T00:00:00"] * 1
    )
    found = fetched(answer(*map(local, hours)), values=BERLIN if offset else "")
    assert told(found) == [(hour, "A", 10) for hour in range(len(hours))]
    assert found.remarks == ()


def test_no_part_of_a_day_ends_between_two_hours_of_one_name() -> None:
    def script(asked: Asked) -> Reply:
        rows = [BEFORE, local(impressions=4), local(impressions=7), AFTER]
        return Reply(
            {"rows": [one for one in rows if asked.query["from"] <= one["Date"] < asked.query["to"]]}
        )

    detail = DETAIL.replace("{start_utc}", "{start:%Y-%m-%dT%H:%M:%S}").replace(
        "{end_utc}", "{end:%Y-%m-%dT%H:%M:%S}"
    )
    found = fetched(script, detail, limits="window_hours = 1\n")
    assert sorted(told(found)) == [(-1, "A", 1), (0, "A", 4), (1, "A", 7), (2, "A", 9)]
    assert found.refused == ()
