"""Delivery as it was known at the end of an earlier day: rows, sums and coverage, taken back within a transaction.

Belongs here: leaving out what came later, and what was changed later as it was before. Does not belong here: undoing it
(the caller's transaction is never committed), figures made of it, contracts.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import psycopg

from campfill_pipeline.domain.local_days import day_window
from campfill_pipeline.warehouse.delivery import attribution, partitions, rollups
from campfill_pipeline.warehouse.statements import query


def take_back(conn: psycopg.Connection, as_of: date, zone: ZoneInfo) -> None:
    """Leave of delivery what was known at the end of this local day.

    For a transaction that is rolled back: whoever stores delivery waits until then. Kinds and purchase types of lines
    stay those of today, as reporting tells them without a date.
    """
    attribution.lock_lines(conn)
    then = datetime.combine(as_of + timedelta(days=1), time(), zone)
    values = {"then": then, "as_of": as_of, "zone": zone.key, "months": sorted(partitions.attached(conn))}
    for step in ("later", "as they were", "unpack later"):
        conn.execute(query("delivery/past", step), values)
    touched: dict[date, list[int]] = defaultdict(list)
    for day, series in conn.execute(query("delivery/past", "take away"), values):
        touched[day].append(series)
    conn.execute(query("delivery/past", "put back"), values)
    for day, series_nos in sorted(touched.items()):
        start, end = day_window(day, zone)
        rollups.roll_up_series(conn, day, start, end, series_nos)
        rollups.roll_up_line_day(conn, day, series_nos)
    for step in (
        "later days", "what exports said later", "refused later", "totals of later", "days as they were",
        "days of later",
    ):  # fmt: skip
        conn.execute(query("delivery/past", step), values)
