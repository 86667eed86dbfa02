"""The back test, kept: made once a day by housekeeping, as it takes some thirty times as long as a full compute.

Belongs here: keeping and reading it. Does not belong here: making it (`back_test`), how the page tells it.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from typing import Any

import orjson
import psycopg

from campfill_pipeline.domain.fulfillment import FulfillmentRules
from campfill_pipeline.warehouse.readers.back_test import back_test
from campfill_pipeline.warehouse.statements import query


def look_back(conn: psycopg.Connection, rules: FulfillmentRules, *, as_of: date, now: datetime) -> bool:
    """Look back from a local day and keep what is found; False where that was done already."""
    values = {"as_of": as_of, "now": now, "rules": rules.key}
    if conn.execute(query("readers/looked_back", "is kept"), values).fetchone() == (True,):
        return False
    found = orjson.dumps(asdict(back_test(conn, rules, as_of=as_of)), default=str).decode()
    conn.execute(query("readers/looked_back", "keep"), values | {"found": found})
    conn.execute(query("readers/looked_back", "shown anew"))
    return True


def looked_back(conn: psycopg.Connection, rules: FulfillmentRules, *, as_of: date) -> dict[str, Any] | None:
    """The newest look back by these rules from this local day or one before, as its JSON tells it; None without one."""
    row = conn.execute(query("readers/looked_back", "kept"), {"as_of": as_of, "rules": rules.key}).fetchone()
    return None if row is None else row[0]
