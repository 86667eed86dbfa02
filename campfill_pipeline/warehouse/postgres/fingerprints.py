"""What every table holds, as a count and a sum over its rows that a copy must have too.

Belongs here: reading whole tables to compare them. Does not belong here: copying them (`backup`), judging (`proof`).
"""

from __future__ import annotations

from dataclasses import dataclass

import psycopg
from psycopg import sql

from campfill_pipeline.warehouse import database
from campfill_pipeline.warehouse.statements import query


@dataclass(frozen=True)
class Fingerprint:
    """One table: its rows, and the sum of a 64-bit hash of each row's text, so that their order does not matter."""

    rows: int
    hashes: str


def fingerprints(conn: psycopg.Connection) -> dict[str, Fingerprint]:
    """Of every table of campfill's schema, months counted with the table they belong to. Reads every row once.

    Within one transaction of isolation REPEATABLE READ all are of one moment.
    """
    conn.execute(query("postgres/fingerprints", "one way of writing"))
    names = [name for (name,) in conn.execute(query("postgres/fingerprints", "tables")).fetchall()]
    found = {}
    for name in names:
        row = conn.execute(
            sql.SQL(
                "SELECT count(*), coalesce(sum(hashtextextended(t::text, 0)), 0)::text FROM {} AS t"
            ).format(sql.Identifier(database.SCHEMA, name))
        ).fetchone()
        if row is not None:
            found[name] = Fingerprint(row[0], row[1])
    return found
