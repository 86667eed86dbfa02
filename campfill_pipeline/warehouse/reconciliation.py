"""Where list and reporting disagree: found at every refresh, listed until it is mended.

Belongs here: running reconciliation.sql, and reading what is listed. Does not belong here: resolving anything.
"""

from __future__ import annotations

from datetime import date

import psycopg

from campfill_pipeline.warehouse.statements import statement


def refresh_reconciliation(conn: psycopg.Connection, *, as_of: date, lines: list[int] | None) -> None:
    """List anew what concerns these lines (None: all), report ids without a line, and refused rows."""
    conn.execute(statement("reconciliation").encode(), {"lines": lines, "as_of": as_of})


def counts(conn: psycopg.Connection) -> dict[str, int]:
    """How many disagreements of each kind are listed."""
    return dict(
        conn.execute(
            "SELECT kind_of_issue, count(*) FROM reconciliation GROUP BY kind_of_issue ORDER BY kind_of_issue"
        ).fetchall()
    )
