"""Monthly partitions of the hourly report rows: made ahead, put aside, taken back.

Belongs here: which months `report_hour` has. Does not belong here: its rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import psycopg
from psycopg import sql

from campfill_pipeline.domain.local_days import day_window
from campfill_pipeline.warehouse.delivery.errors import MonthDetachedError
from campfill_pipeline.warehouse.locks import PARTITION_LOCK
from campfill_pipeline.warehouse.statements import query

PARENT = "report_hour"


@dataclass(frozen=True)
class Month:
    """One monthly partition. `first` is the month's first day; `attached`: its rows are in `report_hour`."""

    first: date
    table: str
    attached: bool
    rows: int
    bytes: int


def next_month(first: date) -> date:
    """First day of the month after that of `first`."""
    return date(first.year + first.month // 12, first.month % 12 + 1, 1)


def table_name(first: date) -> str:
    """Name of the partition of a UTC month."""
    return f"{PARENT}_{first:%Y_%m}"


def _months(start: datetime, end: datetime) -> Iterator[date]:
    month = start.astimezone(UTC).date().replace(day=1)
    while datetime(month.year, month.month, 1, tzinfo=UTC) < end:
        yield month
        month = next_month(month)


def ensure(conn: psycopg.Connection, start: datetime, end: datetime) -> list[str]:
    """Make the partitions for hours from `start` to before `end` that do not exist; return the names of new ones.

    Part of the caller's transaction, which should be short: it keeps other makers waiting, but no reader or writer.
    Raises MonthDetachedError where a month was put aside.
    """
    wanted = list(_months(start, end))
    if set(wanted) <= attached(conn):
        return []
    conn.execute("SELECT pg_advisory_xact_lock(%s)", (PARTITION_LOCK,))
    made, there = [], attached(conn)
    for month in wanted:
        if month in there:
            continue
        name = table_name(month)
        if conn.execute("SELECT to_regclass(%s)", (name,)).fetchone() != (None,):
            raise MonthDetachedError(month, name)
        # Made beside the parent and then attached: CREATE … PARTITION OF would lock every reader out.
        conn.execute(
            sql.SQL("CREATE TABLE {} (LIKE {} INCLUDING DEFAULTS INCLUDING CONSTRAINTS)").format(
                sql.Identifier(name), sql.Identifier(PARENT)
            )
        )
        _attach(conn, month)
        made.append(name)
    return made


def attached(conn: psycopg.Connection) -> set[date]:
    """First days of the months that `report_hour` holds."""
    rows = conn.execute(
        query("delivery/partitions", "attached"),
        (PARENT,),
    )
    return {datetime.strptime(name[len(PARENT) + 1 :], "%Y_%m").date() for (name,) in rows}


def ahead(conn: psycopg.Connection, today: date, *, months: int = 2) -> list[str]:
    """Make the partitions of this month and of the `months` after it; return the names of new ones."""
    last = today.replace(day=1)
    for _ in range(months + 1):
        last = next_month(last)
    start, end = (datetime(d.year, d.month, d.day, tzinfo=UTC) for d in (today, last))
    return ensure(conn, start, end)


def detach(conn: psycopg.Connection, month: date) -> str:
    """Put a month's hourly rows aside, as a table of their own whose name is returned; daily figures stay."""
    first = month.replace(day=1)
    name = table_name(first)
    if first not in attached(conn):
        raise MonthDetachedError(first, name)
    since, until = (datetime(d.year, d.month, 1, tzinfo=UTC) for d in (first, next_month(first)))
    series = [number for (number,) in conn.execute(query("delivery/packing", "packed series"))]
    conn.execute(query("delivery/packing", "unpack"), {"since": since, "until": until, "series": series})
    conn.execute(
        sql.SQL("ALTER TABLE {} DETACH PARTITION {}").format(sql.Identifier(PARENT), sql.Identifier(name))
    )
    return name


def attach(conn: psycopg.Connection, month: date) -> None:
    """Take a month's hourly rows back."""
    _attach(conn, month.replace(day=1))


def listing(conn: psycopg.Connection) -> list[Month]:
    """All months, oldest first, with estimated rows (-1: not counted yet) and bytes on disk including keys."""
    there = attached(conn)
    rows = conn.execute(
        query("delivery/partitions", "listing"),
        (PARENT, f"^{PARENT}_[0-9]{{4}}_[0-9]{{2}}$"),
    )
    found = []
    for name, count, size in rows:
        first = datetime.strptime(name[len(PARENT) + 1 :], "%Y_%m").date()
        found.append(Month(first, name, first in there, count, size))
    return found


def whole_days(conn: psycopg.Connection, zone: ZoneInfo) -> list[tuple[date, date]]:
    """First and last local day of each attached month, without days that reach into a month put aside."""
    months = listing(conn)
    aside = {month.first for month in months if not month.attached}
    found = []
    for month in (month.first for month in months if month.attached):
        days = [month + timedelta(days=number) for number in range((next_month(month) - month).days)]
        whole = [day for day in days if aside.isdisjoint(_months(*day_window(day, zone)))]
        if whole:
            found.append((whole[0], whole[-1]))
    return found


def _attach(conn: psycopg.Connection, first: date) -> None:
    bounds = (datetime(d.year, d.month, 1, tzinfo=UTC).isoformat() for d in (first, next_month(first)))
    conn.execute(
        sql.SQL("ALTER TABLE {} ATTACH PARTITION {} FOR VALUES FROM ({}) TO ({})").format(
            sql.Identifier(PARENT), sql.Identifier(table_name(first)), *(sql.Literal(b) for b in bounds)
        )
    )
