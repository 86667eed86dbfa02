"""What the database says about itself: columns with their comments, and how many rows a table has."""

from __future__ import annotations

from dataclasses import dataclass

import psycopg
from psycopg import sql

from campfill_pipeline.warehouse.statements import query


@dataclass(frozen=True)
class Column:
    """One column: its name, PostgreSQL type, and comment (None where there is none)."""

    name: str
    type: str
    comment: str | None


@dataclass(frozen=True)
class Table:
    """A table's or view's columns in order, and its number of rows.

    Above `EXACT_BELOW` rows the number is the planner's estimate: counting a hundred million rows helps nobody.
    """

    columns: tuple[Column, ...]
    rows: int


EXACT_BELOW = 1_000_000


def columns(connection: psycopg.Connection, table: str) -> tuple[Column, ...]:
    """Columns of `table` (a name in the current schema, or with another's before it)."""
    return tuple(
        Column(*row) for row in connection.execute(query("readers/catalog", "columns"), {"table": table})
    )


def describe(connection: psycopg.Connection, table: str) -> Table:
    """Columns and rows of `table` (a name in the current schema)."""
    estimate = connection.execute(query("readers/catalog", "estimate"), {"table": table}).fetchone()
    rows = estimate[0] if estimate else 0
    if rows < EXACT_BELOW:
        counted = connection.execute(
            sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))
        ).fetchone()
        rows = counted[0] if counted else 0
    return Table(columns(connection, table), rows)
