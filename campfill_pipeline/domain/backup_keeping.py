"""Which backups are kept: some days, some weeks, some months, and never fewer than the newest.

Belongs here: the rule. Does not belong here: files (`warehouse/postgres/kept_backups.py`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

FRESH_FOR = timedelta(hours=36)
"""A backup is made every night: a good one that is older than this means that a night failed."""


@dataclass(frozen=True)
class Keeping:
    """How many days, ISO weeks and months keep their newest backup. Counted are those that have one."""

    days: int = 7
    weeks: int = 4
    months: int = 12

    def kept(self, moments: Iterable[datetime]) -> frozenset[datetime]:
        """Those of `moments` (when each backup was made) that stay; the newest always does."""
        newest_first = sorted(set(moments), reverse=True)
        staying = set(newest_first[:1])
        for count, named in ((self.days, _day), (self.weeks, _week), (self.months, _month)):
            seen: dict[object, datetime] = {}
            for moment in newest_first:
                seen.setdefault(named(moment), moment)
            staying.update(list(seen.values())[:count])
        return frozenset(staying)


def _day(moment: datetime) -> object:
    return moment.date()


def _week(moment: datetime) -> object:
    return moment.isocalendar()[:2]


def _month(moment: datetime) -> object:
    return moment.year, moment.month
