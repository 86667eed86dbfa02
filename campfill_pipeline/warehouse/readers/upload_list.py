"""The uploads as a list, latest first, page by page.

Belongs here: reading it. Does not belong here: what became of one (`upload_answer`).
"""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg.rows import dict_row

from campfill_pipeline.warehouse.statements import query


def latest(conn: psycopg.Connection, *, before: int | None, limit: int) -> list[dict[str, Any]]:
    """At most `limit` uploads with numbers below `before`; without it, those still in the inbox come first."""
    values = {"before": before, "limit": limit}
    with conn.cursor(row_factory=dict_row) as cursor:
        found = []
        if before is None:
            found = cursor.execute(query("readers/upload_list", "in the inbox"), values).fetchall()
        return found + cursor.execute(query("readers/upload_list", "latest"), values).fetchall()
