"""What somebody watches from outside: counts for metrics, and signs of life.

Belongs here: reading them. Does not belong here: what is too old, and how it is told.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import psycopg
from psycopg import errors

from campfill_pipeline.domain.uploads import UploadStatus
from campfill_pipeline.warehouse.statements import query


@dataclass(frozen=True)
class Counts:
    """Uploads by status, rows by outcome, (count, seconds) of each step, and when each source was last fetched."""

    uploads: dict[str, int]
    rows: dict[str, int]
    steps: dict[str, tuple[int, float]]
    fetched: dict[str, datetime]


def counts(conn: psycopg.Connection) -> Counts:
    """Everything that is counted, from the ledger."""
    uploads = dict.fromkeys(map(str, UploadStatus), 0)
    uploads |= dict(conn.execute(query("readers/watch", "by status")).fetchall())
    row = conn.execute(query("readers/watch", "rows")).fetchone()
    assert row is not None
    steps = conn.execute(query("readers/watch", "steps")).fetchall()
    return Counts(
        uploads=uploads,
        rows=dict(zip(("accepted", "rejected", "skipped"), map(int, row), strict=True)),
        steps={step: (count, float(seconds)) for step, count, seconds in steps},
        fetched=dict(conn.execute(query("readers/watch", "fetched")).fetchall()),
    )


def daemon_heartbeat(dagster_url: str) -> datetime | None:
    """When Dagster's daemon last said that it lives; None where it never did."""
    with psycopg.connect(dagster_url, connect_timeout=5) as conn:
        try:
            row = conn.execute("SELECT max(timestamp) FROM daemon_heartbeats").fetchone()
        except errors.UndefinedTable:
            return None
    return row[0].replace(tzinfo=UTC) if row and row[0] else None
