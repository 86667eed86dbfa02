"""Writing revisions: how a line that is known gets a new state, and its old one goes to the history.

Belongs here: the two temporary tables that say what shall be, and the statements that make it so. Does not belong
here: deciding it (`apply` for lists, `revert` for what is taken back).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import psycopg

from campfill_pipeline.warehouse.delivery import attribution
from campfill_pipeline.warehouse.statements import query, sections

# What was contracted: a change of one of these must be seen by people.
NOTABLE_FIELDS = ("name", "runtime", "impression_goal", "cpm_eur", "budget_eur", "buyer", "cancelled")

Run = Callable[[str], psycopg.Cursor[Any]]


def runner(conn: psycopg.Connection, name: str, values: Mapping[str, Any]) -> Run:
    """A function that runs one part of the SQL file `register/<name>.sql`, always with these values."""
    parts = sections(f"register/{name}")

    def run(part: str) -> psycopg.Cursor[Any]:
        text = parts[part]
        return conn.execute(text.encode(), values if "%(" in text else None)

    return run


def prepare(conn: psycopg.Connection) -> None:
    """Have the tables `arriving` and `touched`, empty; whoever decides fills the first, and from it the other."""
    runner(conn, "revisions", {})("tables")


def write(conn: psycopg.Connection, values: Mapping[str, Any], *, brought: bool) -> None:
    """Give every line in `touched` its new state. `values`: event_no and now. `brought`: by applying an upload."""
    run = runner(conn, "revisions", {**values, "brought": brought, "notable_fields": list(NOTABLE_FIELDS)})
    run("supersede")
    run("update")
    run("dirty")


def finish(conn: psycopg.Connection, event_no: int) -> None:
    """Attribute the report rows of lines that appeared or vanished by this event."""
    # Only a line that reporting has named has rows to attribute.
    rows = conn.execute(
        query("register/revisions", "finish"),
        [event_no],
    ).fetchall()
    if rows:
        attribution.attribute(conn, [line_no for (line_no,) in rows])
