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


_CHANGES = """
WITH written AS NOT MATERIALIZED (
    SELECT line_no, revision, action, notable, changes, name, sheet, row_no FROM revision
    WHERE event_no IN (SELECT event_no FROM ledger_event WHERE upload_id = %(upload_id)s AND event = 'decided')
), field AS (
    (SELECT r.*, f.key AS field, f.value ->> 'before' AS before, f.value ->> 'after' AS after
     FROM written r CROSS JOIN LATERAL jsonb_each(r.changes) f
     WHERE r.action <> 'created'
     UNION ALL
     SELECT r.*, NULL, NULL, NULL FROM written r WHERE r.action = 'created' OR r.changes = '{}')
    ORDER BY notable DESC, action DESC, sheet, row_no, field
    LIMIT %(limit)s
)
SELECT l.id AS line_id, f.name, CASE f.action WHEN 'created' THEN 'new' ELSE f.action END AS action, f.field, f.before,
       f.after,
       CASE WHEN f.field = ANY (%(measured)s)
            THEN round((f.after::numeric / NULLIF(f.before::numeric, 0) - 1) * 100, 1) END AS change_pct,
       f.notable, round(d.delivered / f.before_goal * 100, 1) AS fulfillment_before,
       round(d.delivered / f.after_goal * 100, 1) AS fulfillment_after, f.revision, f.sheet, f.row_no
FROM (SELECT *, CASE field WHEN 'impression_goal' THEN before::numeric END AS before_goal,
             CASE field WHEN 'impression_goal' THEN after::numeric END AS after_goal FROM field) f
JOIN line_register l USING (line_no)
LEFT JOIN LATERAL (
    SELECT COALESCE(sum(impressions), 0) AS delivered FROM line_day y
    WHERE f.before_goal IS NOT NULL AND y.line_no = f.line_no AND y.counted
) d ON true
ORDER BY f.notable DESC, f.action DESC, f.sheet, f.row_no, f.field
"""

_HISTORY = """
SELECT r.revision, r.valid_from, r.action, r.upload_id, u.file_name, r.sheet, r.row_no, r.notable, r.changes, r.name,
       r.kind_listed AS kind, r.buyer, r.runtime, r.start_date, r.end_date, r.impression_goal, r.budget_eur, r.cpm_eur,
       r.placement, r.advertiser
FROM revision r
JOIN line_register l USING (line_no)
LEFT JOIN upload u ON u.upload_id = r.upload_id
WHERE l.id = %s
ORDER BY r.revision
"""


def changes(conn: psycopg.Connection, upload_id: UUID, limit: int | None = None) -> list[LineChange]:
    """What applying an upload changed, notable changes first, new lines last; at most `limit` entries."""
    values = {"upload_id": upload_id, "limit": limit, "measured": list(MEASURED_FIELDS)}
    with conn.cursor(row_factory=class_row(LineChange)) as cursor:
        return cursor.execute(_CHANGES, values).fetchall()


def history(conn: psycopg.Connection, line_id: UUID) -> list[Revision]:
    """Every state a line ever had, oldest first; empty for an id that no list ever held."""
    with conn.cursor(row_factory=class_row(Revision)) as cursor:
        return cursor.execute(_HISTORY, [line_id]).fetchall()
