"""Answers that look whole and are not, each by a description written as an API's documents would have it: all are loud.

Beside them: what an API may say of itself though all has come, which is no doubt.
"""

from __future__ import annotations

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import orjson
import pytest

from campfill_pipeline.domain.local_days import day_window
from campfill_pipeline.reporting.client import ReportingClient
from campfill_pipeline.reporting.description import connector
from campfill_pipeline.reporting.description.connector import ConnectorError
from campfill_pipeline.reporting.errors import ReportingError
from campfill_pipeline.reporting.fetched import Fetched
from campfill_pipeline_tests.reporting.loopback import Asked, QuickClock, Reply, Script, serving

BERLIN = ZoneInfo("Europe/Berlin")
DAY = date(2026, 2, 10)
ACME = """
name = "acme"
title = "Acme"
base_url = "https://acme.example"
[auth]
kind = "bearer"
[limits]
attempts = 2
LIMITS
[values]
time_zone = "Europe/Berlin"
VALUES
[detail]
path = "/stats"
params = { from = "{start:%Y-%m-%dT%H:%M}", to = "{end:%Y-%m-%dT%H:%M}" }
answer = { rows = "rows" }
DETAIL
[detail.columns]
hour = "time"
campaign_id = "campaign"
impressions = "imps"
"""


def rows(count: int = 24, **more: Any) -> list[dict[str, Any]]:
    return [
        {"time": f"2026-02-10T{hour:02}:00", "campaign": "101", "imps": 10} | more for hour in range(count)
    ]


def fetched(script: Script, **parts: str) -> Fetched:
    text = ACME
    for name in ("LIMITS", "VALUES", "DETAIL"):
        text = text.replace(f"{name}\n", parts.get(name, "") + "\n")
    for old, new in ((parts.get("old", ""), parts.get("new", "")),):
        text = text.replace(old, new) if old else text
    described = connector.parse(text, "acme.toml")
    with (
        serving(script) as served,
        ReportingClient(described, served.url, "tok", environ={}, timezone=BERLIN, clock=QuickClock()) as one,
    ):
        return one.fetch(*day_window(DAY, BERLIN))


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Continuation-Token": "abc"}, {"x-ms-continuation": "abc"}, {"Continuation-Token": "abc"},
        {"nextToken": "abc"}, {"X-Amz-Next-Token": "abc"}, {"X-Cursor-Next": "abc"}, {"Next-Page": "2"},
        {"X-Pagination": '{"totalPages": 3, "page": 1}'}, {"X-List-Total": "72"}, {"X-Total-Pages": "3"},
        {"Pagination-Count": "72", "Pagination-Page": "1", "Pagination-Limit": "24"}, {"X-Truncated": "true"},
        {"Warning": '299 - "partial result"'}, {"Link": '<https://acme.example/2>; rel="next"'},
    ],
    ids=str,
)  # fmt: skip
def test_a_header_that_tells_of_more_is_heard(headers: dict[str, str]) -> None:
    with pytest.raises(ReportingError, match="more rows"):
        fetched(lambda asked: Reply({"rows": rows()}, headers=headers))


@pytest.mark.parametrize(
    "more",
    [
        {"done": False}, {"last": False}, {"isLastPage": False}, {"moreAvailable": True}, {"hasMorePages": True},
        {"scroll_id": "abc"}, {"data_state": "partial"}, {"dataComplete": False}, {"row_limit_reached": True},
        {"warnings": ["limit of 24 rows"]}, {"warning": "only the first 24 rows are shown"}, {"rowsTruncated": True},
        {"count": 72, "limit": 24, "offset": 0}, {"meta": {"query_status": "running"}},
    ],
    ids=str,
)  # fmt: skip
def test_a_word_that_tells_of_more_is_heard(more: dict[str, Any]) -> None:
    with pytest.raises(ReportingError):
        fetched(lambda asked: Reply({"rows": rows(), **more}))


@pytest.mark.parametrize(
    ("headers", "more"),
    [
        ({"X-Total-Count": "24", "X-Request-Id": "next", "Warning": '299 - "deprecated"'}, {}),
        ({"X-Pagination": '{"totalPages": 1}', "Pagination-Count": "24", "Pagination-Limit": "24"}, {}),
        ({"X-RateLimit-Limit": "5", "X-RateLimit-Remaining": "4", "X-Page-Size": "24"}, {}),
        ({}, {"done": True, "last": True, "hasMore": False, "moreAvailable": "false"}),
        ({}, {"count": 24, "limit": 1000, "offset": 0, "data_state": "final", "dataComplete": True}),
        ({}, {"warnings": [], "paging": {"cursors": {"after": "abc"}}, "end": "2026-02-11", "last": "2026-02-10"}),
        ({}, {"warnings": ["You used 80 % of your calls"], "report_status": "complete"}),
    ],
)  # fmt: skip
def test_what_is_said_where_all_came_is_no_doubt(headers: dict[str, str], more: dict[str, Any]) -> None:
    found = fetched(lambda asked: Reply({"rows": rows(), **more}, headers=headers))
    assert (found.rows, found.refused) == (24, ())


@pytest.mark.parametrize(
    "parts",
    [
        {"LIMITS": "page_rows = 24", "old": "params = { ", "new": 'params = { limit = "{limit}", '},
        {"old": "params = { ", "new": 'params = { per_page = "24", '},
        {"LIMITS": "page_rows = 240", "old": "params = { ", "new": 'params = { n = "{limit}", '},
        {"old": "answer = {", "new": 'method = "POST"\nbody = { page = { size = 24 } }\nanswer = {'},
        {"LIMITS": "max_rows = 24"},
    ],
    ids=["limit", "per_page", "any name", "in the body", "a described cap"],
)  # fmt: skip
def test_as_many_rows_as_were_asked_for_are_not_all(parts: dict[str, str]) -> None:
    many = 240 if "240" in parts.get("LIMITS", "") else 24
    answer = [row | {"campaign": str(number)} for number in range(many // 24) for row in rows()]
    with pytest.raises(ReportingError, match="at most"):
        fetched(lambda asked: Reply({"rows": answer}), **parts)
    assert fetched(lambda asked: Reply({"rows": answer[:-1]}), **parts).rows == many - 1
    if "max_rows" not in parts.get("LIMITS", ""):
        ends = {"DETAIL": "", **parts}
        text = (
            parts["new"].replace("answer = {", "answer = { ends = true,")
            if "answer" in parts["new"]
            else None
        )
        if text is not None:
            assert fetched(lambda asked: Reply({"rows": answer}), **(ends | {"new": text})).rows == many


@pytest.mark.parametrize(
    "body",
    [
        {"error": {"code": 500}, "rows": None}, {"code": 50000, "data": None}, {"rows": None}, {"data": rows()},
        {"error": "quota", "rows": rows()}, {"success": False, "rows": []}, {}, {"rows": "none"},
        {"rows": {"0": rows()[0]}},
    ],
    ids=lambda body: str(body)[:40],
)  # fmt: skip
def test_an_error_or_no_list_is_no_empty_day(body: dict[str, Any]) -> None:
    with pytest.raises(ReportingError):
        fetched(lambda asked: Reply(body))


@pytest.mark.parametrize(
    "change",
    [
        {"imps": None}, {"campaign": None}, {"time": "soon"}, {"imps": "1,2,3"},
        {"imps": "1.5K"},
        {"time": "2026-02-12T05:00"}, {"imps": -5}, {"imps": True}, {"time": "2026-02-10"}, {"time": 17.5},
    ],
    ids=str,
)  # fmt: skip
def test_a_value_that_is_none_costs_its_row_and_is_told(change: dict[str, Any]) -> None:
    found = fetched(lambda asked: Reply({"rows": [*rows(23), rows(24)[23] | change]}))
    assert (found.table.num_rows, len(found.refused)) == (23, 1)


def test_a_figure_with_marks_is_read_where_it_has_one_reading_alone() -> None:
    dressed = [
        row | {"imps": imps} for row, imps in zip(rows(3), ("1.234,5 €", "1,234.5", "1 234"), strict=True)
    ]
    found = fetched(lambda asked: Reply({"rows": dressed}))
    assert [str(row["impressions"]) for row in found.table.to_pylist()] == [
        "1234.5000",
        "1234.5000",
        "1234.0000",
    ]


@pytest.mark.parametrize(
    "made",
    [
        lambda: [row | {"renamed": row.pop("imps")} for row in rows()],
        lambda: [row | {"time": row["time"].replace("10T", "12T")} for row in rows()],
    ],
    ids=["a column renamed", "another day"],
)
def test_rows_that_are_all_refused_are_counted_as_such(made: Any) -> None:
    found = fetched(lambda asked: Reply({"rows": made()}))
    assert (found.table.num_rows, len(found.refused)) == (0, 24)


def test_a_totals_row_among_the_rows_is_never_a_lines() -> None:
    sums = [{"time": "Total", "campaign": "101", "imps": 240}, {"time": None, "campaign": None, "imps": 240}]
    found = fetched(lambda asked: Reply({"rows": rows() + sums}))
    assert (found.table.num_rows, len(found.refused)) == (24, 2)
    parts = {
        "DETAIL": "",
        "old": "answer = {",
        "new": 'answer = { drop_rows = [{ column = "time", values = ["Total"], total = true }],',
    }
    assert fetched(lambda asked: Reply({"rows": rows() + sums[:1]}), **parts).refused == ()
    with pytest.raises(ReportingError):
        fetched(lambda asked: Reply({"rows": rows(23) + sums[:1]}), **parts)


def test_parts_of_one_key_and_two_hours_of_one_name_are_not_added_up() -> None:
    parts = [row | {"imps": imps, "creative": name} for row in rows() for name, imps in (("a", 1), ("b", 2))]
    assert fetched(lambda asked: Reply({"rows": parts})).contradicting
    summed = fetched(lambda asked: Reply({"rows": parts}), DETAIL='same_key = "sum"')
    assert (summed.contradicting, sum(row["impressions"] for row in summed.table.to_pylist())) == (0, 72)


def test_epoch_seconds_are_hours_and_another_zone_is_noticed() -> None:
    first = 1770678000  # midnight of 10 February in Berlin
    counted = [row | {"time": first + 3600 * number} for number, row in enumerate(rows())]
    found = fetched(lambda asked: Reply({"rows": counted}))
    assert (found.rows, found.refused) == (24, ())
    shifted = fetched(lambda asked: Reply({"rows": rows()}), old="Europe/Berlin", new="America/New_York")
    assert len(shifted.refused) == 6  # the hours that lie outside of what was asked for


@pytest.mark.parametrize(
    ("paging", "query"),
    [
        ('paging = { kind = "page", total_pages = "pages" }', {"pages": 3}),
        ('paging = { kind = "offset", total_rows = "total" }', {"total": 72}),
        ('paging = { kind = "cursor", cursor = "next", param = "c" }', {"next": "same"}),
    ],
)
def test_an_api_that_ignores_what_page_was_asked_for_is_found(paging: str, query: dict[str, Any]) -> None:
    with pytest.raises(ReportingError):
        fetched(lambda asked: Reply({"rows": rows(), **query}), DETAIL=paging)


def test_offsets_in_a_body_are_obeyed() -> None:
    asked_for: list[Any] = []

    def script(asked: Asked) -> Reply:
        body = orjson.loads(asked.body)
        asked_for.append(body.get("offset", 0))
        return Reply({"rows": rows()[body.get("offset", 0) :][:10]})

    parts = {"DETAIL": 'method = "POST"\nbody = { a = 1 }\npaging = { kind = "offset", location = "body" }'}
    assert fetched(script, LIMITS="page_rows = 10", **parts).rows == 24
    assert asked_for[:3] == [0, 10, 20]


def test_paging_beside_a_job_is_refused_as_the_description_is_loaded() -> None:
    job = '\n[detail.job]\nid = "id"\npoll = { path = "/{job_id}", status = "s", ready = ["done"] }\n'
    with pytest.raises(ConnectorError, match="paging"):
        connector.parse(
            ACME.replace("DETAIL", 'paging = { kind = "page" }').replace("LIMITS", "").replace("VALUES", "")
            + job,
            "acme.toml",
        )
