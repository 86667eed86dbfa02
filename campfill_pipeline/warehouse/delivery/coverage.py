"""Coverage: which local days were fetched completely, which failed, and which are still to be fetched.

Belongs here: `delivery_fetch`, and what follows from it. Does not belong here: the rows themselves.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import psycopg
from psycopg.rows import class_row

from campfill_pipeline.domain.local_days import day_window
from campfill_pipeline.warehouse.statements import query


@dataclass(frozen=True)
class DayFetch:
    """What is known of one local day of one source: the columns of `delivery_fetch`."""

    source: str
    day: date
    status: str
    fetched_at: datetime
    rows: int
    refused: int
    fetch_no: int | None
    first_complete_at: datetime | None
    failures: int
    failed_at: datetime | None
    detail: str | None


def over_at(day: date, zone: ZoneInfo, instant: datetime) -> bool:
    """Whether the local `day` had ended at `instant`; only then can a fetch begun at it be complete."""
    return day_window(day, zone)[1] <= instant


def get(conn: psycopg.Connection, source: str, day: date) -> DayFetch | None:
    """What is known of a day, or None where it was never asked for."""
    with conn.cursor(row_factory=class_row(DayFetch)) as cursor:
        return cursor.execute(
            "SELECT * FROM delivery_fetch WHERE source = %s AND day = %s", (source, day)
        ).fetchone()


def between(conn: psycopg.Connection, first: date, last: date) -> list[DayFetch]:
    """What is known of the local days `first` to `last`, both inclusive, of every source, oldest first."""
    with conn.cursor(row_factory=class_row(DayFetch)) as cursor:
        return cursor.execute(
            "SELECT * FROM delivery_fetch WHERE day BETWEEN %s AND %s ORDER BY day, source", (first, last)
        ).fetchall()


def complete_span(conn: psycopg.Connection, source: str) -> tuple[date | None, date | None]:
    """First and last complete day of a source; None and None where there is none."""
    row = conn.execute(
        "SELECT min(day), max(day) FROM delivery_fetch WHERE source = %s AND status = 'complete'", (source,)
    ).fetchone()
    return (None, None) if row is None else (row[0], row[1])


def gone_through(conn: psycopg.Connection, source: str) -> date | None:
    """The newest day of which a source said that it no longer has it; it has none before it either. None: of no day."""
    row = conn.execute(
        "SELECT max(day) FROM delivery_fetch WHERE source = %s AND status = 'gone'", (source,)
    ).fetchone()
    return None if row is None else row[0]


def resting(conn: psycopg.Connection, source: str, now: datetime) -> set[date]:
    """Days whose fetch broke so lately that asking again would only disturb: 5 minutes, doubling up to a day."""
    found = conn.execute(
        query("delivery/coverage", "resting"),
        {"source": source, "now": now},
    )
    return {day for (day,) in found}


def record_stored(
    conn: psycopg.Connection,
    *,
    source: str,
    day: date,
    complete: bool,
    rows: int,
    refused: int,
    fetch_no: int,
    now: datetime,
) -> None:
    """Note a day whose rows were stored, in the caller's transaction."""
    before = get(conn, source, day)
    # A day once complete stays so: a later, narrower look cannot make it less known.
    complete = complete or (before is not None and before.status == "complete")
    conn.execute(
        query("delivery/coverage", "record stored"),
        {
            "source": source, "day": day, "status": "complete" if complete else "partial", "now": now, "rows": rows,
            "refused": refused, "fetch": fetch_no, "first": now if complete else None,
        },
    )  # fmt: skip


def record_failure(conn: psycopg.Connection, source: str, day: date, *, detail: str, now: datetime) -> None:
    """Note a fetch that broke, and commit; stored rows stay, and a day once complete stays complete.

    `detail` is a sentence for people, without secrets.
    """
    with conn.transaction():
        conn.execute(
            query("delivery/coverage", "record failure"),
            {"source": source, "day": day, "now": now, "detail": detail},
        )
    if not conn.autocommit:
        conn.commit()


def record_gone(conn: psycopg.Connection, source: str, day: date, *, detail: str, now: datetime) -> None:
    """Note that the source no longer has a day, nor those before it: it is not asked for them again."""
    conn.execute(
        query("delivery/coverage", "record gone"),
        {"source": source, "day": day, "now": now, "detail": detail},
    )


def days_to_fetch(
    conn: psycopg.Connection,
    today: date,
    restate_days: int,
    *,
    timezone: str | ZoneInfo = "Europe/Berlin",
    source: str = "api",
    earliest: date | None = None,
    limit: int | None = None,
) -> list[date]:
    """Local days to ask the source for, oldest first: today, the restatement days before it, missing flight days.

    Missing are the past flight days of known lines that were never fetched completely. A line that starts ASAP counts
    from the day before its first known delivery, else before the day it was first seen, but not later than its end:
    only a day without delivery shows that it began after it. `earliest` is the first day the source still has: older
    ones are left out, and stay honestly not fetched. `limit` keeps the newest so many of the missing days.
    """
    zone = ZoneInfo(timezone) if isinstance(timezone, str) else timezone
    missing = conn.execute(
        query("delivery/coverage", "days to fetch"),
        {"zone": zone.key, "today": today, "source": source, "limit": limit, "earliest": earliest},
    ).fetchall()
    always = {today - timedelta(days=back) for back in range(restate_days + 1)}
    return sorted(day for day in {day for (day,) in missing} | always if earliest is None or day >= earliest)
