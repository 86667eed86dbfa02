"""Every kind of paging, by description alone: all rows, once, whatever the API's habits."""

from __future__ import annotations

from typing import Any

import pytest

from campfill_pipeline.reporting.errors import GaveUpError, LoopingPagesError, UnusableAnswerError
from campfill_pipeline_tests.reporting.descriptions import with_paging
from campfill_pipeline_tests.reporting.loopback import Asked, Loopback, QuickClock, Reply, Script, serving
from campfill_pipeline_tests.reporting.ppv_rows import END, START, client, row

ROWS = [row(hour % 24, site=f"Site {hour}") for hour in range(25)]


def number_of_rows(script: Script, paging: str) -> tuple[int, Loopback]:
    with serving(script) as served, client(served, description=with_paging(paging)) as api:
        fetched = api.fetch(START, END)
        assert fetched.repeated == 0
        return fetched.table.num_rows, served


def slices(asked: Asked, size: int = 10) -> list[dict[str, Any]]:
    page = int(asked.query.get("page", "1"))
    return ROWS[(page - 1) * size : page * size]


def test_pages_are_counted_until_one_is_empty() -> None:
    rows, served = number_of_rows(lambda asked: Reply({"rows": slices(asked)}), '{ kind = "page" }')
    assert rows == 25
    assert [asked.query["page"] for asked in served.asked] == ["1", "2", "3", "4", "4"]


def test_pages_are_counted_up_to_the_total() -> None:
    paging = '{ kind = "page", total_pages = "pages.total" }'
    rows, served = number_of_rows(lambda asked: Reply({"rows": slices(asked), "pages": {"total": 3}}), paging)
    assert (rows, len(served.asked)) == (25, 3)


def test_an_empty_page_in_between_is_no_end_where_the_total_says_so() -> None:
    def script(asked: Asked) -> Reply:
        page = int(asked.query["page"])
        return Reply({"rows": [] if page == 2 else [ROWS[page]], "pages": 3})

    assert number_of_rows(script, '{ kind = "page", total_pages = "pages" }')[0] == 2


def test_offsets_follow_the_rows_that_came_not_those_asked_for() -> None:
    def capped(asked: Asked) -> Reply:
        start = int(asked.query["offset"])
        return Reply({"rows": ROWS[start : start + 7], "total": len(ROWS)})

    rows, served = number_of_rows(capped, '{ kind = "offset", total_rows = "total" }')
    assert rows == 25
    assert [asked.query["offset"] for asked in served.asked] == ["0", "7", "14", "21"]
    assert served.asked[0].query["limit"] == "10000"


@pytest.mark.parametrize("absolute", [True, False])
def test_the_next_link_of_the_body_is_followed(absolute: bool) -> None:
    def script(asked: Asked) -> Reply:
        page = int(asked.query.get("page", "1"))
        start = f"http://{asked.headers['host']}" if absolute else ""
        following = f"{start}/rows?page={page + 1}&x=1" if page < 3 else None
        return Reply({"rows": slices(asked), "links": {"next": following}})

    assert number_of_rows(script, '{ kind = "next_link", link = "links.next" }')[0] == 25


def test_the_link_header_is_followed() -> None:
    def script(asked: Asked) -> Reply:
        page = int(asked.query.get("page", "1"))
        link = {"Link": f'</rows?page={page + 1}>; rel="next"'} if page < 3 else {}
        return Reply({"rows": slices(asked)}, headers=link)

    assert number_of_rows(script, '{ kind = "next_link" }')[0] == 25


def test_a_next_link_to_another_host_is_not_followed_with_the_token() -> None:
    def script(asked: Asked) -> Reply:
        return Reply({"rows": ROWS, "next": "http://127.0.0.2:1/rows?page=2"})

    with pytest.raises(UnusableAnswerError, match="another host"):
        number_of_rows(script, '{ kind = "next_link", link = "next" }')


def test_a_missing_total_is_said_with_the_mend() -> None:
    with pytest.raises(UnusableAnswerError, match="paging") as caught:
        number_of_rows(lambda asked: Reply({"rows": ROWS}), '{ kind = "offset", total_rows = "total" }')
    assert "Site 1" not in str(caught.value)


def test_without_paging_one_answer_is_all() -> None:
    rows, served = number_of_rows(lambda asked: Reply({"rows": ROWS}), '{ kind = "none" }')
    assert (rows, len(served.asked)) == (25, 1)


REPEATING = [
    '{ kind = "page" }',
    '{ kind = "page", total_pages = "pages" }',
    '{ kind = "offset" }',
    '{ kind = "offset", total_rows = "total" }',
    '{ kind = "cursor", cursor = "next", param = "cursor" }',
    '{ kind = "next_link", link = "link" }',
]


@pytest.mark.parametrize("paging", REPEATING)
def test_an_api_that_ignores_the_page_is_found_at_the_first_repeat(paging: str) -> None:
    asked: list[Asked] = []

    def script(one: Asked) -> Reply:
        asked.append(one)
        more = {"next": f"c{len(asked)}", "link": f"/rows?n={len(asked)}"}
        return Reply({"rows": ROWS[:9], "pages": 2, "total": 18, **more})

    with pytest.raises(LoopingPagesError, match="after 9 rows") as caught:
        number_of_rows(script, paging)
    assert len(asked) < 10
    assert "Nothing was stored" in caught.value.mend


def test_fewer_rows_than_the_total_are_not_all() -> None:
    def script(asked: Asked) -> Reply:
        return Reply({"rows": ROWS[:9] if asked.query["offset"] == "0" else [], "total": len(ROWS)})

    with pytest.raises(UnusableAnswerError, match="25 rows, but gave 9"):
        number_of_rows(script, '{ kind = "offset", total_rows = "total" }')


@pytest.mark.parametrize("paging", REPEATING)
def test_no_content_ends_every_kind_of_paging(paging: str) -> None:
    assert number_of_rows(lambda asked: Reply(status=204), paging)[0] == 0


def test_the_allowed_time_bounds_the_walk_over_pages() -> None:
    clock = QuickClock()

    def script(asked: Asked) -> Reply:
        clock.sleep(400)
        page = int(asked.query["page"])
        return Reply({"rows": [row(site=str(page))]})

    with (
        serving(script) as served,
        client(served, clock, with_paging('{ kind = "page" }')) as api,
        pytest.raises(GaveUpError, match=r"1,800 s that a call may take \(5 requests") as caught,
    ):
        api.fetch(START, END)
    assert "page=6" in caught.value.request
    assert "limits.total_seconds" in caught.value.mend
    assert len(served.asked) == 5


@pytest.mark.parametrize(
    "told",
    [
        {"nextCursor": "abc"},
        {"has_more": True},
        {"links": {"next": "/rows?page=2"}},
        {"totalRows": 25},
        {"meta": {"total": 25, "per_page": 10}},
    ],
)
def test_an_answer_that_tells_of_more_than_paging_looks_for_is_refused(told: dict[str, Any]) -> None:
    paging = '{ kind = "cursor", cursor = "next_cursor", param = "cursor" }'
    with pytest.raises(UnusableAnswerError, match="says that there are more rows"):
        number_of_rows(lambda _: Reply({"rows": ROWS[:10]} | told), paging)


def test_a_link_header_to_a_next_page_is_refused_where_no_paging_is_described() -> None:
    links = {"Link": '</rows?page=2>; rel="next"'}
    with pytest.raises(UnusableAnswerError, match="Link header"):
        number_of_rows(lambda _: Reply({"rows": ROWS[:10]}, headers=links), '{ kind = "none" }')


def test_what_tells_of_no_more_rows_is_no_doubt() -> None:
    told = {"has_more": False, "next": None, "total": 99_999, "totalRows": 10, "paging": {"next_page": ""}}
    assert number_of_rows(lambda _: Reply({"rows": ROWS[:10]} | told), '{ kind = "none" }')[0] == 10


def test_a_description_may_say_that_the_rows_end_all_the_same() -> None:
    script = Reply({"rows": ROWS[:10], "next": "/rows?after=10"})
    with serving(lambda _: script) as served:
        described = with_paging('{ kind = "none" }')
        answer = described.detail.answer.model_copy(update={"ends": True})
        detail = described.detail.model_copy(update={"answer": answer})
        description = described.model_copy(update={"detail": detail})
        with client(served, description=description) as api:
            assert api.fetch(START, END).table.num_rows == 10


@pytest.mark.parametrize("status", [202, 206])
def test_a_report_that_is_not_ready_or_only_a_part_is_no_report(status: int) -> None:
    with pytest.raises(GaveUpError, match=f"status {status}"):
        number_of_rows(lambda _: Reply({"rows": ROWS[:10]}, status=status), '{ kind = "none" }')
