"""Incidents: hours in which a site gave nothing, or little, to all the lines that were there.

Belongs here: telling such hours from quiet ones, by the site's own usual hours. Does not belong here: the sums by site
and hour, and what was lost to whom (`warehouse/figures/incidents.py`).

The usual hour is the median of that hour on days of its class (Monday to Friday, Saturday, Sunday or holiday). A day's
level is the median of those hours that gave anything against the usual ones, so that neither lines that come and go nor
dark hours move it. A day with hardly any such hour has the level of the day before; a site that is weak all day long
cannot be told from one with fewer lines.
"""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from campfill_pipeline.domain.weekdays import SUNDAY, Calendar

HISTORY_DAYS = 42
"""So many days before the day of the figures make the usual hours."""

LOOKED_AT_DAYS = 14
"""Incidents are looked for on so many days before the day of the figures."""

LEAST_DAYS = 3
"""Fewer days of a class tell no usual hour."""

LEAST_HOURS = 3
"""A run of fewer hours is no incident."""

LEAST_DUE = 100
"""A run in which fewer impressions should have come is no incident."""

DARK, WEAK = 0.05, 0.5
"""Share of what an hour should have given below which it is dark, or weak."""


class Silence(StrEnum):
    """How much a site still gave during an incident."""

    DARK = "dark"
    WEAK = "weak"


Hour = tuple[date, int]


@dataclass(frozen=True)
class Incident:
    """A run of hours of one local day, `last_hour` inclusive, with what came and what should have come."""

    day: date
    first_hour: int
    last_hour: int
    silence: Silence
    came: float
    due: float

    @property
    def lost(self) -> float:
        """Impressions that should have come and did not."""
        return self.due - self.came


def find(hours: Mapping[Hour, float], as_of: date, calendar: Calendar) -> list[Incident]:
    """The incidents of one site. `hours` are its impressions by local day and hour; an hour without any is absent."""
    days = sorted({day for day, _ in hours})
    if not days:
        return []
    every_day = [days[0] + timedelta(n) for n in range((days[-1] - days[0]).days + 1)]
    usual = _usual(hours, every_day, calendar)
    found, level = list[Incident](), 1.0
    for day in every_day:
        expected = usual.get(_class(day, calendar), {})
        if day >= as_of - timedelta(LOOKED_AT_DAYS) and expected:
            shares = [hours.get((day, hour), 0.0) / due for hour, due in expected.items()]
            alive = [share for share in shares if share > DARK]
            if len(alive) * 4 >= len(shares):
                level = statistics.median(alive)
            found += _runs(day, {h: level * due for h, due in expected.items()}, hours)
    return found


def _class(day: date, calendar: Calendar) -> int:
    kind = calendar.kind(day)
    return kind if kind in (SUNDAY - 1, SUNDAY) else 0


def _usual(hours: Mapping[Hour, float], days: list[date], calendar: Calendar) -> dict[int, dict[int, float]]:
    by_class: defaultdict[int, list[date]] = defaultdict(list)
    for day in days:
        by_class[_class(day, calendar)].append(day)
    found: dict[int, dict[int, float]] = {}
    for kind, some in by_class.items():
        if len(some) >= LEAST_DAYS:
            medians = {
                hour: statistics.median(hours.get((day, hour), 0.0) for day in some) for hour in range(24)
            }
            found[kind] = {hour: median for hour, median in medians.items() if median > 0}
    return found


def _runs(day: date, due: Mapping[int, float], hours: Mapping[Hour, float]) -> list[Incident]:
    found, run = [], list[int]()
    for hour in [*sorted(due), None]:
        low = hour is not None and hours.get((day, hour), 0.0) < WEAK * due[hour]
        if hour is not None and low and (not run or hour == run[-1] + 1):
            run.append(hour)
            continue
        came, should = sum(hours.get((day, h), 0.0) for h in run), sum(due[h] for h in run)
        if len(run) >= LEAST_HOURS and should >= LEAST_DUE:
            silence = Silence.DARK if came <= DARK * should else Silence.WEAK
            found.append(Incident(day, run[0], run[-1], silence, came, should))
        run = [hour] if hour is not None and low else []
    return found
