"""Which list descriptions lists were read by: each version of each, kept for good.

Belongs here: giving a text its version, finding the text of one. Does not belong here: what it says.
"""

from __future__ import annotations

from datetime import datetime

import psycopg

from campfill_pipeline.warehouse.register.uploads import Upload
from campfill_pipeline.warehouse.statements import query


def version_of(conn: psycopg.Connection, name: str, text: str, *, at: datetime) -> int:
    """The version of a description with this text: the newest one's, or a new one where the text is another."""
    with conn.transaction():
        row = conn.execute(
            query("register/descriptions", "version of"), {"name": name, "text": text, "at": at}
        ).fetchone()
        assert row is not None
        version: int = row[0]
        return version


def text_of(conn: psycopg.Connection, name: str, version: int) -> str | None:
    """The text of a version; None where there is no such."""
    row = conn.execute(
        query("register/descriptions", "text of"), {"name": name, "version": version}
    ).fetchone()
    return None if row is None else str(row[0])


def read_by(conn: psycopg.Connection, upload: Upload) -> str | None:
    """The text of the description that an upload was read by, in its version of then; None where by none."""
    name, version = upload.description_name, upload.description_version
    return None if name is None or version is None else text_of(conn, name, version)


def newest(conn: psycopg.Connection) -> dict[str, int]:
    """The newest version of each description that a list was ever read by."""
    return {
        str(name): int(version) for name, version in conn.execute(query("register/descriptions", "newest"))
    }
