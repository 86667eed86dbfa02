"""Storing delivery: one day of a source, or one CSV export, in one transaction.

Belongs here: the order of the steps, and the facts of each fetch. Does not belong here: the steps themselves: staging.py,
restatement.py, rollups.py, attribution.py, coverage.py, partitions.py.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from itertools import chain
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

import psycopg
import pyarrow as pa

from campfill_pipeline.domain.local_days import day_window
from campfill_pipeline.domain.report_rows import RefusedRow
from campfill_pipeline.warehouse import attribution, coverage, partitions, restatement, rollups
from campfill_pipeline.warehouse.coverage import days_to_fetch, record_failure
from campfill_pipeline.warehouse.delivery_errors import RowsOutsideDayError
from campfill_pipeline.warehouse.report_directory import Directory
from campfill_pipeline.warehouse.restatement import Changes, Scope
from campfill_pipeline.warehouse.staging import Staging, batches, numbered

__all__ = ["FetchFacts", "StoreResult", "days_to_fetch", "record_failure", "store_day", "store_export"]

_SOURCES = {"api": "a", "csv": "c"}
_WORK_MEMORY = "128MB"


@dataclass(frozen=True)
class FetchFacts:
    """How rows were fetched. `request` is path and parameters without secrets; `bytes` as received."""

    started_at: datetime
    finished_at: datetime | None = None
    request: str = ""
    requests: int = 0
    bytes: int = 0
    run_id: str | None = None


@dataclass(frozen=True)
class StoreResult:
    """What storing did, in rows. `late` came after their day was first complete, or came back; `repeated` came twice."""

    fetch_no: int
    status: str
    days: tuple[date, ...]
    received: int
    rows: int
    new: int
    changed: int
    gone: int
    late: int
    unchanged: int
    repeated: int
    refused: int
    orphans: int
    lines: int


def store_day(
    conn: psycopg.Connection,
    *,
    source: str = "api",
    day: date,
    rows: pa.Table | Iterable[pa.Table],
    refused: Sequence[RefusedRow] = (),
    fetch: FetchFacts | Callable[[], FetchFacts],
    complete: bool,
    timezone: str | ZoneInfo,
    now: datetime,
) -> StoreResult:
    """Make the stored rows of a local day equal to what the source gave, in one transaction, and commit it.

    `rows` are tables of the canonical schema (domain/report_rows.py), read one after the other while they arrive;
    `refused` and `fetch` (where it is a function) are read after the last of them. `complete` says that every page came: a
    day that had not ended when the fetch began is stored as partial all the same. Whatever `rows` raises leaves the day as
    it was, and is the caller's to record with `record_failure`. Raises ContradictingRowsError, RowsOutsideDayError, MonthDetachedError,
    FigureTooLargeError.
    """
    zone = ZoneInfo(timezone) if isinstance(timezone, str) else timezone
    start, end = day_window(day, zone)
    code = _SOURCES[source]
    tables = batches(rows)
    head = next(tables, None)
    directory = Directory(conn, code)
    with _own_transaction(conn):
        partitions.ensure(conn, start, end)
        if head is not None and not _has_rows(conn, code, day):
            _learn(conn, directory, head)
    with _own_transaction(conn):
        conn.execute("SELECT pg_advisory_xact_lock(hashtext(%s), %s)", (f"day of {source}", day.toordinal()))
        staging = Staging(
            conn,
            directory,
            _new_fetch(conn, source, now, day=day),
            direct=not _has_rows(conn, code, day),
            allow=partial(_check_window, day, start, end),
        )
        for table in chain([head] if head is not None else [], tables):
            staging.add(table)
        facts = fetch() if callable(fetch) else fetch
        scope = Scope(code, start, end, zone.key)
        attribution.lock_lines(conn)
        staging.settle()
        changes, repeated = _replace(conn, staging, scope, now)
        touched = {*changes.touched, *((series, day) for series in staging.placed_series)}
        lines = _roll_up(conn, touched, zone)
        total = _rows_of(conn, code, [day])
        covered = complete and coverage.over_at(day, zone, facts.started_at)
        coverage.record_stored(
            conn,
            source=source,
            day=day,
            complete=covered,
            rows=total,
            refused=len(refused),
            fetch_no=staging.fetch_no,
            now=now,
        )
        rollups.mark_dirty(conn, lines)
        _finish_fetch(conn, staging.fetch_no, facts, staging.received, refused)
        stored = coverage.get(conn, source, day)
        assert stored is not None
        return _result(
            conn, staging, changes, repeated, len(refused), code, (day,), stored.status, total, len(lines)
        )


def store_export(
    conn: psycopg.Connection,
    *,
    upload_id: UUID,
    rows: Path | Iterable[pa.Table],
    timezone: str | ZoneInfo,
    now: datetime,
    refused: Sequence[RefusedRow] = (),
    received_at: datetime | None = None,
) -> StoreResult:
    """Store a dropped CSV export in one transaction: the caller's, where it has one, else one of its own.

    `rows` is an Arrow IPC stream of canonical rows, or tables of them.

    An export speaks for the campaigns, deals and whole days it contains: rows it lacks there are gone; others stay. A day is
    whole, and counts as complete, when it had ended at `received_at` (default `now`) and the export reaches over it:
    hours before and after it are in the export, or its first and last hours themselves. Raises as `store_day` does.
    """
    zone = ZoneInfo(timezone) if isinstance(timezone, str) else timezone
    arrived = received_at or now
    with conn.transaction():
        first, last = _span(rows) if isinstance(rows, Path) else (None, None)
        if first is not None and last is not None:
            partitions.ensure(conn, first, last + timedelta(hours=1))
        # Another export that waits here sees this one's rows afterwards.
        conn.execute("SELECT pg_advisory_xact_lock(hashtext('export'), 0)")
        staging = Staging(
            conn, Directory(conn, "c"), _new_fetch(conn, "csv", now, upload_id=upload_id), direct=False
        )
        for table in batches(_stream(rows) if isinstance(rows, Path) else rows):
            staging.add(table)
        attribution.lock_lines(conn)
        staging.settle()
        days = _export_days(conn, staging, zone, arrived)
        scope = Scope(
            "c",
            staging.first_hour or now,
            (staging.last_hour or now) + timedelta(hours=1),
            zone.key,
            whole=False,
        )
        changes, repeated = _replace(conn, staging, scope, now)
        lines = _roll_up(conn, set(changes.touched), zone)
        for day, whole in days.items():
            count = _rows_of(conn, "c", [day])
            coverage.record_stored(
                conn,
                source="csv",
                day=day,
                complete=whole,
                rows=count,
                refused=0,
                fetch_no=staging.fetch_no,
                now=now,
            )
        rollups.mark_dirty(conn, lines)
        _finish_fetch(conn, staging.fetch_no, FetchFacts(arrived, now), staging.received, refused)
        total = _rows_of(conn, "c", list(days))
        status = "complete" if days and all(days.values()) else "partial"
        return _result(
            conn, staging, changes, repeated, len(refused), "c", tuple(days), status, total, len(lines)
        )


@contextmanager
def _own_transaction(conn: psycopg.Connection) -> Iterator[None]:
    # A connection may be in the middle of an implicit transaction: what is stored here must be durable all the same.
    try:
        with conn.transaction():
            yield
    except BaseException:
        if not conn.autocommit and not conn.closed:
            conn.rollback()
        raise
    if not conn.autocommit:
        conn.commit()


def _new_fetch(
    conn: psycopg.Connection,
    source: str,
    now: datetime,
    *,
    day: date | None = None,
    upload_id: UUID | None = None,
) -> int:
    # Comparing and sorting a day in memory; applies to this transaction only.
    conn.execute("SELECT set_config('work_mem', %s, true)", (_WORK_MEMORY,))
    row = conn.execute(
        "INSERT INTO report_fetch (source, day, upload_id, started_at, stored_at) VALUES (%s, %s, %s, %s, %s) RETURNING fetch_no",
        (source, day, upload_id, now, now),
    ).fetchone()
    assert row is not None
    number: int = row[0]
    return number


def _finish_fetch(
    conn: psycopg.Connection, fetch_no: int, facts: FetchFacts, received: int, refused: Sequence[RefusedRow]
) -> None:
    conn.execute(
        "UPDATE report_fetch SET started_at = %s, finished_at = %s, request = %s, requests = %s, bytes = %s, rows = %s,"
        " refused = %s, run_id = %s WHERE fetch_no = %s",
        (
            facts.started_at, facts.finished_at, facts.request, facts.requests, facts.bytes, received,
            len(refused), facts.run_id, fetch_no,
        ),
    )  # fmt: skip
    if refused:
        with (
            conn.cursor() as cursor,
            cursor.copy("COPY report_refusal (fetch_no, refusal_no, reason, detail) FROM STDIN") as copy,
        ):
            for number, row in enumerate(refused, start=1):
                copy.write_row(
                    (
                        fetch_no,
                        number,
                        row.message,
                        json.dumps({"row": row.row, "code": row.code, "content": row.content}),
                    )
                )


def _learn(conn: psycopg.Connection, directory: Directory, head: pa.Table) -> None:
    # The first batch names nearly all sites and ids of a day. With their numbers known beforehand, in a short transaction
    # of their own, a new day's rows can go straight to their place.
    numbered(directory, head)
    if directory.has_new:
        attribution.lock_lines(conn)
        directory.settle()


def _replace(conn: psycopg.Connection, staging: Staging, scope: Scope, now: datetime) -> tuple[Changes, int]:
    if staging.direct and staging.received == staging.placed:
        return Changes(0, 0, 0, 0, []), 0
    repeated = restatement.refuse_contradictions(conn, "api" if scope.source == "a" else "csv")
    return restatement.replace(conn, scope, staging.fetch_no, now), repeated


def _roll_up(conn: psycopg.Connection, touched: set[tuple[int, date]], zone: ZoneInfo) -> set[int]:
    if not touched:
        return set()
    pairs = sorted(touched)
    series = [number for number, _ in pairs]
    for day in sorted({day for _, day in pairs}):
        rollups.roll_up_series(
            conn, day, *day_window(day, zone), [number for number, at in pairs if at == day]
        )
    lines = set(rollups.roll_up_line_days(conn, series, [day for _, day in pairs]))
    mentioned = conn.execute(
        "SELECT DISTINCT e.line_no FROM report_series s"
        " JOIN report_entity e ON e.entity_no IN (s.campaign_no, s.deal_no)"
        " WHERE s.series_no = ANY(%s) AND e.line_no IS NOT NULL",
        (sorted(set(series)),),
    )
    return lines | set(attribution.refresh_register(conn, [line for (line,) in mentioned]))


def _has_rows(conn: psycopg.Connection, code: str, day: date) -> bool:
    row = conn.execute(
        "SELECT EXISTS (SELECT FROM report_day d JOIN report_series s USING (series_no) WHERE d.day = %s AND s.source = %s)"
        " OR EXISTS (SELECT FROM delivery_fetch WHERE day = %s AND source = %s AND status <> 'failed')",
        (day, code, day, "api" if code == "a" else "csv"),
    ).fetchone()
    return bool(row and row[0])


def _rows_of(conn: psycopg.Connection, code: str, days: list[date]) -> int:
    row = conn.execute(
        "SELECT COALESCE(sum(d.rows), 0)::bigint FROM report_day d JOIN report_series s USING (series_no)"
        " WHERE d.day = ANY(%s) AND s.source = %s",
        (days, code),
    ).fetchone()
    return int(row[0]) if row else 0


def _check_window(day: date, start: datetime, end: datetime, first: datetime, last: datetime) -> None:
    for found in (first, last):
        if not start <= found < end:
            raise RowsOutsideDayError(day, found, start, end)


def _stream(path: Path) -> Iterator[pa.Table]:
    with pa.memory_map(str(path)) as source, pa.ipc.open_stream(source) as reader:
        for batch in reader:
            yield pa.Table.from_batches([batch])


def _span(path: Path) -> tuple[datetime | None, datetime | None]:
    first: datetime | None = None
    last: datetime | None = None
    for table in _stream(path):
        if table.num_rows:
            edges = pa.compute.min_max(table["hour_utc"])
            low, high = edges["min"].as_py(), edges["max"].as_py()
            first, last = low if first is None else min(first, low), high if last is None else max(last, high)
    return first, last


def _export_days(
    conn: psycopg.Connection, staging: Staging, zone: ZoneInfo, arrived: datetime
) -> dict[date, bool]:
    # Fills spoken_for with the pairs of series and whole day that the export contains; returns its days, whole or not.
    conn.execute(
        "CREATE TEMP TABLE spoken_for ON COMMIT DROP AS"
        " SELECT DISTINCT series_no, (hour_utc AT TIME ZONE %s)::date AS day FROM stage_hour",
        (zone.key,),
    )
    if staging.first_hour is None or staging.last_hour is None:
        return {}
    found = [day for (day,) in conn.execute("SELECT DISTINCT day FROM spoken_for ORDER BY day")]
    days = {}
    for day in found:
        start, end = day_window(day, zone)
        reaches = staging.first_hour <= start and staging.last_hour + timedelta(hours=1) >= end
        days[day] = reaches and coverage.over_at(day, zone, arrived)
    conn.execute(
        "DELETE FROM spoken_for WHERE day <> ALL(%s)", ([day for day, whole in days.items() if whole],)
    )
    return days


def _result(
    conn: psycopg.Connection, staging: Staging, changes: Changes, repeated: int, refused: int, code: str,
    days: tuple[date, ...], status: str, total: int, lines: int,
) -> StoreResult:  # fmt: skip
    row = conn.execute(
        "SELECT COALESCE(sum(d.rows), 0)::bigint FROM report_day d JOIN report_series s USING (series_no)"
        " WHERE d.day = ANY(%s) AND s.source = %s AND s.line_no IS NULL",
        (list(days), code),
    ).fetchone()
    new = changes.new + staging.placed
    return StoreResult(
        fetch_no=staging.fetch_no, status=status, days=days, received=staging.received, rows=total, new=new,
        changed=changes.changed, gone=changes.gone, late=changes.late,
        unchanged=staging.received - repeated - new - changes.changed, repeated=repeated, refused=refused,
        orphans=int(row[0]) if row else 0, lines=lines,
    )  # fmt: skip
