"""Reading several parts of a window at the same time, within the connector's concurrency.

Belongs here: threads and the hand-over between them. Does not belong here: what a part is read with (client.py).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime, timedelta
from queue import SimpleQueue
from typing import TypeVar
from zoneinfo import ZoneInfo

from campfill_pipeline.reporting.errors import CancelledError

T = TypeVar("T")
Q = TypeVar("Q")  # a question: a window, of an account perhaps
Window = tuple[datetime, datetime]


def parts(start: datetime, end: datetime, hours: int | None, zone: ZoneInfo) -> list[Window]:
    """[start, end) in parts of so many hours; the whole where `hours` is None.

    No part ends between two hours of one name in `zone`: the API could not be asked for one of them.
    """
    if hours is None:
        return [(start, end)]
    found, step = [], timedelta(hours=hours)
    while start < end:
        cut = start + step
        while cut.astimezone(zone).fold:
            cut += timedelta(hours=1)
        found.append((start, min(cut, end)))
        start = found[-1][1]
    return found


def read(
    windows: list[Q],
    threads: int,
    stopped: threading.Event,
    pages_of: Callable[[Q], Iterator[T]],
) -> Iterator[T]:
    """Pages of all questions as they come, only a few at a time in memory.

    The first error ends all: `stopped` is set, which ends the other threads at their next step. So does leaving early.
    """
    threads = min(threads, len(windows))
    if threads == 1:
        for window in windows:
            yield from pages_of(window)
        return
    ready: SimpleQueue[T | Future[None]] = SimpleQueue()  # pages, and each window when it has ended
    room = threading.Semaphore(2 * threads)

    def run(window: Q) -> None:
        for page in pages_of(window):
            while not room.acquire(timeout=0.2):
                if stopped.is_set():
                    return
            ready.put(page)

    with ThreadPoolExecutor(threads, thread_name_prefix="reporting") as pool:
        running = [pool.submit(run, window) for window in windows]
        for future in running:
            future.add_done_callback(ready.put)
        try:
            left, stray = len(running), None
            while left:
                item = ready.get()
                if not isinstance(item, Future):
                    room.release()
                    yield item
                    continue
                left -= 1
                error = item.exception()
                if isinstance(error, CancelledError):
                    stray = error  # it follows from another window's error, which comes too
                elif error is not None:
                    raise error
            if stray is not None:
                raise stray
        finally:
            stopped.set()
            for future in running:
                future.cancel()
