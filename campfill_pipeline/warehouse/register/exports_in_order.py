"""Storing an export so that of two that tell of the same hours the one that arrived last counts.

A killed run's retry, or a burst that is applied out of order, stores an older export after a newer one. Belongs here:
telling its hours again then. Does not belong here: storing one export (export.py).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

import psycopg

from campfill_pipeline.warehouse.delivery.export import store_export
from campfill_pipeline.warehouse.delivery.storing import StoreResult
from campfill_pipeline.warehouse.register import export_revert, uploads
from campfill_pipeline.warehouse.register.uploads import Upload
from campfill_pipeline.warehouse.retelling.exports import ExportRows

JudgedExport = ExportRows
"""An export's accepted rows, and those that were refused."""

Judge = Callable[[Upload], JudgedExport]


def store_in_order(
    conn: psycopg.Connection, upload: Upload, judge: Judge, *, timezone: ZoneInfo, now: datetime
) -> StoreResult:
    """Store an export; where some that arrived later tell of its hours, all in force tell these hours once more.

    Each in a transaction of its own: the caller decides the upload only afterwards, so that a run that dies here is
    tried again as a whole. `judge` reads any of these uploads again from its original.
    """
    judged = judge(upload)
    stored = store_export(
        conn,
        upload_id=upload.upload_id,
        rows=judged.rows,
        timezone=timezone,
        now=now,
        refused=judged.refused,
        whole=judged.whole,
        by_day=judged.by_day,
        received_at=upload.received_at,
    )
    if uploads.later_exports(conn, upload):
        conn.commit()
        export_revert.tell_again(conn, upload, judge, now, zone=timezone, counts=True)
    return stored
