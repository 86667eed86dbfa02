"""A week in the product's own tables: three lists, a day of delivery, and its restatement."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import psycopg
import pyarrow as pa

from campfill_pipeline.domain.fulfillment import FulfillmentRules
from campfill_pipeline.domain.lines import LINES
from campfill_pipeline.domain.report_rows import CANONICAL
from campfill_pipeline.warehouse.delivery.day import FetchedDay, FetchFacts, store_day
from campfill_pipeline.warehouse.figures import fulfillment
from campfill_pipeline.warehouse.register import apply, ledger

FLIGHT = date(2025, 7, 28), date(2025, 7, 29)
RULES = FulfillmentRules()
Terms = tuple[int, str]
"""A line's goal and CPM."""


def line_id(number: int) -> UUID:
    """The id of line `number`."""
    return UUID(int=number)


def list_arrives(
    connection: psycopg.Connection, folder: Path, name: str, lines: Mapping[int, Terms], at: datetime
) -> None:
    """Let a list arrive and be applied, as the upload job does it."""
    rows = [
        {
            "sheet": "Campaign list", "row_no": row, "id": str(line_id(number)), "name": f"Line {number}",
            "kind": "campaign", "buyer": "Not set",
            "runtime": f"{FLIGHT[0]:%d.%m.%Y}-{FLIGHT[1]:%d.%m.%Y}", "start_date": FLIGHT[0], "end_date": FLIGHT[1],
            "impression_goal": goal, "cpm_eur": Decimal(cpm).quantize(Decimal("0.0001")),
        }
        for row, (number, (goal, cpm)) in enumerate(lines.items(), start=2)
    ]  # fmt: skip
    stream = folder / f".{name}.arrow"
    with pa.ipc.new_stream(str(stream), LINES) as writer:
        writer.write_table(pa.Table.from_pylist(rows, schema=LINES))
    upload = ledger.record_arrival(
        connection, upload_id=UUID(int=at.month * 100 + at.day), sha256=f"{at.timestamp():064.0f}", file_name=f"{name}.xlsx",
        file_bytes=stream.stat().st_size, archived_as=f"{name}.xlsx", door="inbox", received_at=at,
    )  # fmt: skip
    judged = apply.JudgedList(lines=stream, issues=None, counts=ledger.Counts(len(rows), len(rows)))
    apply.apply_list(connection, upload, judged, now=at)
    stream.unlink()


def day_is_fetched(
    connection: psycopg.Connection, day: date, played: Mapping[int, int], at: datetime
) -> None:
    """Store a day of delivery: for each line one hour, nine o'clock, at one station."""
    hour = datetime(day.year, day.month, day.day, 7, tzinfo=UTC)
    rows = [
        {
            "hour_utc": hour, "site": "München Hbf", "campaign_id": str(line_id(number)), "impressions": Decimal(figure),
            "bids": 100, "wins": 50, "plays": 40,
        }
        for number, figure in played.items()
    ]  # fmt: skip
    table = pa.Table.from_pylist(rows, schema=CANONICAL)
    fetched = FetchedDay(day=day, rows=iter([table]), fetch=FetchFacts(at), complete=True)
    store_day(connection, fetched, timezone="Europe/Berlin", now=at)


def figures_are_made(connection: psycopg.Connection, *, full: bool = False) -> None:
    """Bring the figures up to date; `full` computes every one of them again."""
    now = morning(8, 12)
    fulfillment.refresh(connection, RULES, as_of=now.date(), now=now, full=full)


def morning(month: int, day: int) -> datetime:
    """Eight in the morning (UTC) of a day in 2025."""
    return datetime(2025, month, day, 8, tzinfo=UTC)
