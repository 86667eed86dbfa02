"""Paging of requests with a body: obeyed where the API reads it, or refused as the description is loaded."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

import orjson
import pytest

from campfill_pipeline.reporting.description.connector import ConnectorError
from campfill_pipeline_tests.reporting.descriptions import DETAIL, small
from campfill_pipeline_tests.reporting.loopback import Asked, Loopback, Reply, serving
from campfill_pipeline_tests.reporting.ppv_rows import END, START, client, row

ROWS = [row(hour % 24, site=f"Site {hour}") for hour in range(72)]
OFFSET = 'paging = { kind = "offset", total_rows = "total" }'
PAGES = 'paging = { kind = "page", param = "paging.page" }'
CURSOR = 'paging = { kind = "cursor", cursor = "next", param = "after" }'
BODY = 'body = { from = "{start_utc}", paging = { size = "{limit}" } }'
FORM = 'form = { from = "{start_utc}" }'


def described(*lines: str) -> str:
    return DETAIL.replace("answer =", "\n".join(('method = "POST"', *lines, "answer =")))


def rows_through(detail: str) -> tuple[int, Loopback]:
    """An API that caps its pages at 20 rows and reads its paging from the body alone."""

    def script(asked: Asked) -> Reply:
        told: dict[str, Any] = (
            orjson.loads(asked.body) if asked.body[:1] == b"{" else dict(parse_qsl(asked.body.decode()))
        )
        page = told.get("paging", {}).get("page", 1) if isinstance(told.get("paging"), dict) else 1
        first = int(told.get("offset") or told.get("after") or (int(page) - 1) * 20)
        following = str(first + 20) if first + 20 < len(ROWS) else None
        return Reply({"rows": ROWS[first : first + 20], "total": len(ROWS), "next": following})

    with serving(script) as served, client(served, description=small(detail=detail)) as api:
        return api.fetch(START, END).table.num_rows, served


@pytest.mark.parametrize("body", [BODY, FORM])
@pytest.mark.parametrize("paging", [OFFSET, CURSOR])
def test_paging_goes_into_the_body(body: str, paging: str) -> None:
    rows, served = rows_through(described(body, paging))
    assert (rows, len(served.asked)) == (72, 4)
    assert not {"offset", "limit", "after"} & set().union(*(asked.query for asked in served.asked))


def test_pages_may_be_named_within_a_table_of_the_body() -> None:
    rows, served = rows_through(described(BODY, PAGES))
    assert rows == 72
    told = [orjson.loads(asked.body)["paging"] for asked in served.asked]
    assert told[:2] == [{"size": 10000, "page": 1}, {"size": 10000, "page": 2}]


@pytest.mark.parametrize(
    ("params", "paging"),
    [
        ("", 'paging = { kind = "offset", total_rows = "total", location = "query" }'),
        ('params = { limit = "{limit}" }', OFFSET),
    ],
)
def test_paging_stays_in_the_address_where_the_description_says_so(params: str, paging: str) -> None:
    def script(asked: Asked) -> Reply:
        first = int(asked.query["offset"])
        assert "offset" not in orjson.loads(asked.body)
        return Reply({"rows": ROWS[first : first + 20], "total": len(ROWS)})

    detail = described(BODY, paging)
    if params:
        detail = detail.replace('params = { from = "{start_utc}", to = "{end_utc}" }', params)
    with serving(script) as served, client(served, description=small(detail=detail)) as api:
        assert api.fetch(START, END).table.num_rows == 72


JOB = """
[detail.job]
id = "id"
[detail.job.poll]
path = "/jobs/{job_id}"
status = "state"
ready = ["done"]
"""


@pytest.mark.parametrize(
    ("detail", "said"),
    [
        (described(OFFSET) + JOB, "beside job"),
        (described(BODY, FORM), "exclude each other"),
        (described('paging = { kind = "page", location = "body" }'), "the request has none"),
        (described('body = { paging = "x" }', PAGES), "no table"),
        (
            described("body = { offset = 0 }", OFFSET).replace("params = {", "params = { offset = 0,"),
            "params and in the body",
        ),
        *(
            (DETAIL.replace("answer = {", f'{paging}\nanswer = {{ format = "{form}",'), f"paging.{key}")
            for form in ("csv", "jsonl")
            for paging, key in [
                (CURSOR, "cursor"),
                (OFFSET, "total_rows"),
                ('paging = { kind = "page", total_pages = "pages" }', "total_pages"),
                ('paging = { kind = "next_link", link = "next" }', "link"),
            ]
        ),
        (DETAIL.replace("answer = {", 'answer = { format = "csv", nested = "parts",'), "nested"),
    ],
)
def test_paging_that_cannot_be_obeyed_is_refused_as_the_description_is_loaded(detail: str, said: str) -> None:
    with pytest.raises(ConnectorError, match=said) as caught:
        small(detail=detail)
    assert caught.value.problems[0][0].startswith("detail")
