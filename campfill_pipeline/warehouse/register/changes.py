"""What changed: by upload, for its receipt, and by line, for its whole life.

Belongs here: reading revisions as people want them told. Does not belong here: writing them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import psycopg
from psycopg.rows import class_row

from campfill_pipeline.warehouse.statements import query

# Changes of these have a size that a percentage tells.
MEASURED_FIELDS = ("impression_goal", "budget_eur", "cpm_eur")


@dataclass(frozen=True)
class LineChange:
    """One changed field of one line, or one new line (`field`, `before` and `after` None).

    `action` is new, updated, or what a revert did: reverted, withdrawn, restored. `change_pct` is the size of a
    change of goal, budget or CPM in percent of what it was. `fulfillment_before` and `_after`: delivery so far
    in percent of the goal as it was and as it is, where the goal changed.
    """

    line_id: UUID
    name: str
    action: str
    field: str | None
    before: str | None
    after: str | None
    change_pct: Decimal | None
    notable: bool
    fulfillment_before: Decimal | None
    fulfillment_after: Decimal | None
    revision: int
    sheet: str | None
    row_no: int | None
    external_id: str | None = None


@dataclass(frozen=True)
class Revision:
    """One state of a line: the contract columns, since when, and from which upload, sheet and row.

    `changes` maps each changed field to {"before", "after"}, as text.
    """

    revision: int
    valid_from: datetime
    action: str
    upload_id: UUID
    file_name: str | None
    sheet: str | None
    row_no: int | None
    notable: bool
    changes: dict[str, dict[str, str | None]]
    name: str
    kind: str
    buyer: str
    runtime: str
    start_date: Any
    end_date: Any
    impression_goal: int
    budget_eur: Decimal | None
    cpm_eur: Decimal
    placement: str | None
    advertiser: str | None
    external_id: str | None
    cancelled: bool


def changes(conn: psycopg.Connection, upload_id: UUID, limit: int | None = None) -> list[LineChange]:
    """What applying an upload changed, notable changes first, new lines last; at most `limit` entries."""
    # The server knows how many lines each of the large uploads wrote, and so that this one wrote few: but only where it
    # is told the numbers, neither looks them up nor has them left open in a prepared statement.
    events = [
        number for (number,) in conn.execute(query("register/changes", "decisions"), {"upload_id": upload_id})
    ]
    values = {"events": events, "limit": limit, "measured": list(MEASURED_FIELDS)}
    with conn.cursor(row_factory=class_row(LineChange)) as cursor:
        return cursor.execute(query("register/changes", "changes"), values, prepare=False).fetchall()


def history(conn: psycopg.Connection, line_id: UUID) -> list[Revision]:
    """Every state a line ever had, oldest first; empty for an id that no list ever held."""
    with conn.cursor(row_factory=class_row(Revision)) as cursor:
        return cursor.execute(query("register/changes", "history"), [line_id]).fetchall()
