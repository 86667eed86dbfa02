"""Second counts compared again where something changed, and kept, for people who are told and for analysis tools.

Belongs here: whether to compare, keeping the outcome. Does not belong here: comparing (`comparing`), who is told
(`notices/of_counts`).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import psycopg

from campfill_pipeline.domain.discrepancies import Discrepancy
from campfill_pipeline.warehouse.counts.comparing import compare
from campfill_pipeline.warehouse.statements import query

PAST = "past"


@dataclass(frozen=True, slots=True)
class Look:
    """All discrepancies as they stand. Not `told`: they stood before anybody watched."""

    found: tuple[Discrepancy, ...]
    told: bool


def look(
    conn: psycopg.Connection, zone: ZoneInfo, *, today: date, tolerance: Decimal, now: datetime
) -> Look | None:
    """Compare and keep, in the caller's transaction; None where nothing changed since the last time."""
    asked = {"today": today, "tolerance": tolerance, "zone": zone.key}
    [(mark, before)] = conn.execute(query("counts/watching", "mark"), asked).fetchall()
    if mark == before:
        return None
    found = compare(conn, zone, today=today, tolerance=tolerance).rows
    conn.execute("DELETE FROM count_discrepancy")
    with conn.cursor() as cursor:
        cursor.executemany(
            query("counts/watching", "keep"),
            [{**asdict(one), "tolerance": tolerance, "compared_at": now} for one in found],
        )
    conn.execute(query("counts/watching", "looked"), [mark])
    return Look(found, before != PAST)
