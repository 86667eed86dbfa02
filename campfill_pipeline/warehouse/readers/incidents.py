"""Incidents as they stand: which site fell silent when, for how many lines, and what that costs.

Belongs here: reading them, all or those of a line. Does not belong here: finding them (`figures/incidents`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

import psycopg
from psycopg.rows import class_row

from campfill_pipeline.warehouse.statements import query


@dataclass(frozen=True)
class IncidentRow:
    """One row of the view `incident`: a site, hours (`until_hour` exclusive), and the losses of all lines there."""

    site: str
    from_hour: datetime
    until_hour: datetime
    silence: str
    lines: int
    impressions_lost: Decimal
    eur_lost: Decimal
    impressions_savable: Decimal
    eur_savable: Decimal
    day: date


@dataclass(frozen=True)
class Struck:
    """What a line lost in an incident (by site and first hour); `explains`: its incidents make up half of its gap."""

    line_id: UUID
    site: str
    from_hour: datetime
    impressions_lost: Decimal
    explains: bool


def struck(conn: psycopg.Connection, line_id: UUID | None = None) -> list[Struck]:
    """Which lines were struck by which incidents, each line's dearest first; or those of one line."""
    with conn.cursor(row_factory=class_row(Struck)) as cursor:
        return cursor.execute(query("readers/incidents", "struck"), {"line": line_id}).fetchall()


def incidents(conn: psycopg.Connection, line_id: UUID | None = None) -> list[IncidentRow]:
    """All incidents, the dearest first; or those that struck one line."""
    with conn.cursor(row_factory=class_row(IncidentRow)) as cursor:
        return cursor.execute(query("readers/incidents", "incidents"), {"line": line_id}).fetchall()
