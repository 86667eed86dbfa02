"""Of which campaign or deal, site and hour a row of a report is, as a person reads it.

Belongs here: these words. Does not belong here: finding rows of one identity (`report_keys`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from campfill_pipeline.language.speaking import say


def named(row: Mapping[str, Any]) -> str:
    """The identity of a row with `hour_utc`, `campaign_id`, `deal_id`; without a site where it tells none."""
    told = {name: row[name] for name in ("campaign_id", "deal_id") if row[name]}
    if len(told) > 1:
        ids = say("campaign {campaign_id}, deal {deal_id}", **told)
    elif "deal_id" in told:
        ids = say("deal {deal_id}", **told)
    else:
        ids = say("campaign {campaign_id}", **told)
    hour = f"{row['hour_utc']:%Y-%m-%dT%H:%MZ}"
    if row.get("site"):
        return say("{whose} at {site}, hour {hour_utc}", whose=ids, site=row["site"], hour_utc=hour)
    return say("{whose}, hour {hour_utc}", whose=ids, hour_utc=hour)
