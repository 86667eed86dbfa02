"""Local days: what a calendar day in the product's time zone means in UTC.

Belongs here: local days as windows of instants. Does not belong here: which days to fetch or store.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

UTC = ZoneInfo("UTC")
FIRST_DAY = "2023-01-01"
"""Delivery is kept from this local day on."""


def day_window(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """First instant of the local `day` and of the next one, in UTC: 23, 24 or 25 hours apart."""
    start, end = (datetime.combine(d, time(), zone).astimezone(UTC) for d in (day, day + timedelta(days=1)))
    return start, end
