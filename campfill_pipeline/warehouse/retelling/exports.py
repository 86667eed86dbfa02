"""Hours as the exports in force tell them: what stays when one is taken back, and when one is stored late.

The outcome of exports is decided key by key, each by its place in the order of arrival. So the campaigns and deals of
one export, in its hours, can be told again from nothing by all exports that speak of them. That is done on a sheet
beside the stored rows, by the very code that stores exports, and the difference is applied once.

Belongs here: telling again. Does not belong here: which uploads are in force (`register/export_revert`), the days
that follow (`days`), reading the originals.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

import psycopg
import pyarrow as pa

from campfill_pipeline.domain.report_rows import RefusedRow
from campfill_pipeline.warehouse.delivery import (
    attribution,
    export,
    fetches,
    packing,
    partitions,
    restatement,
    rollups,
    storing,
)
from campfill_pipeline.warehouse.delivery.arriving.directory import Directory
from campfill_pipeline.warehouse.delivery.arriving.staging import Staging, batches
from campfill_pipeline.warehouse.delivery.restatement import Scope
from campfill_pipeline.warehouse.retelling.days import DayChange, RetoldDays
from campfill_pipeline.warehouse.statements import query

# What storing an export leaves until its transaction ends; here several follow each other in one.
_SCRATCH = "stage_hour, spoken_for, spoken_hour, spoken_site, hour_change, came_back, own_change, refused_key"


@dataclass(frozen=True)
class ExportRows:
    """An export read again: its canonical rows (an Arrow IPC stream, or a table), those that were refused, and whether
    it speaks for every line in its hours, and whether its rows are whole days (`by_day`).
    """

    rows: Path | pa.Table
    refused: Sequence[RefusedRow] = ()
    whole: bool = False
    by_day: bool = False


@dataclass(frozen=True)
class Told:
    """What one export in force says, and when it arrived."""

    upload_id: UUID
    arrived: datetime
    said: ExportRows


@dataclass(frozen=True)
class Region:
    """What is told again: the series in the temporary table `retold_series`, from `first` to before `end`."""

    first: datetime
    end: datetime
    entities: tuple[str, ...]


@dataclass(frozen=True)
class LineChange:
    """A line whose delivery by exports changed: its impressions in the hours that were told again."""

    line_id: UUID
    name: str
    before: Decimal
    after: Decimal


@dataclass(frozen=True)
class Retold:
    """What telling again did: in rows, by day and by line, the largest change first."""

    new: int = 0
    changed: int = 0
    gone: int = 0
    days: tuple[DayChange, ...] = ()
    lines: tuple[LineChange, ...] = ()


def region_of(conn: psycopg.Connection, said: ExportRows) -> Region | None:
    """The series and hours of a stored export; None where it has none. Keeps other exports out until the end."""
    conn.execute("SELECT pg_advisory_xact_lock(hashtext('export'), 0)")
    storing.more_memory(conn)
    staging = _staged(conn, said, 0)
    conn.execute(query("retelling/exports", "series"))
    conn.execute("DROP TABLE stage_hour")
    if staging.first_hour is None or staging.last_hour is None:
        return None
    named = tuple(sorted({entity for entity, _ in staging.directory.mentions}))
    return Region(staging.first_hour, staging.last_hour + timedelta(hours=1), named)


def retell(
    conn: psycopg.Connection,
    region: Region,
    told: Sequence[Told],
    *,
    upload_id: UUID,
    counts: bool,
    zone: ZoneInfo,
    now: datetime,
) -> Retold:
    """Make a region what `told`, in their order, say of it. Part of the caller's transaction.

    `upload_id` is the export that the region is of; where it does not count (`counts`), nothing of it stays. Raises
    MonthDetachedError where hours of the region were put aside.
    """
    attribution.lock_lines(conn)
    partitions.ensure(conn, region.first, region.end)
    retold = [number for (number,) in conn.execute("SELECT series_no FROM retold_series")]
    packing.unpack(conn, region.first, region.end, retold)
    values = {
        "first": region.first, "end": region.end, "zone": zone.key, "named": list(region.entities),
        "uploads": [upload_id, *(one.upload_id for one in told)], "silent": None if counts else upload_id,
    }  # fmt: skip
    lines = {line for (line,) in conn.execute(query("retelling/exports", "lines"))}
    lines |= {line for (line,) in conn.execute(query("retelling/exports", "lines of a whole one"), values)}
    days = RetoldDays(conn, zone, region.first, region.end)
    for step in ("forget refusals", "say no more", "names", "forget names", "sheet", "restatement sheet"):
        conn.execute(query("retelling/exports", step), values)
    scope = Scope("c", region.first, region.end, zone.key, whole=False)
    for one in told:
        days.told(one.upload_id, *_tell(conn, one, scope, zone, now, values))
    for step in ("put aside", "drop restatements"):
        conn.execute(query("retelling/exports", step))
    changed_lines = conn.execute(query("retelling/exports", "changed lines"), values).fetchall()
    days.sums = {
        day: (before, after)
        for day, before, after in conn.execute(query("retelling/exports", "day sums"), values)
    }
    fetch_no = fetches.begin(conn, "csv", now, upload_id=upload_id)
    for step in ("stage", "speak for all", "speak of all sites", "speak of no hours"):
        conn.execute(query("retelling/exports", step), values)
    changes = restatement.replace(conn, scope, fetch_no, now, exact=True)
    lines |= storing.roll_up(conn, changes.touched, zone)
    changed_days = days.settle(upload_id, now)
    conn.execute(query("retelling/exports", "remember names"))
    rollups.mark_dirty(conn, lines | days.lines)
    _clear(conn, "retold_series, retold_name, told_hour")
    found = tuple(LineChange(*line) for line in changed_lines)
    return Retold(changes.new, changes.changed, changes.gone, changed_days, found)


def _tell(
    conn: psycopg.Connection,
    one: Told,
    scope: Scope,
    zone: ZoneInfo,
    now: datetime,
    values: dict[str, object],
) -> tuple[list[date], dict[date, int]]:
    """Store an export on the sheet, as far as the region goes; returns its days, and refused rows by day."""
    row = conn.execute(query("retelling/exports", "fetch of"), [one.upload_id]).fetchone()
    fetch_no = row[0] if row else 0
    staging = _staged(conn, one.said, fetch_no)
    staging.settle()
    days = export.days_told(conn, staging, zone, one.arrived)
    export.speak_of_sites(conn, staging)
    export.speak_for(conn, staging, zone, whole=one.said.whole)
    fetches.settle_exported(conn, fetch_no)
    fetches.list_refused(conn, fetch_no, one.said.refused)
    conn.execute(
        "UPDATE report_fetch SET refused = %s WHERE fetch_no = %s", (len(one.said.refused), fetch_no)
    )
    for step in ("cut rows", "cut days", "cut hours"):
        conn.execute(query("retelling/exports", step), values)
    restatement.merge_repeats(conn, "csv")
    restatement.replace(conn, scope, fetch_no, now, refused=one.said.refused)
    _clear(conn)
    return days, export.refused_on(one.said.refused, zone)


def _staged(conn: psycopg.Connection, said: ExportRows, fetch_no: int) -> Staging:
    staging = Staging(conn, Directory(conn, "c"), fetch_no, direct=False)
    for table in batches(export.tables_of(said.rows)):
        staging.add(table)
    return staging


def _clear(conn: psycopg.Connection, others: str = "") -> None:
    conn.execute(f"DROP TABLE IF EXISTS {_SCRATCH}{', ' if others else ''}{others}".encode())
