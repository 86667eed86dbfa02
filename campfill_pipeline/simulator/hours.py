"""The hours of the simulated world: local days and the UTC hours they are made of, over the clock changes.

Belongs here: time. Does not belong here: what happens in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Calendar:
    """All hours from `first_day` to `last_day`, both local and inclusive, ascending.

    `hour` counts hours since 1970 in UTC, `local_hour` is 0 … 23, `day` counts local days from `first_day`;
    `starts` has the position of each day's first hour, and one more at the end.
    """

    first_day: date
    last_day: date
    timezone: ZoneInfo
    hour: Ints
    local_hour: Ints
    day: Ints
    starts: Ints

    def index(self, day: date) -> int:
        """Days since `first_day`; negative before it."""
        return (day - self.first_day).days

    def utc_hour(self, day: date) -> int:
        """The UTC hour since 1970 in which the local day begins."""
        return int(local_midnight(day, self.timezone).timestamp()) // 3600


def local_midnight(day: date, timezone: ZoneInfo) -> datetime:
    """The moment, in UTC, at which a local day begins."""
    return datetime.combine(day, time(), timezone).astimezone(UTC)


def make_calendar(first_day: date, last_day: date, timezone: ZoneInfo) -> Calendar:
    """The hours of all local days from `first_day` to `last_day`. Needs a time zone that is whole hours off
    UTC.
    """
    days = (last_day - first_day).days + 1
    edges = [local_midnight(first_day + timedelta(n), timezone) for n in range(days + 1)]
    starts = np.array([int(edge.timestamp()) // 3600 for edge in edges], dtype=np.int64)
    hour = np.arange(starts[0], starts[-1], dtype=np.int64)
    day = np.searchsorted(starts, hour, side="right") - 1
    local = [datetime.fromtimestamp(int(h) * 3600, timezone).hour for h in hour]
    return Calendar(
        first_day=first_day,
        last_day=last_day,
        timezone=timezone,
        hour=hour,
        local_hour=np.array(local, dtype=np.int64),
        day=day.astype(np.int64),
        starts=starts - starts[0],
    )
