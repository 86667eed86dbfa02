"""Time and effort: the clock, how much a call may still try, and the pace that all requests share.

Belongs here: counting and waiting. Does not belong here: what is waited for (transport.py).
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol

from campfill_pipeline.reporting.description.tables import Limits


class Clock(Protocol):
    """Time as campfill sees it, so that tests need not wait."""

    def monotonic(self) -> float:
        """Seconds that only grow."""

    def now(self) -> datetime:
        """The moment, with its zone."""

    def sleep(self, seconds: float, stop: threading.Event | None = None) -> None:
        """Wait, but no longer than until `stop` is set."""


class SystemClock:
    """The machine's own time."""

    def monotonic(self) -> float:
        """Seconds that only grow."""
        return time.monotonic()

    def now(self) -> datetime:
        """The moment in UTC."""
        return datetime.now(UTC)

    def sleep(self, seconds: float, stop: threading.Event | None = None) -> None:
        """Wait, but no longer than until `stop` is set."""
        if stop is None:
            time.sleep(seconds)
        else:
            stop.wait(seconds)


@dataclass
class Effort:
    """How much one call may still try. Shared by all requests of the call; safe between threads."""

    clock: Clock
    limits: Limits
    deadline: float = 0.0
    requests: int = 0
    retries: int = 0
    received: int = 0
    stopped: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.deadline = self.clock.monotonic() + self.limits.total_seconds

    def count(self, *, requests: int = 0, retries: int = 0, received: int = 0) -> None:
        """Add to the tallies."""
        with self._lock:
            self.requests += requests
            self.retries += retries
            self.received += received

    def left(self) -> float:
        """Seconds until the call must end."""
        return self.deadline - self.clock.monotonic()


class Pace:
    """Spaces requests so that no more than the allowed number start in a second; all threads share it."""

    def __init__(self, clock: Clock, per_second: float) -> None:
        self._clock, self._gap = clock, 1.0 / per_second
        self._next = clock.monotonic()
        self._lock = threading.Lock()

    def wait(self, stop: threading.Event) -> None:
        """Wait for the next free slot."""
        with self._lock:
            now = self._clock.monotonic()
            slot = max(self._next, now)
            self._next = slot + self._gap
        if slot > now:
            self._clock.sleep(slot - now, stop)

    def hold(self, seconds: float) -> None:
        """Nobody starts a request for so many seconds: the API said so."""
        with self._lock:
            self._next = max(self._next, self._clock.monotonic() + seconds)
