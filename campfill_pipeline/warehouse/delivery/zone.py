"""The time zone in which the delivery of a home is counted: one for all of it.

Days of another zone hold other hours, so sums by day cannot be mixed. Belongs here: which zone it is, and refusing
another one. Does not belong here: summing anew (`rebuild`).
"""

from __future__ import annotations

import psycopg

from campfill_pipeline.domain.errors import CampfillError
from campfill_pipeline.warehouse.statements import query


class ZoneChangedError(CampfillError):
    """CAMPFILL_TIMEZONE is another one than the delivery here was counted in; nothing was changed."""

    def __init__(self, counted_in: str, asked: str) -> None:
        self.counted_in, self.asked = counted_in, asked
        super().__init__(
            f"CAMPFILL_TIMEZONE is {asked}, but the delivery here is counted in days of {counted_in}.",
            f"Set CAMPFILL_TIMEZONE={counted_in} again. Or run `campfill rebuild`: it sums all days anew in {asked}, "
            "and has every day fetched again before lines count as covered.",
        )


def counted_in(conn: psycopg.Connection) -> str | None:
    """The zone of the stored days, kept with the first of them; None where there are none."""
    row = conn.execute(query("delivery/zone", "counted in")).fetchone()
    return None if row is None else str(row[0])


def check(conn: psycopg.Connection, zone: str) -> None:
    """Raise ZoneChangedError where stored days are counted in another zone."""
    found = counted_in(conn)
    if found is not None and found != zone:
        raise ZoneChangedError(found, zone)


def hold(conn: psycopg.Connection, zone: str) -> None:
    """The same before a day is stored: the first one decides in which zone all are counted."""
    found = counted_in(conn)
    if found is None:
        conn.execute(query("delivery/zone", "count in"), (zone,))
    elif found != zone:
        raise ZoneChangedError(found, zone)


def move(conn: psycopg.Connection, zone: str) -> bool:
    """Count in this zone from now on; where it is another one, no day is complete any more.

    Part of a rebuild, which sums all days and figures anew. Says whether it was another one.
    """
    if counted_in(conn) in (None, zone):
        return False
    conn.execute(query("delivery/zone", "count in"), (zone,))
    conn.execute(query("delivery/zone", "forget rules"), (zone,))
    conn.execute(query("delivery/zone", "forget completeness"))
    return True
