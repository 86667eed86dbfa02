"""Storing delivery: one local day of a source in one transaction.

Belongs here: the order of the steps for a fetched day. Does not belong here: the steps themselves (`arriving`,
storing.py, restatement.py, rollups.py, attribution.py, coverage.py, partitions.py), CSV exports (export.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from itertools import chain
from zoneinfo import ZoneInfo

import psycopg
import pyarrow as pa

from campfill_pipeline.domain.local_days import day_window
from campfill_pipeline.domain.report_rows import RefusedRow
from campfill_pipeline.warehouse.claims import check_claim
from campfill_pipeline.warehouse.delivery import (
    attribution,
    coverage,
    doubts,
    fetches,
    partitions,
    rollups,
    sources,
    storing,
)
from campfill_pipeline.warehouse.delivery import zone as delivery_zone
from campfill_pipeline.warehouse.delivery.arriving.directory import Directory
from campfill_pipeline.warehouse.delivery.arriving.staging import Staging, batches, numbered
from campfill_pipeline.warehouse.delivery.coverage import days_to_fetch, record_failure
from campfill_pipeline.warehouse.delivery.doubts import Guard
from campfill_pipeline.warehouse.delivery.errors import RowsOutsideDayError
from campfill_pipeline.warehouse.delivery.export import store_export
from campfill_pipeline.warehouse.delivery.fetches import FetchFacts
from campfill_pipeline.warehouse.delivery.restatement import Scope
from campfill_pipeline.warehouse.delivery.storing import StoreResult
from campfill_pipeline.warehouse.statements import query

__all__ = [
    "FetchFacts",
    "FetchedDay",
    "StoreResult",
    "days_to_fetch",
    "record_failure",
    "store_day",
    "store_export",
]


@dataclass(frozen=True, kw_only=True)
class FetchedDay:
    """A local day as a source gave it.

    `rows` are tables of the canonical schema (domain/report_rows.py), read one after the other while they arrive;
    `refused` and `fetch` (where it is a function) are read after the last of them. `complete` says that every page
    came: a day that had not ended when the fetch began is stored as partial all the same.
    """

    day: date
    rows: pa.Table | Iterable[pa.Table]
    fetch: FetchFacts | Callable[[], FetchFacts]
    complete: bool
    refused: Sequence[RefusedRow] = ()
    source: str = "api"


def store_day(
    conn: psycopg.Connection,
    fetched: FetchedDay,
    *,
    timezone: str | ZoneInfo,
    now: datetime,
    guard: Guard | None = None,
) -> StoreResult:
    """Make the stored rows of a local day equal to what the source gave, in one transaction, and commit it.

    Whatever reading its rows raises leaves the day as it was, and is the caller's to record with `record_failure`. A
    refused row keeps what is stored under its key; `guard` says how much the day must not lose (None: a person takes
    whatever comes). Raises DeliveryError: CollapsedError, ContradictingRowsError, RowsOutsideDayError,
    MonthDetachedError, FigureTooLargeError. LostRunError where the run that stores it has lost its lock.
    """
    with _alone(conn, fetched):
        return _store(conn, fetched, timezone, now, guard)


@contextmanager
def _alone(conn: psycopg.Connection, fetched: FetchedDay) -> Iterator[None]:
    """Fetches of one day come one after the other, from their first question on: so the answer that was asked for
    later is stored later, and counts.
    """
    lock = (f"day of {fetched.source}", fetched.day.toordinal())
    with storing.own_transaction(conn):
        conn.execute("SELECT pg_advisory_lock(hashtext(%s), %s)", lock)
    try:
        yield
    finally:
        with suppress(psycopg.OperationalError), storing.own_transaction(conn):  # a lost one has let go
            conn.execute("SELECT pg_advisory_unlock(hashtext(%s), %s)", lock)


def _store(
    conn: psycopg.Connection,
    fetched: FetchedDay,
    timezone: str | ZoneInfo,
    now: datetime,
    guard: Guard | None,
) -> StoreResult:
    day, source, refused = fetched.day, fetched.source, fetched.refused
    zone = ZoneInfo(timezone) if isinstance(timezone, str) else timezone
    start, end = day_window(day, zone)
    with storing.own_transaction(conn):
        code = sources.code(conn, source)
    tables = batches(fetched.rows)
    head = next(tables, None)
    directory = Directory(conn, code)
    with storing.own_transaction(conn):
        partitions.ensure(conn, start, end)
        if start <= now < end:
            partitions.ahead(conn, day, months=1)
        if head is not None and _is_new(conn, source, code, day):
            _learn(conn, directory, head)
    with storing.own_transaction(conn):
        storing.more_memory(conn)
        delivery_zone.hold(conn, zone.key)
        staging = Staging(
            conn,
            directory,
            fetches.begin(conn, source, now, day=day),
            direct=_is_new(conn, source, code, day),
            allow=partial(_check_window, day, start, end),
        )
        for table in chain([head] if head is not None else [], tables):
            staging.add(table)
        facts = fetched.fetch() if callable(fetched.fetch) else fetched.fetch
        attribution.lock_lines(conn)
        staging.settle()
        replaced = storing.replace(
            conn, staging, Scope(code, start, end, zone.key), zone, now, placed_on=day, refused=refused, guard=guard
        )  # fmt: skip
        if guard is not None:
            doubts.refuse_unlike_days(conn, guard, code)
        coverage.record_stored(
            conn,
            source=source,
            day=day,
            complete=fetched.complete and coverage.over_at(day, zone, facts.started_at),
            rows=storing.rows_stored(conn, code, [day]),
            refused=len(refused),
            fetch_no=staging.fetch_no,
            now=now,
        )
        fetches.finish(conn, staging.fetch_no, facts, received=staging.received, refused=refused)
        rollups.mark_dirty(conn, replaced.lines)
        stored = coverage.get(conn, source, day)
        status = stored.status if stored else "partial"
        check_claim(conn)
        return storing.result(conn, staging, replaced, code, [day], status=status, refused=len(refused))


def _learn(conn: psycopg.Connection, directory: Directory, head: pa.Table) -> None:
    # The first batch names most sites and ids of a day. Entered beforehand, in a short transaction of their own, they
    # have one number in all days that are fetched at once for the first time; else rows would be renumbered at the end.
    numbered(directory, head)
    if directory.has_new:
        attribution.lock_lines(conn)
        directory.settle()


def _is_new(conn: psycopg.Connection, source: str, code: str, day: date) -> bool:
    row = conn.execute(
        query("delivery/day", "is new"),
        (day, code, day, source),
    ).fetchone()
    return row == (False,)


def _check_window(day: date, start: datetime, end: datetime, first: datetime, last: datetime) -> None:
    for found in (first, last):
        if not start <= found < end:
            raise RowsOutsideDayError(day, found, start, end)
