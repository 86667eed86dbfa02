"""Tokens of the HTTP door: who may come in, and for what.

A token is 32 random bytes, shown once and stored nowhere: the database holds its SHA-256, from which it cannot be found
again. Belongs here: making, recognising and revoking. Does not belong here: what a token opens (`door/`).
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

import psycopg
from psycopg.rows import class_row

from campfill_pipeline.domain.errors import CampfillError
from campfill_pipeline.warehouse.statements import query

May = Literal["read", "upload"]
_PREFIX = "campfill_"
_NOTED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class DoorToken:
    """A token as it is known: never the token itself. `upload` may read, too."""

    token_no: int
    name: str
    may: May
    sha256: bytes = field(repr=False)
    made_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


class TokenError(CampfillError):
    """A token cannot be made or revoked."""


def new(conn: psycopg.Connection, name: str, may: May, *, now: datetime) -> str:
    """Make a token of this name and return it: the only time that it can be seen."""
    token = _PREFIX + secrets.token_urlsafe(32)
    row = conn.execute(
        query("door_tokens", "new"), {"name": name, "may": may, "sha256": _hash(token), "now": now}
    ).fetchone()
    if row is None:
        raise TokenError(
            f"There is a token named {name!r} already.",
            f"Choose another name, or revoke that one: campfill door token revoke {name}",
        )
    return token


def every(conn: psycopg.Connection) -> list[DoorToken]:
    """All tokens, revoked ones too, in the order in which they were made."""
    with conn.cursor(row_factory=class_row(DoorToken)) as cursor:
        return cursor.execute("SELECT * FROM door_token ORDER BY token_no").fetchall()


def revoke(conn: psycopg.Connection, name: str, *, now: datetime) -> None:
    """From now on the token of this name opens nothing. Raises TokenError where there is none."""
    found = conn.execute(
        "UPDATE door_token SET revoked_at = %s WHERE name = %s AND revoked_at IS NULL", [now, name]
    )
    if not found.rowcount:
        raise TokenError(f"There is no token named {name!r}.", "`campfill door token list` shows all.")


def recognise(conn: psycopg.Connection, token: str, *, now: datetime) -> DoorToken | None:
    """Whose token this is, or None; its use is noted, once a minute at most.

    Every stored hash is compared, each in constant time, so that the time taken tells nothing about any.
    """
    given, found = _hash(token), None
    for known in every(conn):
        if hmac.compare_digest(given, known.sha256) and known.revoked_at is None:
            found = known
    if found and (found.last_used_at is None or now - found.last_used_at > _NOTED_EVERY):
        conn.execute(
            query("door_tokens", "used"),
            {"now": now, "token_no": found.token_no, "noted_every": _NOTED_EVERY},
        )
    return found


def still_valid(conn: psycopg.Connection, token_no: int) -> bool:
    """Whether the token with this number was not revoked: sessions in browsers end with their token."""
    row = conn.execute(
        "SELECT 1 FROM door_token WHERE token_no = %s AND revoked_at IS NULL", [token_no]
    ).fetchone()
    return row is not None


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
