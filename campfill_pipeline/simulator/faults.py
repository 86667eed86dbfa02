"""Faults that the simulated reporting API commits on purpose: seeded, so that a test can be repeated.

Belongs here: what can go wrong between a reporting API and its reader, and how often. Does not belong here:
how an answer is sent (`api`).

No fault changes what is true: rows that are added are to be refused or dropped, and what is kept back comes
later. The one exception, a restatement, is made by `SimulatedApi.restate`.
"""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from campfill_pipeline.domain.errors import CampfillError

Row = dict[str, Any]

FAULTS: dict[str, str] = {
    "429": "too many requests, Retry-After in seconds",
    "429-date": "too many requests, Retry-After as a date",
    "5xx": "a server error: 500, 502 or 503",
    "reset": "the connection is reset before an answer",
    "cut": "the body ends before its announced length",
    "slow": "the answer takes its time",
    "content-type": "an HTML page with status 200",
    "empty-page": "a page without rows that is not the last",
    "repeat-page": "a page that was sent before, once more",
    "loop": "a next_cursor that leads back to the page itself, once per window",
    "loop-far": "a next_cursor that leads back to the beginning, once per window",
    "stuck": "a next_cursor that leads back to itself, always",
    "outside": "rows of hours that were not asked for",
    "columns": "columns nobody has announced",
    "bad-rows": "rows without date, without impressions or without any id",
    "purchase-type": "a purchase type nobody has heard of",
}
"""Every fault by its name, with its meaning. `all` stands for those that a patient reader gets past; the
others end a window.
"""

_IN_TRANSPORT = frozenset({"429", "429-date", "5xx", "reset", "cut", "slow", "content-type"})
_PAGING = frozenset({"empty-page", "repeat-page", "loop", "loop-far", "stuck"})
_ENDING_A_WINDOW = frozenset({"loop-far", "stuck"})
_MOST_IN_A_ROW = 2


class UnknownFaultError(CampfillError):
    """A fault was asked for that does not exist. Carries its name."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"there is no fault {name!r}:", f"choose from {', '.join(FAULTS)}, or all")


def parse_faults(text: str) -> frozenset[str]:
    """Names parted by commas, or `all`. Raises UnknownFaultError."""
    names = {name.strip() for name in text.split(",") if name.strip()}
    if "all" in names:
        names = (names - {"all"}) | (set(FAULTS) - _ENDING_A_WINDOW)
    for name in names:
        if name not in FAULTS:
            raise UnknownFaultError(name)
    return frozenset(names)


@dataclass
class Faults:
    """Draws faults for requests. `rate` is the share of requests with a fault in transport, and in content.

    The same request meets at most two faults in transport in a row, so that a patient reader gets through.
    """

    names: frozenset[str] = frozenset()
    seed: int = 1
    rate: float = 0.2
    retry_after_seconds: int = 0
    slow_seconds: float = 0.05
    committed: Counter[str] = field(default_factory=Counter)
    _in_a_row: Counter[str] = field(default_factory=Counter)
    _looped: set[str] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)

    def _draw(self, among: Iterable[str]) -> str | None:
        choices = sorted(self.names & set(among))
        if not choices or self._random.random() >= self.rate:
            return None
        name = self._random.choice(choices)
        self.committed[name] += 1
        return name

    def in_transport(self, request: str) -> str | None:
        """The fault, if any, with which this request (path and query) is answered."""
        with self._lock:
            if self._in_a_row[request] >= _MOST_IN_A_ROW:
                self._in_a_row[request] = 0
                return None
            name = self._draw(_IN_TRANSPORT)
            self._in_a_row[request] = self._in_a_row[request] + 1 if name else 0
            return name

    def in_paging(self, window: str) -> str | None:
        """The paging fault, if any, of this page. A window (its query without cursor) loops at most once."""
        with self._lock:
            if "stuck" in self.names:
                self.committed["stuck"] += 1
                return "stuck"
            name = self._draw(_PAGING)
            if name in ("loop", "loop-far"):
                if window in self._looped:
                    return None
                self._looped.add(window)
            return name

    def in_rows(self) -> Callable[[list[Row]], list[Row]] | None:
        """What happens to the rows of this page, or None."""
        with self._lock:
            name = self._draw(_IN_ROWS)
            return None if name is None else _IN_ROWS[name]

    def server_error(self) -> int:
        """A status for `5xx`."""
        with self._lock:
            return self._random.choice([500, 502, 503])


def _outside(rows: list[Row]) -> list[Row]:
    """Hours of another year, with figures of their own."""
    strays = [{**row, "Date": "2019" + str(row["Date"])[4:], "Total Impressions": 999} for row in rows[:3]]
    return strays + rows


def _columns(rows: list[Row]) -> list[Row]:
    return [{**row, "Creative Length": 10, "Viewability": None} for row in rows]


def _bad_rows(rows: list[Row]) -> list[Row]:
    ids = ("Core DSP Campaign ID", "Deal ID")
    bad: list[Row] = []
    for row in rows[:2]:
        bad.append({name: value for name, value in row.items() if name != "Date"})
        bad.append({**row, "Total Impressions": None})
        bad.append({name: value for name, value in row.items() if name not in ids})
    return rows + bad


def _purchase_type(rows: list[Row]) -> list[Row]:
    return [{**row, "Deal Purchase Type": "Sponsorship"} if n % 5 == 0 else row for n, row in enumerate(rows)]


_IN_ROWS: dict[str, Callable[[list[Row]], list[Row]]] = {
    "outside": _outside,
    "columns": _columns,
    "bad-rows": _bad_rows,
    "purchase-type": _purchase_type,
}
