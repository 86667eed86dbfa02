"""Files handed in at the HTTP door, from the first moment until they are uploads of the ledger.

The sender chooses the id. The file goes into the inbox like a dropped one; what is known of it stands in the table
`announced_upload`, and whoever takes the file from the inbox asks here whose it is: by its name there and its bytes.
Belongs here: these rows. Does not belong here: the files, the ledger's own entries (`ledger`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
from psycopg.rows import class_row

from campfill_pipeline.warehouse.statements import query


@dataclass(frozen=True)
class Announced:
    """A file handed in: its sender's id, its name as sent and as it lies in the inbox, and the claim that took it."""

    upload_id: UUID
    file_name: str
    inbox_name: str
    file_bytes: int
    sha256: str
    sent_by: str
    announced_at: datetime
    claim: UUID | None = None


def announce(conn: psycopg.Connection, file: Announced) -> None:
    """Note that this file is about to lie in the inbox; announced again, only its place there is new."""
    conn.execute(query("register/announced", "announce"), vars(file))


def forget(conn: psycopg.Connection, upload_id: UUID) -> None:
    """Remove an announcement whose file never came to lie in the inbox."""
    conn.execute("DELETE FROM announced_upload WHERE upload_id = %s AND claim IS NULL", [upload_id])


def take(conn: psycopg.Connection, *, claim: UUID, inbox_name: str, sha256: str) -> Announced | None:
    """The announced file that this claim took from the inbox, now marked as taken; None where nobody announced it.

    The same claim gets the same answer every time: a crash may have it ask again.
    """
    facts = {"claim": claim, "inbox_name": inbox_name, "sha256": sha256}
    found = _ask(conn, "claimed", facts) or _ask(conn, "claim", facts)
    return found[0] if found else None


def find(conn: psycopg.Connection, upload_id: UUID) -> Announced | None:
    """What was announced under this id, or None."""
    found = _ask(conn, "find", {"upload_id": upload_id})
    return found[0] if found else None


def waiting(conn: psycopg.Connection) -> list[Announced]:
    """What was announced and not taken from the inbox yet, latest first."""
    return _ask(conn, "waiting", {})


def _ask(conn: psycopg.Connection, name: str, facts: Mapping[str, Any]) -> list[Announced]:
    with conn.cursor(row_factory=class_row(Announced)) as cursor:
        return cursor.execute(query("register/announced", name), facts).fetchall()
