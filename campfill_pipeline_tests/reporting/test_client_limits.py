"""Concurrency, request rate and effort stay within what the connector allows."""

from __future__ import annotations

import subprocess
import sys
import threading
import time

import pytest

from campfill_pipeline.reporting.effort import SystemClock
from campfill_pipeline.reporting.errors import ReportingError
from campfill_pipeline_tests.reporting.loopback import Asked, QuickClock, Reply, serving
from campfill_pipeline_tests.reporting.ppv_rows import END, START, client, first_then, one_window, paged, row


class Counting:
    """Counts how many requests are answered at the same time."""

    def __init__(self) -> None:
        self.now = self.most = 0
        self._lock = threading.Lock()

    def __call__(self, asked: Asked) -> Reply:
        with self._lock:
            self.now += 1
            self.most = max(self.most, self.now)
        time.sleep(0.02)
        with self._lock:
            self.now -= 1
        hour = int(asked.query["from"][11:13])
        return Reply({"rows": [row((hour + 1) % 24)], "next_cursor": None})


@pytest.mark.parametrize("allowed", [1, 3])
def test_no_more_requests_at_once_than_allowed(allowed: int) -> None:
    counting = Counting()
    description = one_window(window_hours=1, concurrency=allowed)
    with serving(counting) as served, client(served, description=description) as api:
        assert api.fetch(START, END).table.num_rows == 24
    assert counting.most <= allowed
    assert allowed == 1 or counting.most > 1


def test_requests_are_spaced() -> None:
    clock = QuickClock()
    description = one_window(window_hours=1, concurrency=1, requests_per_second=2.0)
    with serving(Counting()) as served, client(served, clock, description) as api:
        api.fetch(START, END)
    assert clock.monotonic() == pytest.approx(23 * 0.5, abs=0.6)


def test_a_window_asked_for_in_parts_is_the_same_window() -> None:
    def script(asked: Asked) -> Reply:
        hours = [
            hour
            for hour in range(24)
            if asked.query["from"] <= row(hour)["Date"][:19] + "Z" < asked.query["to"]
        ]
        return Reply({"rows": [row(hour) for hour in hours], "next_cursor": None})

    with serving(script) as served:
        with client(served, description=one_window(window_hours=5, concurrency=2)) as api:
            parts = api.fetch(START, END)
        with client(served) as api:
            whole = api.fetch(START, END)
    assert parts.table.sort_by("hour_utc").equals(whole.table.sort_by("hour_utc"))


def test_the_first_error_ends_all_windows_at_once() -> None:
    def script(asked: Asked) -> Reply:
        return Reply({"error": "gone"}, 410) if asked.query["from"][11:13] == "05" else Counting()(asked)

    description = one_window(window_hours=1, concurrency=2)
    with (
        serving(script) as served,
        client(served, description=description) as api,
        pytest.raises(ReportingError, match="gone"),
    ):
        api.fetch(START, END)
    assert len(served.asked) < 24


def test_leaving_the_pages_early_asks_for_no_more() -> None:
    description = one_window(window_hours=1, concurrency=2)
    with serving(Counting()) as served, client(served, description=description) as api:
        pages = api.detail(START, END)
        next(pages)
        pages.close()
    assert len(served.asked) < 24


@pytest.mark.timeout(30)
def test_leaving_early_ends_readers_that_wait_for_room() -> None:
    def script(asked: Asked) -> Reply:
        number = int(asked.query.get("cursor", "0"))
        first = int(asked.query["from"][11:13]) + 1
        return Reply({"rows": [row(first % 24, site=str(number))], "next_cursor": str(number + 1)})

    description = one_window(window_hours=12, concurrency=2)
    with serving(script) as served, client(served, description=description) as api:
        pages = api.detail(START, END)
        next(pages)
        pages.close()
    assert len(served.asked) < 20


def test_each_page_tells_what_it_cost_so_far() -> None:
    troubles = [Reply(status=500)]
    with serving(first_then(troubles, paged([[row(0)], [row(1)]]))) as served, client(served) as api:
        pages = list(api.detail(START, END))
    assert [(page.requests, page.retries) for page in pages] == [(2, 1), (3, 1)]


def test_dlt_is_loaded_only_when_an_api_is_asked() -> None:
    """Every run starts a process that imports the client; most of them are uploads and ask nobody."""
    code = "import sys; import campfill_pipeline.reporting.client; print('dlt' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "False"


def test_when_one_request_is_told_to_wait_all_wait() -> None:
    arrivals: list[float] = []
    lock = threading.Lock()

    def script(asked: Asked) -> Reply:
        with lock:
            arrivals.append(time.monotonic())
            told = measuring and len(arrivals) == 1
        if told:
            return Reply(status=429, headers={"Retry-After": "1.5"})
        return Reply({"rows": [], "next_cursor": None})

    description = one_window(window_hours=1, concurrency=3)
    measuring = False
    with serving(script) as served, client(served, SystemClock(), description) as api:
        api.fetch(START, END)  # so that nothing is loaded for the first time while we measure
        arrivals.clear()
        measuring = True
        api.fetch(START, END)
    early = [moment for moment in arrivals if moment - arrivals[0] < 1.4]
    assert len(early) <= 8  # those under way when the first was told
    assert len(arrivals) == 2 * 24 + 1
