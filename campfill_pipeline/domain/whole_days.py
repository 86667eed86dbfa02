"""When a day is whole that is known from files only: by the hours that stored exports reach over.

An export reaches from its first row to its last, but not over whole days without a row, of UTC or of the local zone: an
export of weekdays says nothing of the weekend. Two exports that follow each other hour upon hour are like one.

Belongs here: the rule. Does not belong here: which hours and exports are stored (warehouse/).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from campfill_pipeline.domain.local_days import day_window

HOUR = timedelta(hours=1)
Span = tuple[datetime, datetime]


def reached(hours: Iterable[datetime], exports: Sequence[Span], zone: ZoneInfo) -> list[Span]:
    """Stretches of time without a hole. `hours` have rows; `exports` are (first hour, end of the last hour)."""
    found: list[Span] = []
    for hour in sorted(set(hours)):
        if not found:
            found.append((hour, hour + HOUR))
            continue
        start, end = found[-1]
        if hour > end and not any(first < end and hour < last for first, last in exports):
            found.append((hour, hour + HOUR))
            continue
        hole = _hole(end - HOUR, hour, zone)
        found[-1] = (start, hole[0] if hole else hour + HOUR)
        if hole:
            found.append((hole[1], hour + HOUR))
    return found


def _hole(before: datetime, after: datetime, zone: ZoneInfo) -> Span | None:
    """The whole days between two hours with rows, as UTC and the local zone count them; None without one."""
    edges: list[Span] = []
    for counted in (ZoneInfo("UTC"), zone):
        first, last = before.astimezone(counted).date() + timedelta(1), after.astimezone(counted).date()
        if first < last:
            edges.append((day_window(first, counted)[0], day_window(last, counted)[0]))
    return (min(start for start, _ in edges), max(end for _, end in edges)) if edges else None


def is_reached(window: Span, stretches: Sequence[Span]) -> bool:
    """Whether one of these holds the whole window."""
    return any(first <= window[0] and window[1] <= end for first, end in stretches)
