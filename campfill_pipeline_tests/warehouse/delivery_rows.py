"""Makes canonical report rows for tests."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import psycopg
import pyarrow as pa

from campfill_pipeline.domain.report_rows import CANONICAL, RefusedRow
from campfill_pipeline.warehouse.delivery import packing, partitions
from campfill_pipeline.warehouse.delivery.day import FetchedDay, FetchFacts, StoreResult, store_day

BERLIN = ZoneInfo("Europe/Berlin")
CAMPAIGN = "c0000000-0000-0000-0000-000000000001"
DEAL = "d0000000-0000-0000-0000-000000000001"


@dataclass(frozen=True)
class Row:
    hour_utc: datetime
    site: str = "Hbf"
    campaign_id: str | None = CAMPAIGN
    deal_id: str | None = None
    impressions: Decimal = Decimal(1)
    bids: int | None = 10
    wins: int | None = 5
    plays: int | None = 4
    campaign_purchase_type: str | None = None
    deal_purchase_type: str | None = None
    campaign_name: str | None = None
    deal_name: str | None = None


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def table(rows: Iterable[Row]) -> pa.Table:
    listed = list(rows)
    return pa.table(
        {name: [getattr(row, name) for row in listed] for name in CANONICAL.names}, schema=CANONICAL
    )


def store(
    connection: psycopg.Connection,
    day: date,
    rows: Iterable[Row | pa.Table],
    *,
    now: datetime | None = None,
    complete: bool = True,
    timezone: str = "Europe/Berlin",
    refused: Sequence[RefusedRow] = (),
    source: str = "api",
) -> StoreResult:
    """Store a day as fetched at `now`, which is two days later where not given."""
    at_once = now or datetime(day.year, day.month, day.day, 6, tzinfo=UTC) + timedelta(days=2)
    listed = list(rows)
    singles = table(row for row in listed if isinstance(row, Row))
    tables = [singles, *(row for row in listed if isinstance(row, pa.Table))]
    fetched = FetchedDay(
        day=day,
        rows=iter(tables),
        refused=refused,
        fetch=FetchFacts(started_at=at_once, finished_at=at_once, request="/v1/detail", requests=1, bytes=10),
        complete=complete,
        source=source,
    )
    return store_day(connection, fetched, timezone=timezone, now=at_once)


def add_line(
    connection: psycopg.Connection,
    line_id: str,
    *,
    kind: str = "campaign",
    start: date | None = date(2025, 8, 1),
    end: date = date(2025, 8, 31),
    first_seen: datetime = datetime(2025, 8, 1, tzinfo=UTC),
) -> int:
    """Put a line into the register, as an upload would; attribution is the caller's."""
    row = connection.execute(
        "INSERT INTO line_register (id, revision, first_seen_at, valid_from, upload_id, event_no, action, brought,"
        " name, kind_listed, buyer, runtime, start_date, end_date, impression_goal, cpm_eur)"
        " VALUES (%s, 1, %s, %s, gen_random_uuid(), 1, 'created', true, 'A line', %s, 'Not set', '', %s, %s, 1000, 5)"
        " RETURNING line_no",
        (line_id, first_seen, first_seen, kind, start, end),
    ).fetchone()
    assert row is not None
    number: int = row[0]
    return number


def pack_all(connection: psycopg.Connection, *, together: int = 3) -> None:
    """Pack every report row there is, as if all months were closed; few together, so that there are many packs."""
    series = [number for (number,) in connection.execute("SELECT series_no FROM report_series").fetchall()]
    for month in partitions.listing(connection):
        for span in packing.spans(month.first):
            packing.pack(connection, span, series, together=together)
    assert connection.execute("SELECT count(*) FROM report_hour").fetchone() == (0,)


def all_of(connection: psycopg.Connection, query: str, *parameters: object) -> list[tuple[object, ...]]:
    return connection.execute(query, parameters).fetchall()
