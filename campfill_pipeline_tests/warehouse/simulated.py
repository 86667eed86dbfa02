"""The simulated publisher, put into the warehouse: its lines and its delivery, day by day."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import psycopg

from campfill_pipeline.simulator.roster import WorldLine
from campfill_pipeline.simulator.world import World
from campfill_pipeline.warehouse.delivery.day import FetchedDay, FetchFacts, store_day


def register(connection: psycopg.Connection, lines: tuple[WorldLine, ...], seen: datetime) -> None:
    """Put lines into the register as if one list had brought them."""
    with connection.cursor().copy(
        """COPY line_register (id, revision, first_seen_at, valid_from, upload_id, event_no, action, brought, name,
           kind_listed, buyer, runtime, start_date, end_date, impression_goal, budget_eur, cpm_eur) FROM STDIN"""
    ) as copy:
        for line in lines:
            copy.write_row(
                (line.id, 1, seen, seen, "00000000-0000-0000-0000-000000000001", 1, "created", True, line.name,
                 line.kind, line.buyer, line.runtime, None if line.asap else line.start, line.end, line.goal,
                 line.budget, line.cpm)
            )  # fmt: skip
    connection.execute(
        "INSERT INTO line_dirty (line_no) SELECT line_no FROM line_register ON CONFLICT DO NOTHING"
    )


def fetch_days(connection: psycopg.Connection, world: World, first: date, last: date) -> None:
    """Fetch local days, both inclusive, as a nightly run does on the day after."""
    for offset in range((last - first).days + 1):
        day = first + timedelta(offset)
        night = datetime.combine(day + timedelta(1), time(3), world.timezone).astimezone(UTC)
        fetched = FetchedDay(
            day=day, rows=world.detail_table(day, day), fetch=FetchFacts(night), complete=True
        )
        store_day(connection, fetched, timezone=world.timezone, now=night)
