"""Storing an export so that of two that tell of the same hours the one that arrived last counts.

A killed run's retry, or a burst that is applied out of order, stores an older export after a newer one. Belongs here:
telling the newer ones again then. Does not belong here: storing one export (export.py).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import psycopg
import pyarrow as pa

from campfill_pipeline.domain.report_rows import RefusedRow
from campfill_pipeline.warehouse.delivery.export import store_export
from campfill_pipeline.warehouse.delivery.storing import StoreResult
from campfill_pipeline.warehouse.register import uploads
from campfill_pipeline.warehouse.register.uploads import Upload


@dataclass(frozen=True)
class JudgedExport:
    """An export's accepted rows (canonical, as a table or an Arrow IPC stream), and those that were refused."""

    rows: Path | pa.Table
    refused: Sequence[RefusedRow] = ()


Judge = Callable[[Upload], JudgedExport]


def store_in_order(
    conn: psycopg.Connection, upload: Upload, judge: Judge, *, timezone: ZoneInfo, now: datetime
) -> StoreResult:
    """Store an export; after it, those that arrived later and tell of the same hours once more.

    Each in a transaction of its own: the caller decides the upload only afterwards, so that a run that dies here is
    tried again as a whole. `judge` reads any of these uploads again from its original.
    """

    def store(one: Upload) -> StoreResult:
        judged = judge(one)
        return store_export(
            conn,
            upload_id=one.upload_id,
            rows=judged.rows,
            timezone=timezone,
            now=now,
            refused=judged.refused,
            received_at=one.received_at,
        )

    stored = store(upload)
    for later in uploads.later_exports(conn, upload):
        conn.commit()
        store(later)
    return stored
