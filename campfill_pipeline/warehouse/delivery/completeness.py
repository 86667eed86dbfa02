"""Whether the delivery that is stored can be all there is: facts for the checks on the delivery assets.

Belongs here: the source's own totals, and comparisons of stored delivery with itself and with the clock. Does not
belong here: what a check says or how bad it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

import psycopg
import pyarrow as pa
from psycopg.rows import class_row

from campfill_pipeline.warehouse.delivery import rollups
from campfill_pipeline.warehouse.delivery.sources import code
from campfill_pipeline.warehouse.statements import query


@dataclass(frozen=True)
class ThinDay:
    """A complete day far below its neighbours; `usual_` are the medians of the complete days around it."""

    day: date
    rows: int
    usual_rows: int
    impressions: Decimal
    usual_impressions: Decimal


@dataclass(frozen=True)
class Silence:
    """How long a source has had nothing new. None: never heard of."""

    source: str
    last_fetch_at: datetime | None
    last_hour: datetime | None
    since_fetch: timedelta | None
    since_hour: timedelta | None


@dataclass(frozen=True)
class ClockAhead:
    """Rows for hours that had not begun when they were fetched."""

    last_hour: datetime
    fetched_at: datetime
    ahead: timedelta


def store_overview(
    conn: psycopg.Connection,
    table: pa.Table,
    *,
    entity: str | None = None,
    from_day: date,
    to_day: date,
    now: datetime,
    source: str = "api",
) -> int:
    """Keep the source's own totals, in place of those of the same entities before; return how many came.

    `table` has entity ('campaigns' or 'deals', or their singulars), id, name, purchase_type and impressions; the totals
    are over the local days `from_day` to `to_day`, both inclusive. Where the table is the whole answer for `entity`, an
    id that is not in it has no total any more. Lines whose total, or delivery within these days, is another one now are
    marked for the refresh, which compares totals with summed hours (reconciliation.sql). Part of the caller's
    transaction.
    """
    columns = {
        name: table[name].to_pylist() for name in ("entity", "id", "name", "purchase_type", "impressions")
    }
    rows = conn.execute(
        query("delivery/completeness", "store overview"),
        {**columns, "source": source, "from_day": from_day, "to_day": to_day, "now": now},
    ).fetchall()
    rollups.mark_dirty(conn, {line for line, other in rows if other and line is not None})
    if entity is not None:
        told = [str(found).lower() for found in columns["id"]]
        untold = conn.execute(
            query("delivery/completeness", "forget untold"),
            {"source": source, "entity": entity.removesuffix("s"), "ids": told},
        ).fetchall()
        rollups.mark_dirty(conn, {line for (line,) in untold if line is not None})
    return len(rows)


def thin_days(
    conn: psycopg.Connection,
    *,
    source: str = "api",
    share: Decimal = Decimal("0.5"),
    reach: int = 7,
    least_neighbours: int = 3,
    since: date | None = None,
) -> list[ThinDay]:
    """Complete days with less than `share` of the rows or impressions that are usual `reach` days before and after."""
    with conn.cursor(row_factory=class_row(ThinDay)) as cursor:
        return cursor.execute(
            query("delivery/completeness", "thin days"),
            {
                "source": source, "code": code(conn, source), "share": share, "reach": reach, "least": least_neighbours,
                "since": since,
            },
        ).fetchall()  # fmt: skip


def silence(conn: psycopg.Connection, now: datetime, *, source: str = "api") -> Silence:
    """When the source was last heard of, and the end of the newest hour it told something about."""
    row = conn.execute(
        query("delivery/completeness", "silence"),
        {"source": source, "code": code(conn, source)},
    ).fetchone()
    fetched, hour = row if row else (None, None)
    return Silence(
        source=source,
        last_fetch_at=fetched,
        last_hour=hour,
        since_fetch=now - fetched if fetched else None,
        since_hour=now - (hour + timedelta(hours=1)) if hour else None,
    )


def clock_ahead(conn: psycopg.Connection, now: datetime, *, source: str = "api") -> ClockAhead | None:
    """Whether a stored hour had not begun when its fetch ended: then the source's clock, or ours, is wrong.

    Looks at the days around `now` only; the hour furthest ahead is returned.
    """
    row = conn.execute(
        query("delivery/completeness", "clock ahead"),
        {"source": source, "code": code(conn, source), "now": now},
    ).fetchone()
    return None if row is None else ClockAhead(row[0], row[1], row[0] - row[1])
