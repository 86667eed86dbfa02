"""Whether a list ever had a line, and which one may be meant where none had.

Belongs here: the refusal of an id. Does not belong here: what is asked of a line that is known.
"""

from __future__ import annotations

from uuid import UUID

import psycopg

from campfill_pipeline.domain.errors import UnknownLineError
from campfill_pipeline.warehouse.statements import query


def assure_known(conn: psycopg.Connection, line_id: UUID) -> None:
    """Raise UnknownLineError, which names the ids most like it, where no list ever had the line."""
    if conn.execute("SELECT FROM line_register WHERE id = %s", [line_id]).fetchone() is None:
        near = conn.execute(query("unknown_line", "near"), {"id": line_id})
        raise UnknownLineError(line_id, [f"{found} ({name})" for found, name in near])
