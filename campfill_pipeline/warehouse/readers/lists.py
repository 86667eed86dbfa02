"""Lists that are read page by page, each page after the key that the one before ended with.

Belongs here: lines and disagreements as they are stored. Does not belong here: what is computed (`figures`).
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

import psycopg
from psycopg.rows import dict_row

from campfill_pipeline.warehouse.statements import query

Row = dict[str, Any]


def lines(
    conn: psycopg.Connection, *, kind: str | None, buyer: str | None, after: UUID | None, limit: int
) -> list[Row]:
    """The lines as they stand, by id."""
    return _ask(conn, "lines", {"kind": kind, "buyer": buyer, "after": after, "limit": limit})


def ids_of_buyer(conn: psycopg.Connection, buyer: str) -> list[UUID]:
    """The ids of this buyer's lines."""
    return [row["id"] for row in _ask(conn, "of buyer", {"buyer": buyer})]


def reconciliation(conn: psycopg.Connection, *, after: int | None, limit: int) -> list[Row]:
    """Where list and reporting disagree."""
    return _ask(conn, "reconciliation", {"after": after, "limit": limit})


def _ask(conn: psycopg.Connection, name: str, values: Row) -> list[Row]:
    with conn.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(query("readers/lists", name), values).fetchall()
