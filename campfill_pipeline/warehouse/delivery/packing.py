"""Report rows of closed months, many in one row of the database, and back again.

A report row takes 102 bytes with its key while its month is open. Packed with others of its campaign and deal it takes
about 30. Whoever changes report rows unpacks them first, in the same transaction, and finds them as they ever were; the
next night packs them again.

Belongs here: moving rows between `report_hour` and `packed_hour`, and giving back the room. Does not belong here: which
months are closed (`domain/housekeeping.py`), reading packed rows (the database's function `packed_hours`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

import psycopg
from psycopg import errors, sql

from campfill_pipeline.warehouse.delivery import partitions
from campfill_pipeline.warehouse.locks import REGISTER_LOCK
from campfill_pipeline.warehouse.statements import query

TOGETHER = 56  # a row of 1,250 to 1,450 bytes: five or six fill a page, and none is stored out of line
BATCH = 200_000  # report rows moved in one transaction: about a second, in which uploads wait
_WORK_MEMORY = "128MB"
_LOCK_WAIT = "5s"
_EMPTY_BYTES = 16_384  # what a month takes of which nothing is left: the roots of its indexes


@dataclass(frozen=True)
class Span:
    """Hours that are packed together: half a UTC month, from `since` to before `until`."""

    since: datetime
    until: datetime


def spans(month: date) -> tuple[Span, Span]:
    """The two halves of the UTC month that begins with this day."""
    first, middle, end = (
        datetime(day.year, day.month, day.day, tzinfo=UTC)
        for day in (month, month.replace(day=16), partitions.next_month(month))
    )
    return Span(first, middle), Span(middle, end)


def closed(conn: psycopg.Connection, before: date) -> list[partitions.Month]:
    """Months that were over before this day and still take room as single rows, oldest first."""
    return [
        month
        for month in partitions.listing(conn)
        if month.attached and partitions.next_month(month.first) <= before and month.bytes > _EMPTY_BYTES
    ]


def loose_rows(conn: psycopg.Connection, month: date) -> int:
    """How many report rows of this month would be packed."""
    return sum(rows for span in spans(month) for _, rows in _loose(conn, span))


def pack_month(conn: psycopg.Connection, month: date, *, batch: int = BATCH) -> Iterator[int]:
    """Pack the rows of this month, some at a time, each time committed; yields how many. Needs autocommit.

    May be cut off at any point: what is left is packed the next time.
    """
    for span in spans(month):
        for series, rows in _batches(_loose(conn, span), batch):
            with conn.transaction():
                pack(conn, span, series)
            yield rows


def pack(conn: psycopg.Connection, span: Span, series: Sequence[int], *, together: int = TOGETHER) -> int:
    """Pack the rows of these series and hours, with those packed before; returns the packed rows made.

    Part of the caller's transaction. Whoever else changes report rows or lines waits until it ends.
    """
    conn.execute("SELECT pg_advisory_xact_lock(%s)", [REGISTER_LOCK])
    conn.execute("SELECT set_config('work_mem', %s, true)", [_WORK_MEMORY])
    unpack(conn, span.since, span.until, series)
    values = {"since": span.since, "until": span.until, "series": list(series), "together": together}
    return conn.execute(query("delivery/packing", "pack"), values).rowcount


def unpack(conn: psycopg.Connection, since: datetime, until: datetime, series: Sequence[int]) -> int:
    """Put packed rows of these series back to single ones, where they reach into these hours; returns how many.

    Part of the caller's transaction, which holds the lock of the lines.
    """
    values = {"since": since, "until": until, "series": list(series)}
    return conn.execute(query("delivery/packing", "unpack"), values).rowcount


def unpack_source(conn: psycopg.Connection, since: datetime, until: datetime, code: str) -> int:
    """The same for all series of a source."""
    return unpack(
        conn,
        since,
        until,
        [number for (number,) in conn.execute(query("delivery/packing", "of source"), [code])],
    )


def unpack_staged(conn: psycopg.Connection, since: datetime, until: datetime) -> int:
    """The same for the series of the rows that are staged."""
    return unpack(
        conn, since, until, [number for (number,) in conn.execute(query("delivery/packing", "staged"))]
    )


def give_back(conn: psycopg.Connection, month: date) -> bool:
    """Give the room of a month whose rows are all packed back to the disk; says whether it was. Needs autocommit.

    Only where no row is left on disk, not even one that a reader of an older moment may still see; where somebody
    else uses the month for too long, the next night does it.
    """
    table = sql.Identifier(partitions.table_name(month))
    conn.execute(sql.SQL("VACUUM (ANALYZE) {}").format(table))
    try:
        with conn.transaction():
            conn.execute("SELECT set_config('lock_timeout', %s, true)", [_LOCK_WAIT])
            conn.execute(sql.SQL("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE").format(table))
            row = conn.execute(
                "SELECT pg_relation_size(to_regclass(%s))", [partitions.table_name(month)]
            ).fetchone()
            if row != (0,):
                return False
            conn.execute(sql.SQL("TRUNCATE {}").format(table))
    except errors.LockNotAvailable:
        return False
    return True


def _loose(conn: psycopg.Connection, span: Span) -> list[tuple[int, int]]:
    """The series that have single rows in these hours, and how many."""
    values = {"since": span.since, "until": span.until}
    return conn.execute(query("delivery/packing", "loose"), values).fetchall()


def _batches(loose: Sequence[tuple[int, int]], batch: int) -> Iterator[tuple[list[int], int]]:
    series: list[int] = []
    rows = 0
    for number, count in loose:
        series.append(number)
        rows += count
        if rows >= batch:
            yield series, rows
            series, rows = [], 0
    if series:
        yield series, rows
