"""Partitions: one per upload, and one per local day of delivery.

Belongs here: how the work is cut into pieces. Does not belong here: what is done with a piece.
"""

from __future__ import annotations

import dagster as dg

from campfill_pipeline.domain.local_days import FIRST_DAY as FIRST_DAY

# Dynamic: nobody knows the files of tomorrow. Keys come from the ledger ('000008-campaigns.xlsx'), in its order.
UPLOADS = dg.DynamicPartitionsDefinition(name="uploads")


def delivery_days(timezone: str) -> dg.DailyPartitionsDefinition:
    """Local days that are over. Today is no partition: it is never complete (see asset `delivery_today`)."""
    return dg.DailyPartitionsDefinition(start_date=FIRST_DAY, timezone=timezone)
