"""What the database says about itself: columns with their comments, and how many rows a table has."""

from __future__ import annotations

from dataclasses import dataclass

import psycopg
from psycopg import sql


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

_COLUMNS = """
SELECT a.attname, format_type(a.atttypid, a.atttypmod), col_description(a.attrelid, a.attnum)
FROM pg_attribute a
WHERE a.attrelid = to_regclass(%(table)s) AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY a.attnum
"""
_ESTIMATE = """
SELECT COALESCE(sum(greatest(c.reltuples, 0)), 0)::bigint
FROM pg_class c
WHERE c.oid = to_regclass(%(table)s)
   OR c.oid IN (SELECT inhrelid FROM pg_inherits WHERE inhparent = to_regclass(%(table)s))
"""


def describe(connection: psycopg.Connection, table: str) -> Table:
    """Columns and rows of `table` (a name in the current schema)."""
    columns = tuple(Column(*row) for row in connection.execute(_COLUMNS, {"table": table}))
    estimate = connection.execute(_ESTIMATE, {"table": table}).fetchone()
    rows = estimate[0] if estimate else 0
    if rows < EXACT_BELOW:
        counted = connection.execute(
            sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))
        ).fetchone()
        rows = counted[0] if counted else 0
    return Table(columns, rows)
