"""The register as bytes, to be compared before and after."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
from psycopg import sql

from campfill_pipeline.warehouse.rebuild.compare import CANONICAL


def dump(conn: psycopg.Connection, schema: str = "campfill") -> Iterator[bytes]:
    """Every canonical table as text in a fixed order: equal registers give equal bytes."""
    for table in CANONICAL:
        yield f"-- {table}\n".encode()
        canonical = sql.SQL(CANONICAL[table]).format(schema=sql.Identifier(schema))
        ordered = sql.SQL("COPY (SELECT * FROM ({}) t ORDER BY t::text) TO STDOUT").format(canonical)
        with conn.cursor() as cursor, cursor.copy(ordered) as copy:
            yield from map(bytes, copy)
