"""The steps that a fetched day and a dropped export share, once their rows are staged.

Belongs here: replacing, rolling up, and saying what was done. Does not belong here: which days are complete.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

import psycopg

from campfill_pipeline.domain.local_days import day_window
from campfill_pipeline.domain.report_rows import RefusedRow
from campfill_pipeline.warehouse.delivery import attribution, packing, restatement, rollups, sources
from campfill_pipeline.warehouse.delivery.arriving.staging import Staging
from campfill_pipeline.warehouse.delivery.doubts import Guard
from campfill_pipeline.warehouse.delivery.restatement import Changes, Scope
from campfill_pipeline.warehouse.statements import query

_WORK_MEMORY = "128MB"


@dataclass(frozen=True)
class StoreResult:
    """What storing did, in rows. `late`: came after their day was first complete, or back; `repeated`: came twice."""

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


@dataclass(frozen=True)
class Replaced:
    """Outcome of `replace`: the changes, the repeats left out, and the lines whose days were summed again."""

    changes: Changes
    repeated: int
    lines: frozenset[int]


@contextmanager
def own_transaction(conn: psycopg.Connection) -> Iterator[None]:
    """A transaction that is durable at its end, even where the connection was in the middle of an implicit one."""
    try:
        with conn.transaction():
            yield
    except BaseException:
        if not conn.autocommit and not conn.closed:
            conn.rollback()
        raise
    if not conn.autocommit:
        conn.commit()


def more_memory(conn: psycopg.Connection) -> None:
    """Let this transaction compare and sort a day in memory."""
    conn.execute("SELECT set_config('work_mem', %s, true)", (_WORK_MEMORY,))


def replace(
    conn: psycopg.Connection,
    staging: Staging,
    scope: Scope,
    zone: ZoneInfo,
    now: datetime,
    placed_on: date | None = None,
    *,
    refused: Sequence[RefusedRow] = (),
    guard: Guard | None = None,
) -> Replaced:
    """Make what is stored equal to what was staged, and all sums that follow. Needs the lock of the lines.

    `placed_on`: the day of the rows that went straight to their place. `refused` and `guard`: see restatement.replace.
    """
    changes, repeated = Changes(), 0
    if staging.received > staging.placed or not staging.direct:
        if scope.whole:  # else whoever staged the rows did it
            packing.unpack_source(conn, scope.start, scope.end, scope.source)
        repeated = restatement.merge_repeats(conn, sources.name(conn, scope.source))
        changes = restatement.replace(conn, scope, staging.fetch_no, now, refused=refused, guard=guard)
    touched = set(changes.touched)
    if placed_on is not None:
        touched |= {(series, placed_on) for series in staging.placed_series}
    return Replaced(changes, repeated, frozenset(roll_up(conn, touched, zone)))


def rows_stored(conn: psycopg.Connection, code: str, days: Sequence[date], *, orphans: bool = False) -> int:
    """How many rows are stored for these local days of a source ('a' or 'c'); `orphans`: only those of no line."""
    row = conn.execute(
        query("delivery/storing", "rows stored"),
        (list(days), code, orphans),
    ).fetchone()
    return int(row[0]) if row else 0


def result(
    conn: psycopg.Connection, staging: Staging, replaced: Replaced, code: str, days: Sequence[date],
    *, status: str, refused: int,
) -> StoreResult:  # fmt: skip
    """The result of a store, for whoever asked for it."""
    new = replaced.changes.new + staging.placed
    return StoreResult(
        fetch_no=staging.fetch_no,
        status=status,
        days=tuple(days),
        received=staging.received,
        rows=rows_stored(conn, code, days),
        new=new,
        changed=replaced.changes.changed,
        gone=replaced.changes.gone,
        late=replaced.changes.late,
        unchanged=staging.received - replaced.repeated - new - replaced.changes.changed,
        repeated=replaced.repeated,
        refused=refused,
        orphans=rows_stored(conn, code, days, orphans=True),
        lines=len(replaced.lines),
    )


def roll_up(conn: psycopg.Connection, touched: Iterable[tuple[int, date]], zone: ZoneInfo) -> set[int]:
    """Sum these pairs of series and local day again, and all that follows; returns the lines whose sums these are."""
    by_day: dict[date, list[int]] = {}
    for series, day in sorted(touched):
        by_day.setdefault(day, []).append(series)
    lines: set[int] = set()
    for day, on_day in by_day.items():
        start, end = day_window(day, zone)
        rollups.roll_up_series(conn, day, start, end, on_day)
        lines.update(rollups.roll_up_line_day(conn, day, on_day))
    everywhere = sorted({series for on_day in by_day.values() for series in on_day})
    mentioned = attribution.lines_mentioned(conn, everywhere)
    return lines | set(attribution.refresh_register(conn, mentioned))
