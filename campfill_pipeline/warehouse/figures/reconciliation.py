"""Where list and reporting disagree: found at every refresh, listed until it is mended.

Belongs here: running reconciliation.sql, and reading what is listed. Does not belong here: resolving anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

import psycopg

from campfill_pipeline.warehouse.statements import query, statement


def refresh_reconciliation(
    conn: psycopg.Connection,
    *,
    as_of: date,
    lines: list[int] | None,
    removed: Sequence[UUID],
    since: datetime | None,
) -> int:
    """List anew what concerns these lines (None: all), report ids without a line, and refused rows.

    Answers how many disagreements came or went.

    `removed` are lines that left the register. Lines whose overview was fetched after `since`, the last refresh,
    are looked at too.
    """
    if lines is not None and since is not None:
        newer = conn.execute(
            query("figures/reconciliation_parts", "refresh reconciliation"),
            [since],
        ).fetchall()
        lines = sorted({*lines, *(number for (number,) in newer)})
    row = conn.execute(
        statement("figures/reconciliation").encode(),
        {"lines": lines, "removed": list(removed), "as_of": as_of},
    ).fetchone()
    assert row is not None, "an aggregate always gives a row"
    return int(row[0])


def counts(conn: psycopg.Connection) -> dict[str, int]:
    """How many disagreements of each kind are listed."""
    return dict(
        conn.execute(
            "SELECT kind_of_issue, count(*) FROM reconciliation GROUP BY kind_of_issue ORDER BY kind_of_issue"
        ).fetchall()
    )
