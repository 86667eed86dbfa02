"""What answers say of themselves, in whatever words: an error, a part, more to come. Nobody described it."""

from __future__ import annotations

from typing import Any

import pytest

from campfill_pipeline.reporting.answers.own_words import Walked, failure, more, more_in_headers

ROWS = [{"a": 1}]
EMPTY: list[dict[str, Any]] = [
    {"message": "Report is being prepared"},
    {"meta": {"status": "error", "error": "overload"}},
    {"warnings": ["data for this range is not yet available"]},
    {"errorCode": "E1042"},
    {"status": "500"},
    {"ok": 0},
    {"type": "error", "title": "Too many"},
    {"errorMessage": "quota"},
    {"error_description": "expired"},
    {"status": {"code": 13, "message": "INTERNAL"}},
    {"response": {"error": "x"}},
    {"result": "KO"},
    {"status": "NOT_OK"},
    {"success": "false"},
]
WITH_ROWS: list[dict[str, Any]] = [
    {"warnings": ["results are partial: shard 3 timed out"]},
    {"_shards": {"total": 5, "successful": 4, "failed": 1}},
    {"timed_out": True},
    {"incomplete_results": True},
    {"jobComplete": False},
    {"dataTruncated": True},
    {"containsSampledData": True},
    {"status": "PARTIAL_SUCCESS"},
    {"meta": {"truncated": True}},
    {"status": 500}, {"httpStatus": "503"}, {"code": 50000}, {"statusCode": 429}, {"title": "Bad", "status": 400},
    {"code": "E500"}, {"status": "503 Service Unavailable"}, {"code": "HTTP 429"}, {"code": "INVALID_ARGUMENT"},
    {"return_code": "FAIL"}, {"code": "ERR_SHARD"}, {"ret": -1}, {"rc": "3"}, {"resultCode": 5},
    {"isSuccess": False}, {"ready": False}, {"done": False}, {"dataComplete": "false"}, {"err": "x"},
    {"partialFailureError": {"code": 3}}, {"downstreamErrors": ["shard 2"]}, {"rowLimitReached": True},
    {"limit_was_hit": True}, {"detail": "Not authenticated"}, {"msg": "internal error"},
    {"info": "Rate limit exceeded"},
    {"warnings": ["Row limit reached"]}, {"note": "Only the first 12 rows are shown"},
    {"messages": [{"severity": "ERROR", "text": "x"}]}, {"statusMessage": "Access denied"},
]  # fmt: skip
HARMLESS: list[dict[str, Any]] = [
    {"message": "OK"},
    {"message": "No data for this range."},
    {"errorCode": "SUCCESS", "errorMessage": "", "hasErrors": False, "errors": {}, "error_count": 0},
    {"code": 0}, {"code": 200}, {"status": {"code": 0}}, {"status": 1}, {"status": "ok", "success": 1},
    {"_shards": {"total": 5, "successful": 5, "failed": 0}, "timed_out": False},
    {"type": "report", "warnings": [], "level": "hour", "detail": None},
    {"ret": 0}, {"rc": 1}, {"return_code": "SUCCESS"}, {"code": "0"}, {"standardError": 0.2},
    {"info": "Times are in UTC"}, {"note": ""}, {"done": True}, {"maxErrors": 10, "partialFailureError": None},
    {"status": "200 OK"}, {"code": "HTTP 200"}, {"code": "EUR"}, {"status": "4x"}, {"code": "E"}, {"err": None},
]  # fmt: skip
MORE: list[dict[str, Any]] = [
    {"total": 54},
    {"count": 54},
    {"rowCount": 54},
    {"total_rows": "54"},
    {"page": 1, "total_pages": 3},
    {"pagination": {"page": 1, "pages": 3}},
    {"next_offset": 49},
    {"links": [{"rel": "self", "href": "/1"}, {"rel": "next", "href": "/2"}]},
    {"after": "abc"},
    {"nextCursor": "abc"},
    {"hasMore": "true"},
    {"lastPage": False}, {"last": "false"}, {"meta": {"is_last": False}}, {"eof": False}, {"expected_rows": 54},
    {"returned": 49, "available": 54},
]  # fmt: skip
NO_MORE: list[dict[str, Any]] = [
    {"total": 49},
    {"total": 2_431_000},  # the sum of the impressions
    {"count": 20},
    {"paging": {"start": 0, "count": 100, "links": []}},  # so many were asked for
    {"pages": 1}, {"last": True}, {"lastPage": 1}, {"available": 54}, {"returned": 49, "available": 49},
    {"next": None, "nextCursor": "", "after": None},
    {"paging": {"cursors": {"after": "abc"}}},  # stands on the last page, too
    {"_shards": {"total": 99}},
    {"links": [{"rel": "self", "href": "/1"}]},
]  # fmt: skip


@pytest.mark.parametrize("said", EMPTY, ids=str)
def test_an_answer_without_rows_that_says_why_is_an_error(said: dict[str, Any]) -> None:
    assert failure(said | {"rows": []}, empty=True)


@pytest.mark.parametrize("said", WITH_ROWS, ids=str)
def test_a_part_that_says_so_is_an_error(said: dict[str, Any]) -> None:
    assert failure(said | {"rows": ROWS}, empty=False)


@pytest.mark.parametrize("said", HARMLESS, ids=str)
def test_words_of_success_are_no_error(said: dict[str, Any]) -> None:
    assert failure(said | {"rows": []}, empty=True) is None
    assert failure(said | {"rows": ROWS}, empty=False) is None


@pytest.mark.parametrize(
    "said", [{"code": 20000}, {"messages": [{"severity": "INFO", "text": "0 errors"}]}], ids=str
)
def test_what_may_be_success_is_believed_where_rows_came(said: dict[str, Any]) -> None:
    assert failure(said | {"rows": ROWS}, empty=False) is None


@pytest.mark.parametrize("said", MORE, ids=str)
def test_more_than_came_is_heard(said: dict[str, Any]) -> None:
    assert more(said | {"rows": ROWS}, Walked(49))


@pytest.mark.parametrize("said", NO_MORE, ids=str)
def test_what_is_told_beside_all_rows_is_no_more(said: dict[str, Any]) -> None:
    assert more(said | {"rows": ROWS}, Walked(49)) is None


@pytest.mark.parametrize(
    ("headers", "heard"),
    [
        ({"x-total-count": "54"}, True),
        ({"content-range": "items 0-48/54"}, True),
        ({"x-next-page": "2"}, True),
        ({"x-wp-totalpages": "3"}, True),
        ({"x-total-count": "49", "x-next-page": "", "content-range": "items 0-48/49"}, False),
        ({"x-request-id": "54", "content-length": "54", "etag": "54"}, False),
    ],
)
def test_headers_are_heard_too(headers: dict[str, str], heard: bool) -> None:
    assert (more_in_headers(headers, Walked(49)) is not None) is heard
