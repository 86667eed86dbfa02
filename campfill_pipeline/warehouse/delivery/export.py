"""Storing a dropped CSV export of the reporting view: many days in one transaction.

An export speaks for what it contains, not for all there is: it may have been filtered, and its first and last day may
be cut. So rows are replaced by key for each campaign, deal and whole day in it, and all others stay.

Belongs here: which days of an export are whole. Does not belong here: reading the file.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

import psycopg
import pyarrow as pa
import pyarrow.compute as pc

from campfill_pipeline.domain import whole_days
from campfill_pipeline.domain.local_days import day_window
from campfill_pipeline.domain.report_rows import RefusedRow
from campfill_pipeline.warehouse.delivery import (
    attribution,
    coverage,
    fetches,
    packing,
    partitions,
    rollups,
    storing,
)
from campfill_pipeline.warehouse.delivery import zone as delivery_zone
from campfill_pipeline.warehouse.delivery.arriving.directory import Directory
from campfill_pipeline.warehouse.delivery.arriving.staging import Staging, batches
from campfill_pipeline.warehouse.delivery.errors import MixedGrainsError
from campfill_pipeline.warehouse.delivery.fetches import FetchFacts
from campfill_pipeline.warehouse.delivery.restatement import Scope
from campfill_pipeline.warehouse.delivery.storing import StoreResult
from campfill_pipeline.warehouse.statements import query

_HOUR = timedelta(hours=1)
_AROUND = timedelta(days=7)  # a longer time without a row at either side of a day is a hole anyway


def store_export(
    conn: psycopg.Connection,
    *,
    upload_id: UUID,
    rows: Path | pa.Table,
    timezone: str | ZoneInfo,
    now: datetime,
    refused: Sequence[RefusedRow] = (),
    received_at: datetime | None = None,
    whole: bool = False,
    by_day: bool = False,
) -> StoreResult:
    """Store a CSV export in one transaction: the caller's, where it has one, else one of its own.

    `rows` is an Arrow IPC stream of canonical rows, or a table of them. A local day is whole, and counts as complete,
    when it had ended at `received_at` (default `now`) and all stored exports together reach over its hours without a
    hole (domain/whole_days.py). Rows that one of `refused` may be stay. A `whole` export makes its days known for every
    line, in it or not. `by_day`: its rows are whole days; MixedGrainsError where stored exports tell the same campaigns
    and days by hours, or the other way round. Else raises as `store_day` does.
    """
    zone = ZoneInfo(timezone) if isinstance(timezone, str) else timezone
    with conn.transaction():
        storing.more_memory(conn)
        delivery_zone.hold(conn, zone.key)
        first, last = _span(tables_of(rows))
        if first is not None and last is not None:
            partitions.ensure(conn, first, last + _HOUR)
        # Another export that waits here sees this one's rows afterwards.
        conn.execute("SELECT pg_advisory_xact_lock(hashtext('export'), 0)")
        fetch_no = fetches.begin(conn, "csv", now, upload_id=upload_id)
        staging = Staging(conn, Directory(conn, "c"), fetch_no, direct=False)
        for table in batches(tables_of(rows)):
            staging.add(table)
        attribution.lock_lines(conn)
        staging.settle()
        if by_day:
            conn.execute("UPDATE report_fetch SET by_day = true WHERE fetch_no = %s", (fetch_no,))
        _one_grain(conn, by_day, zone)
        if first is not None and last is not None:
            packing.unpack_staged(conn, first, last + _HOUR)
        touched = days_told(conn, staging, zone, received_at or now)
        rollups.mark_dirty(conn, speak_for(conn, staging, zone, whole=whole))
        speak_of_sites(conn, staging)
        scope = Scope("c", first or now, (last or now) + _HOUR, zone.key, whole=False)
        fetches.settle_exported(conn, fetch_no)
        replaced = storing.replace(conn, staging, scope, zone, now, refused=refused)
        days, doubtful = known_whole(conn, touched, zone, received_at or now), refused_on(refused, zone)
        for day, complete in days.items():
            coverage.record_stored(
                conn,
                source="csv",
                day=day,
                complete=complete,
                rows=storing.rows_stored(conn, "c", [day]),
                refused=doubtful[day],
                fetch_no=fetch_no,
                now=now,
            )
        fetches.finish(
            conn, fetch_no, FetchFacts(received_at or now, now), received=staging.received, refused=refused
        )
        rollups.mark_dirty(conn, replaced.lines)
        status = "complete" if days and all(days.values()) else "partial"
        return storing.result(conn, staging, replaced, "c", list(days), status=status, refused=len(refused))


def days_told(conn: psycopg.Connection, staging: Staging, zone: ZoneInfo, arrived: datetime) -> list[date]:
    """Fill `spoken_for` with the pairs of series and day that the staged export alone holds whole; returns its days."""
    conn.execute(query("delivery/export", "days"), (zone.key,))
    days = [day for (day,) in conn.execute("SELECT DISTINCT day FROM spoken_for ORDER BY day")]
    alone: list[date] = []
    if staging.first_hour is not None and staging.last_hour is not None:
        hours = [hour for (hour,) in conn.execute("SELECT DISTINCT hour_utc FROM stage_hour")]
        end = _end(conn, staging.fetch_no, staging.last_hour, zone)
        stretches = whole_days.reached([*hours, end - _HOUR], [(staging.first_hour, end)], zone)
        alone = [day for day in days if is_whole(day, zone, stretches, arrived)]
    conn.execute("DELETE FROM spoken_for WHERE day <> ALL(%s)", (alone,))
    return days


def _one_grain(conn: psycopg.Connection, by_day: bool, zone: ZoneInfo) -> None:
    """Raise MixedGrainsError where staged rows are days that stored exports tell by hours, or the other way round."""
    found = conn.execute(
        query("delivery/export", "other grain"), {"by_day": by_day, "zone": zone.key}
    ).fetchall()
    if found:
        raise MixedGrainsError(by_day=by_day, days=[day for (day,) in found])


def _end(conn: psycopg.Connection, fetch_no: int, last_hour: datetime, zone: ZoneInfo) -> datetime:
    """The end of what an export speaks for: of its last hour, or of its last day where its rows are days."""
    row = conn.execute("SELECT by_day FROM report_fetch WHERE fetch_no = %s", (fetch_no,)).fetchone()
    if row is not None and row[0]:
        return day_window(last_hour.astimezone(zone).date(), zone)[1]
    return last_hour + _HOUR


def is_whole(day: date, zone: ZoneInfo, stretches: Sequence[whole_days.Span], arrived: datetime) -> bool:
    """Whether these stretches hold a local day that was over when its export arrived."""
    return whole_days.is_reached(day_window(day, zone), stretches) and coverage.over_at(day, zone, arrived)


def known_whole(
    conn: psycopg.Connection, days: Sequence[date], zone: ZoneInfo, arrived: datetime
) -> dict[date, bool]:
    """These days, and whether all stored exports together hold them whole."""
    stretches = reached(conn, days, zone)
    return {day: is_whole(day, zone, stretches, arrived) for day in days}


def reached(conn: psycopg.Connection, days: Sequence[date], zone: ZoneInfo) -> list[whole_days.Span]:
    """The stretches of time that all stored exports together reach over, around these days (in order)."""
    if not days:
        return []
    around = {
        "first": day_window(days[0], zone)[0] - _AROUND,
        "end": day_window(days[-1], zone)[1] + _AROUND,
    }
    hours = [hour for (hour,) in conn.execute(query("delivery/export", "hours with rows"), around)]
    exports = conn.execute(query("delivery/export", "exports"), around).fetchall()
    return whole_days.reached(hours, exports, zone)


def refused_on(refused: Sequence[RefusedRow], zone: ZoneInfo) -> Counter[date]:
    """How many refused rows are of which local day, as far as their hour could be read."""
    hours = (row.key.hour_utc for row in refused if row.key is not None)
    return Counter(hour.astimezone(zone).date() for hour in hours if hour is not None)


def speak_of_sites(conn: psycopg.Connection, staging: Staging) -> None:
    """Fill `spoken_site` and `spoken_hour`: a site's figures and one figure for all sites never stand side by side.

    An export filtered to some sites says nothing of the others. One without sites is the sum over all of them, so it
    takes the place of figures by site, and the other way round: by whole days, and by single hours.
    """
    conn.execute(query("delivery/export", "spoken hours"))
    edges = {"first": staging.first_hour, "last": staging.last_hour}
    conn.execute(query("delivery/export", "spoken sites"), edges)
    conn.execute("ANALYZE spoken_hour; ANALYZE spoken_site")


def speak_for(
    conn: psycopg.Connection, staging: Staging, zone: ZoneInfo, *, whole: bool = False
) -> list[int]:
    """Note the hours that the export speaks for, for each series in it, or for every line; returns these lines."""
    if staging.first_hour is None or staging.last_hour is None:
        return []
    end = _end(conn, staging.fetch_no, staging.last_hour, zone)
    values = {"fetch": staging.fetch_no, "first": staging.first_hour, "end": end}
    lines = conn.execute(query("delivery/export", "speak for"), values).fetchall()
    if whole:
        conn.execute(query("delivery/export", "speak for all"), values)
        lines = conn.execute("SELECT line_no FROM line_register").fetchall()
    return [line for (line,) in lines]


def tables_of(rows: Path | pa.Table) -> Iterator[pa.Table]:
    """The rows of a stream or of a table, piece by piece."""
    if isinstance(rows, Path):
        with pa.memory_map(str(rows)) as source, pa.ipc.open_stream(source) as reader:
            for batch in reader:
                yield pa.Table.from_batches([batch])
    else:
        yield rows


def _span(tables: Iterable[pa.Table]) -> tuple[datetime | None, datetime | None]:
    edges = [pc.min_max(table["hour_utc"]).as_py() for table in tables if table.num_rows]
    if not edges:
        return None, None
    return min(edge["min"] for edge in edges), max(edge["max"] for edge in edges)
