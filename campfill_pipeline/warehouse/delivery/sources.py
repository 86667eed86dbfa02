"""The sources of delivery by their names and codes: reporting APIs and dropped exports, by hours and by days.

Belongs here: what a source is called, and in which order they count. Does not belong here: which of them counts for a
line and day (rollups.py).
"""

from __future__ import annotations

from collections.abc import Sequence

import psycopg

from campfill_pipeline.domain.errors import CampfillError
from campfill_pipeline.warehouse.delivery import rollups
from campfill_pipeline.warehouse.locks import REGISTER_LOCK
from campfill_pipeline.warehouse.statements import query

CODES = {"api": "a", "api_day": "b", "csv": "c", "csv_day": "d"}
_FURTHER = [
    chr(code) for code in range(ord("A"), ord("Z"), 2)
]  # by hours; the next letter is the same by days


class TooManySourcesError(CampfillError):
    """A home can tell only so many reporting APIs apart, those of former times included."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"There is no room for a reporting API called {name}: this home has known {len(_FURTHER)} others.",
            "Give it the name of one that is asked no more, like OLD=kevel in CAMPFILL_CONNECTORS.",
        )


def api_source(name: str = "api", *, by_day: bool) -> str:
    """A reporting API's name by the grain of its rows: one line's days and hours never add up."""
    return f"{name}_day" if by_day else name


def code(conn: psycopg.Connection, source: str) -> str:
    """The letter of a source."""
    if source in CODES:
        return CODES[source]
    row = conn.execute("SELECT code::text FROM delivery_source WHERE source = %s", (source,)).fetchone()
    assert row is not None, f"{source} was never agreed upon"
    return str(row[0])


def name(conn: psycopg.Connection, code: str) -> str:
    """The source that a letter stands for."""
    row = conn.execute('SELECT source FROM delivery_source WHERE code = %s::"char"', (code,)).fetchone()
    assert row is not None
    return str(row[0])


def in_order(conn: psycopg.Connection) -> tuple[str, ...]:
    """The connectors that are asked, in the order in which they count."""
    found = conn.execute(query("delivery/sources", "in order")).fetchall()
    return tuple(name for (name,) in found)


def agree(conn: psycopg.Connection, connectors: Sequence[str]) -> bool:
    """Have these connectors asked from now on, counting in this order; says whether that is news.

    Where it is, the days of lines that several tell of are counted anew. Part of the caller's transaction. Raises
    TooManySourcesError.
    """
    if in_order(conn) == tuple(connectors):
        return False
    conn.execute("SELECT pg_advisory_xact_lock(%s)", (REGISTER_LOCK,))
    if in_order(conn) == tuple(connectors):
        return False
    known: dict[str, str] = dict(conn.execute(query("delivery/sources", "letters")).fetchall())
    free = [letter for letter in _FURTHER if letter not in known.values()]
    for name in connectors:
        if name not in known:
            if not free:
                raise TooManySourcesError(name)
            known[name] = free.pop(0)
            conn.execute(
                query("delivery/sources", "add"),
                {"hours": known[name], "days": chr(ord(known[name]) + 1), "name": name},
            )
    conn.execute("UPDATE delivery_source SET place = NULL")
    for place, name in enumerate(connectors):
        conn.execute("UPDATE delivery_source SET place = %s WHERE connector = %s", (place, name))
    ranked = " ".join(
        f"WHEN '{chr(ord(known[name]) + grain)}' THEN {2 * place + grain}"
        for place, name in enumerate(connectors)
        for grain in (0, 1)
    )
    # The order stands in the function itself: it is asked for every row, and must not read a table.
    conn.execute(_rank(ranked))
    several = [number for (number,) in conn.execute(query("delivery/sources", "lines of several"))]
    rollups.roll_up_lines(conn, several)
    rollups.mark_dirty(conn, [number for (number,) in conn.execute("SELECT line_no FROM line_register")])
    return True


def _rank(ranked: str) -> bytes:
    """The function `source_rank`: the least one counts; the APIs that are asked, former ones, exports."""
    return f"""
        CREATE OR REPLACE FUNCTION source_rank(code "char") RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE
        RETURN CASE code {ranked} WHEN 'c' THEN 200 WHEN 'd' THEN 201
                         WHEN 'a' THEN 198 WHEN 'b' THEN 199 ELSE 100 + ascii(code::text) END
    """.encode()
