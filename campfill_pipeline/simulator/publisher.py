"""What the simulated publisher knows and tells: its rows by window, its totals, and how its past changes.

Belongs here: windows, totals, restatements, whose token is right. Does not belong here: HTTP (`request`, `api`), JSON
rows (`wire`), what can go wrong (`faults`).

What lies in the future is not told, and windows that begin before the world's first day are refused with 410:
an empty answer would say that nothing was delivered.
"""

from __future__ import annotations

import hmac
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import numpy as np
import pyarrow as pa

from campfill_pipeline.simulator.delivery import Rows
from campfill_pipeline.simulator.faults import Faults
from campfill_pipeline.simulator.wire import Answer, detail_answer, identities, overview_answer
from campfill_pipeline.simulator.world import World, detail_table

_WINDOWS_KEPT = 8


@dataclass(frozen=True)
class Restatement:
    """What a restatement changed: rows, and the hours they lie in."""

    rows: int
    hours: int


class Publisher:
    """A world, who may ask about it, and what was asked: `requests` are the paths."""

    def __init__(self, world: World, token: str, faults: Faults, now: Callable[[], datetime]) -> None:
        self.world, self.token, self.faults, self.now = world, token, faults, now
        self.requests: list[str] = []
        self._rows = world.rows
        self._identities = identities(world)
        self._answers: OrderedDict[tuple[str, int, int], Answer] = OrderedDict()
        self._lock = threading.Lock()

    def allows(self, authorization: str | None) -> bool:
        """Is this the header of somebody who has the token?"""
        return hmac.compare_digest((authorization or "").encode(), f"Bearer {self.token}".encode())

    def _known_until(self) -> int:
        """The first UTC hour since 1970 that is not over yet."""
        return int(self.now().timestamp()) // 3600

    def _between(self, start_hour: int, end_hour: int) -> Rows:
        first, last = np.searchsorted(self._rows.hour, [start_hour, min(end_hour, self._known_until())])
        return self._rows.take(slice(int(first), int(max(first, last))))

    def detail(self, start_hour: int, end_hour: int) -> Answer:
        """All rows of a window as JSON text; kept for a while, because its pages are asked for one by one."""
        end_hour = min(end_hour, self._known_until())

        def make() -> Answer:
            return detail_answer(self.world, self._between(start_hour, end_hour), self._identities)

        return self._kept(("detail", start_hour, end_hour), make)

    def overview(self, entity: str, first: date, last: date) -> Answer:
        """Totals over local days, both inclusive, as JSON text."""
        start = self.world.calendar.utc_hour(first)
        end = min(self.world.calendar.utc_hour(last + timedelta(1)), self._known_until())

        def make() -> Answer:
            return overview_answer(self.world, self._between(start, end), entity)

        return self._kept((entity, start, end), make)

    def _kept(self, key: tuple[str, int, int], make: Callable[[], Answer]) -> Answer:
        with self._lock:
            if key not in self._answers:
                self._answers[key] = make()
                while len(self._answers) > _WINDOWS_KEPT:
                    self._answers.popitem(last=False)
            return self._answers[key]

    def detail_table(self, first: date, last: date) -> pa.Table:
        """What the server tells now about local days, both inclusive: the truth after any restatement."""
        calendar = self.world.calendar
        rows = self._between(calendar.utc_hour(first), calendar.utc_hour(last + timedelta(1)))
        return detail_table(self.world, rows)

    def restate(self, seed: int = 1, *, share: float = 0.1) -> Restatement:
        """Change the impressions of every row in `share` of the hours that are over; no row comes or goes."""
        rng = np.random.default_rng([self.world.seed, 7, seed])
        with self._lock:
            rows = self._rows
            hours = np.unique(rows.hour[rows.hour < self._known_until()])
            chosen = rng.permutation(hours)[: round(share * len(hours))]
            hit = np.isin(rows.hour, chosen)
            changed = (
                np.rint(rows.impressions * rng.uniform(0.85, 1.15, len(rows)) / 100).astype(np.int64) * 100
            )
            changed = np.where(changed == rows.impressions, rows.impressions + 100, changed)
            self._rows = replace(rows, impressions=np.where(hit, changed, rows.impressions))
            self._answers.clear()
        return Restatement(rows=int(hit.sum()), hours=len(chosen))
