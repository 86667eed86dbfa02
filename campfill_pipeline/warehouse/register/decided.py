"""Uploads that were decided long ago: their receipts, their partitions in Dagster.

Belongs here: what the ledger knows of them. Does not belong here: deleting files or partitions.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import psycopg

from campfill_pipeline.warehouse.statements import query


def decided_before(conn: psycopg.Connection, moment: datetime) -> list[str]:
    """Where the receipts of uploads decided before `moment` lie, below CAMPFILL_HOME."""
    rows = conn.execute(query("register/decided", "receipts"), [moment]).fetchall()
    return [path for (path,) in rows]


def decided_partitions(conn: psycopg.Connection, keys: Sequence[str], moment: datetime) -> list[str]:
    """Those of the partitions whose upload was decided before `moment`; keys the ledger does not know are not."""
    rows = conn.execute(query("register/decided", "partitions"), [list(keys), moment]).fetchall()
    return [key for (key,) in rows]
