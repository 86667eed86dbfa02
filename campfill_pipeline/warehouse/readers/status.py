"""The state of the whole in a few small queries: uploads, what waits, what failed, how fresh delivery is."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import dict_row

from campfill_pipeline.warehouse.statements import query


def facts(connection: psycopg.Connection, *, now: datetime, latest: int = 10) -> dict[str, Any]:
    """Everything `campfill status` shows: `uploads` (latest first), `counts`, `delivery`, `fulfillment`, `windows`.

    `holes`: by API, the needed days between its first and last complete one that are not complete.
    """
    with connection.cursor(row_factory=dict_row) as cursor:

        def ask(statement: bytes) -> list[dict[str, Any]]:
            return cursor.execute(statement, {"latest": latest, "now": now, "as_of": None}).fetchall()

        return {
            "uploads": ask(query("readers/status", "uploads")),
            "counts": ask(query("readers/status", "counts"))[0],
            "delivery": ask(query("readers/status", "delivery")),
            "holes": ask(query("readers/status", "holes")),
            "fulfillment": ask(query("readers/status", "fulfillment"))[0],
            "windows": [
                {name: value for name, value in row.items() if name not in ("kind", "purchase_type")}
                for row in ask(query("readers/windows", "windows"))
                if (row["kind"], row["purchase_type"]) == ("all", "all")
            ],
        }


def archived(conn: psycopg.Connection) -> list[str]:
    """Where the originals of all uploads lie, below the archive folder."""
    return [path for (path,) in conn.execute("SELECT DISTINCT archived_as FROM upload ORDER BY archived_as")]
