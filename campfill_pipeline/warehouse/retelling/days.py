"""The days of exports after hours were told again: which are whole still, and which no export speaks of any more.

Belongs here: `delivery_fetch` of exports, judged anew from those in force. Does not belong here: the hours themselves
(`exports`), a day's coverage as it is fetched (`coverage`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

import psycopg

from campfill_pipeline.domain.local_days import day_window
from campfill_pipeline.warehouse.delivery import coverage, export, storing
from campfill_pipeline.warehouse.statements import query

_REACH = timedelta(
    days=8
)  # what an export tells of one day can close a hole beside another, a week away at most


@dataclass(frozen=True)
class DayChange:
    """A local day that changed: impressions in the hours told again, and its status; None: no export tells of it."""

    day: date
    before: Decimal
    after: Decimal
    status_before: str | None
    status_after: str | None


@dataclass
class RetoldDays:
    """The days of a region and those around it; `sums` of the region's days before and after are set by the caller."""

    conn: psycopg.Connection
    zone: ZoneInfo
    first: datetime
    end: datetime
    sums: dict[date, tuple[Decimal, Decimal]] = field(default_factory=dict)
    lines: set[int] = field(default_factory=set)
    _before: dict[date, str] = field(default_factory=dict)
    _told: dict[date, tuple[UUID, int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._inside = (self._local(self.first), self._local(self.end - timedelta(microseconds=1)))
        around = (self._inside[0] - _REACH, self._inside[1] + _REACH)
        found = self.conn.execute(query("retelling/days", "statuses"), around)
        self._before = dict(found.fetchall())

    def told(self, upload_id: UUID, days: Sequence[date], refused: Mapping[date, int]) -> None:
        """Note the days that an export tells of, in the order in which exports count."""
        for day in days:
            self._told[day] = (upload_id, refused[day])

    def settle(self, upload_id: UUID, now: datetime) -> tuple[DayChange, ...]:
        """Judge the days anew; returns those of which something changed. `lines`: those whose coverage may have."""
        inside = [day for day in self._told if self._inside[0] <= day <= self._inside[1]]
        days = sorted({*self._before, *inside})
        stretches = export.reached(self.conn, days, self.zone)
        windows = [day_window(day, self.zone) for day in days]
        arrivals: dict[date, datetime] = dict(
            self.conn.execute(
                query("retelling/days", "arrivals"),
                (days, [start for start, _ in windows], [end for _, end in windows]),
            ).fetchall()
        )
        after: dict[date, str | None] = {}
        for day in days:
            rows = storing.rows_stored(self.conn, "c", [day])
            arrived = arrivals.get(day)
            whole = arrived is not None and export.is_whole(day, self.zone, stretches, arrived)
            after[day] = self._record(day, rows, "complete" if whole else "partial", upload_id, now)
        turned = [day for day in days if after[day] != self._before.get(day)]
        self._lines_of(turned)
        changed = {day for day, (before, now_) in self.sums.items() if before != now_} | set(turned)
        return tuple(
            DayChange(
                day, *self.sums.get(day, (Decimal(0), Decimal(0))), self._before.get(day), after.get(day)
            )
            for day in sorted(changed)
        )

    def _record(self, day: date, rows: int, status: str, upload_id: UUID, now: datetime) -> str | None:
        inside = self._inside[0] <= day <= self._inside[1]
        if day not in self._before:
            teller, doubtful = self._told[day]
            coverage.record_stored(
                self.conn, source="csv", day=day, complete=status == "complete", rows=rows, refused=doubtful,
                fetch_no=self._fetch(teller), now=now,
            )  # fmt: skip
            return status
        if inside and rows == 0 and day not in self._told:
            self.conn.execute("DELETE FROM delivery_fetch WHERE source = 'csv' AND day = %s", (day,))
            return None
        told_by, refused = self._told[day] if inside and day in self._told else (None, 0)
        self.conn.execute(
            query("retelling/days", "judge"),
            {
                "day": day, "status": status, "rows": rows, "now": now, "upload": upload_id, "refused": refused,
                "fetch": None if told_by is None else self._fetch(told_by),
            },
        )  # fmt: skip
        return status

    def _fetch(self, upload_id: UUID) -> int:
        row = self.conn.execute(query("retelling/exports", "fetch of"), [upload_id]).fetchone()
        return int(row[0]) if row else 0

    def _lines_of(self, days: Sequence[date]) -> None:
        if days:
            first, end = day_window(days[0], self.zone)[0], day_window(days[-1], self.zone)[1]
            rows = self.conn.execute(query("retelling/days", "lines of"), (end, first))
            self.lines |= {line for (line,) in rows}

    def _local(self, instant: datetime) -> date:
        return instant.astimezone(self.zone).date()
