"""Whatever an API does between us and its figures, the window comes whole or not at all."""

from __future__ import annotations

import contextlib
import gzip
import threading
from datetime import timedelta
from decimal import Decimal
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import orjson
import pytest

from campfill_pipeline.reporting.client import ReportingClient
from campfill_pipeline.reporting.errors import GaveUpError, LoopingPagesError, RequestRejectedError
from campfill_pipeline_tests.reporting.loopback import Asked, QuickClock, Reply, serving
from campfill_pipeline_tests.reporting.ppv_rows import (
    END,
    START,
    always,
    client,
    first_then,
    one_window,
    paged,
    row,
)

TWO_PAGES = [[row(0), row(1)], [row(2), row(3, impressions=0.5)]]
TOTAL = Decimal("36449.63")


def total(fetched: object) -> Decimal:
    return sum(fetched.table["impressions"].to_pylist(), Decimal(0))  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "trouble",
    [
        Reply({"error": "slow down"}, 429, {"Retry-After": "7"}),
        Reply(b"<h1>oops</h1>", 503, {"Content-Type": "text/html"}),
        Reply(status=500),
        Reply(status=408),
        Reply(breaks="reset"),
        Reply({"rows": [row()], "next_cursor": None}, breaks="cut"),
        Reply(b'{"rows": [{"Date": "2026-02-1'),
        Reply(b"<html>please log in</html>", headers={"Content-Type": "text/html"}),
        Reply(b""),
        Reply({"error": "database is restarting"}),
        Reply({"rows": {"0": row()}}),
        Reply({"rows": [1, 2]}),
        Reply(gzip.compress(b'{"rows": []}', mtime=0)[:-4]),
        Reply(b"not gzip at all", headers={"Content-Encoding": "gzip"}),
    ],
    ids=str,
)
def test_a_passing_trouble_costs_no_row(trouble: Reply) -> None:
    clock = QuickClock()
    with serving(first_then([trouble, trouble], paged(TWO_PAGES))) as served, client(served, clock) as api:
        fetched = api.fetch(START, END)
    assert total(fetched) == TOTAL
    assert (fetched.rows, fetched.requests, fetched.retries) == (4, 4, 2)
    assert clock.slept


def test_retry_after_in_seconds_is_kept() -> None:
    clock = QuickClock()
    busy = Reply(status=429, headers={"Retry-After": "7"})
    with serving(first_then([busy], paged(TWO_PAGES))) as served, client(served, clock) as api:
        api.fetch(START, END)
    assert 7.0 in clock.slept


@pytest.mark.parametrize("clock_of_the_api", [True, False])
def test_retry_after_as_a_date_is_kept(clock_of_the_api: bool) -> None:
    """By the API's own clock where it tells it, however wrong that is; else by ours."""
    clock = QuickClock()
    now = clock.now() + timedelta(hours=5 if clock_of_the_api else 0)
    headers = {"Retry-After": format_datetime(now + timedelta(seconds=30), usegmt=True)}
    if clock_of_the_api:
        headers["Date"] = format_datetime(now, usegmt=True)
    busy = Reply(status=429, headers=headers)
    with serving(first_then([busy], paged(TWO_PAGES))) as served, client(served, clock) as api:
        assert total(api.fetch(START, END)) == TOTAL
    assert max(clock.slept) == pytest.approx(30, abs=0.1)


def test_an_api_that_asks_for_patience_gets_it_but_not_for_ever() -> None:
    busy = [Reply(status=429, headers={"Retry-After": "2"})] * 20
    with serving(first_then(busy, paged(TWO_PAGES))) as served, client(served) as api:
        assert total(api.fetch(START, END)) == TOTAL
    with serving(always(busy[0])) as served, client(served) as api, pytest.raises(GaveUpError, match="429"):
        api.fetch(START, END)
    assert len(served.asked) == 5 * one_window().limits.attempts


def test_an_api_that_stays_broken_is_given_up_with_a_mend() -> None:
    clock = QuickClock()
    with (
        serving(always(Reply(status=502))) as served,
        client(served, clock) as api,
        pytest.raises(GaveUpError) as caught,
    ):
        api.fetch(START, END)
    assert len(served.asked) == one_window().limits.attempts == caught.value.attempts
    assert "status 502" in str(caught.value)
    assert "campfill doctor" in caught.value.mend
    assert sum(clock.slept) < one_window().limits.total_seconds


def test_waits_grow() -> None:
    clock = QuickClock()
    with (
        serving(always(Reply(status=502))) as served,
        client(served, clock) as api,
        pytest.raises(GaveUpError),
    ):
        api.fetch(START, END)
    waits = [wait for wait in clock.slept if wait > 0.01]
    assert waits[-1] > 8 * waits[0]


def test_a_wait_beyond_the_allowed_time_is_not_even_begun() -> None:
    clock = QuickClock()
    with (
        serving(always(Reply(status=429, headers={"Retry-After": "86400"}))) as served,
        client(served, clock) as api,
        pytest.raises(GaveUpError, match="86400 s more"),
    ):
        api.fetch(START, END)
    assert len(served.asked) == 1
    assert sum(clock.slept) < 1


@pytest.mark.parametrize("status", [400, 404, 410, 422])
def test_a_rejected_request_is_not_repeated(status: int) -> None:
    with (
        serving(always(Reply({"message": "no such window"}, status))) as served,
        client(served) as api,
        pytest.raises(RequestRejectedError, match="no such window") as caught,
    ):
        api.fetch(START, END)
    assert (len(served.asked), caught.value.status) == (1, status)


def test_a_redirect_is_not_followed_with_the_token() -> None:
    away = Reply(status=302, headers={"Location": "http://elsewhere.example/v1/detail"})
    with (
        serving(always(away)) as served,
        client(served) as api,
        pytest.raises(RequestRejectedError, match=r"elsewhere\.example"),
    ):
        api.fetch(START, END)


def test_nobody_listening_is_said_plainly() -> None:
    with serving(always(Reply())) as served:
        pass
    with client(served) as api, pytest.raises(GaveUpError, match="connection could not be made"):
        api.fetch(START, END)


def test_an_answer_that_never_comes_ends() -> None:
    description = one_window(read_timeout=0.05, attempts=2)

    def script(asked: Asked) -> Reply:
        import time

        time.sleep(0.2)
        return Reply({"rows": [], "next_cursor": None})

    with (
        serving(script) as served,
        client(served, description=description) as api,
        pytest.raises(GaveUpError, match=r"No answer within 0\.05 s"),
    ):
        api.fetch(START, END)


def test_an_answer_that_only_trickles_is_given_up_though_it_never_stops() -> None:
    ended = threading.Event()

    class Trickling(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            pass

        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", "100000")
            self.end_headers()
            with contextlib.suppress(OSError):
                while not ended.wait(0.02):
                    self.wfile.write(b" ")

    server = ThreadingHTTPServer(("127.0.0.1", 0), Trickling)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    limits = {
        "total_seconds": 1.0,
        "read_timeout": 0.5,
        "attempts": 1,
    }  # enough for a busy machine to ask at all
    described = one_window()
    patient = described.model_copy(update={"limits": described.limits.model_copy(update=limits)})
    try:
        with (
            ReportingClient(patient, f"http://127.0.0.1:{server.server_port}", "t") as api,
            pytest.raises(GaveUpError, match="trickled in too slowly"),
        ):
            api.fetch(START, END)
    finally:
        ended.set()
        server.shutdown()
        server.server_close()


def test_json_with_a_wrong_content_type_is_read_all_the_same() -> None:
    body = orjson.dumps({"rows": [row()], "next_cursor": None})
    with (
        serving(always(Reply(body, headers={"Content-Type": "text/plain"}))) as served,
        client(served) as api,
    ):
        assert api.fetch(START, END).rows == 1


def test_gzip_is_recognised_by_itself() -> None:
    body = gzip.compress(orjson.dumps({"rows": [row()], "next_cursor": None}))
    with (
        serving(always(Reply(body, headers={"Content-Type": "application/gzip"}))) as served,
        client(served) as api,
    ):
        assert api.fetch(START, END).rows == 1


def test_empty_pages_in_between_are_walked_through() -> None:
    pages = [[row(0)], [], [], [row(1)]]
    with serving(paged(pages)) as served, client(served) as api:
        assert api.fetch(START, END).table.num_rows == 2


def test_an_empty_last_page_is_believed_only_when_it_says_so_twice() -> None:
    hiccup = Reply({"rows": [], "next_cursor": None})
    with serving(first_then([hiccup], paged(TWO_PAGES))) as served, client(served) as api:
        assert total(api.fetch(START, END)) == TOTAL
    with serving(always(hiccup)) as served, client(served) as api:
        assert api.fetch(START, END).table.num_rows == 0
    assert len(served.asked) == 2


def test_a_page_that_repeats_an_earlier_one_in_the_place_of_another_fails_the_window() -> None:
    """Nobody can know whether the rows of its place were left out."""
    pages = [[row(0), row(1)], [row(0), row(1)], [row(2)]]
    with (
        serving(paged(pages)) as served,
        client(served) as api,
        pytest.raises(LoopingPagesError, match="very rows of an earlier page") as caught,
    ):
        api.fetch(START, END)
    assert "after 2 rows" in caught.value.problem
    assert "cursor=c1" in caught.value.request


def test_a_last_page_that_repeats_an_earlier_one_counts_once() -> None:
    pages = [[row(0), row(1)], [row(2)], [row(0), row(1)]]
    with serving(paged(pages)) as served, client(served) as api:
        assert api.fetch(START, END).rows == 3


def test_pages_that_only_look_alike_are_no_repeat() -> None:
    middle = [[row(0), row(hour), row(20)] for hour in (1, 2, 3)]
    odd = [[row(0), row(hour, impressions=[1]), row(20)] for hour in (4, 5)]
    same_ends = [[*page[:1], *page, *page[2:]] for page in (*middle, *odd)]
    with serving(paged(same_ends)) as served, client(served) as api:
        fetched = api.fetch(START, END)
    assert (fetched.pages, fetched.table.num_rows, len(fetched.refused)) == (5, 5, 2)


def test_a_page_in_the_place_of_another_costs_no_row() -> None:
    served_once: set[str] = set()

    def script(asked: Asked) -> Reply:
        cursor = asked.query.get("cursor", "c0")
        if cursor == "c1" and cursor not in served_once:
            served_once.add(cursor)
            return Reply({"rows": TWO_PAGES[0], "next_cursor": None})
        return paged(TWO_PAGES)(asked)

    with serving(script) as served, client(served) as api:
        assert total(api.fetch(START, END)) == TOTAL


def test_rows_that_slide_onto_the_next_page_count_once() -> None:
    pages = [[row(0), row(1)], [row(1), row(2)]]
    with serving(paged(pages)) as served, client(served) as api:
        fetched = api.fetch(START, END)
    assert (fetched.table.num_rows, fetched.repeated, fetched.contradicting) == (3, 1, 0)


def test_rows_that_contradict_each_other_are_handed_over_both() -> None:
    pages = [[row(0, impressions=1), row(1)], [row(0, impressions=2)]]
    with serving(paged(pages)) as served, client(served) as api:
        fetched = api.fetch(START, END)
    assert (fetched.table.num_rows, fetched.repeated, fetched.contradicting) == (3, 0, 1)


def test_a_cursor_that_loops_once_is_got_past() -> None:
    looped: list[str] = []

    def script(asked: Asked) -> Reply:
        reply = paged([*TWO_PAGES, [row(4)]])(asked)
        if asked.query.get("cursor") == "c1" and not looped:
            looped.append("c1")
            return Reply({"rows": TWO_PAGES[1], "next_cursor": "c1"})
        return reply

    with serving(script) as served, client(served) as api:
        assert api.fetch(START, END).table.num_rows == 5


def test_a_cursor_that_always_loops_fails_the_window() -> None:
    def script(asked: Asked) -> Reply:
        return Reply({"rows": [row(len(asked.query.get("cursor", "")))], "next_cursor": "c"})

    with (
        serving(script) as served,
        client(served) as api,
        pytest.raises(LoopingPagesError, match="leads back"),
    ):
        api.fetch(START, END)
    assert len(served.asked) < 10


def test_an_api_without_end_is_stopped() -> None:
    def script(asked: Asked) -> Reply:
        number = int(asked.query.get("cursor", "0"))
        return Reply({"rows": [row(0, site=str(number))], "next_cursor": str(number + 1)})

    with (
        serving(script) as served,
        client(served, description=one_window(max_pages=5)) as api,
        pytest.raises(LoopingPagesError, match=r"more than 5 pages"),
    ):
        api.fetch(START, END)
    assert len(served.asked) == 5


@pytest.mark.parametrize("more", [[], [[row(1, impressions=5)]]])
def test_a_repeated_page_is_not_added_twice_where_rows_are_summed(
    more: list[list[dict[str, object]]],
) -> None:
    description = one_window()
    summing = description.detail.model_copy(update={"same_key": "sum"})
    twice = [[row(0, impressions=1), row(0, impressions=1)]] * 2
    with (
        serving(paged([*twice, *more])) as served,
        client(served, description=description.model_copy(update={"detail": summing})) as api,
    ):
        if more:
            with pytest.raises(LoopingPagesError):
                api.fetch(START, END)
        else:
            assert api.fetch(START, END).table["impressions"].to_pylist() == [Decimal(2)]


def test_no_content_is_an_answer_without_rows() -> None:
    with serving(always(Reply(status=204))) as served, client(served) as api:
        assert api.fetch(START, END).table.num_rows == 0
