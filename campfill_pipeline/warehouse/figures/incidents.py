"""Incidents, kept: hours of the last days in which a site fell silent, or weak, for all lines that were there.

Belongs here: gathering hours by site and storing what is found. Does not belong here: what an incident is
(`domain/incidents`); which lines it struck and what that costs (the view `incident`).
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal

import psycopg

from campfill_pipeline.domain import incidents as rule
from campfill_pipeline.domain.fulfillment import FulfillmentRules
from campfill_pipeline.domain.weekdays import calendar
from campfill_pipeline.warehouse.figures.references import ReferenceChange
from campfill_pipeline.warehouse.statements import query


def refresh_incidents(
    conn: psycopg.Connection,
    rules: FulfillmentRules,
    *,
    as_of: date,
    day_changed: bool,
    change: ReferenceChange,
) -> None:
    """Find the incidents of the last days again, where the hours that tell them may differ."""
    first = as_of - timedelta(rule.HISTORY_DAYS)
    touched = change.days is None or any(
        day >= first for day in (*change.days, *(day for _, day in change.typed_days))
    )
    if not (touched or day_changed):
        return
    values = {"as_of": as_of, "days": rule.HISTORY_DAYS, "timezone": rules.timezone}
    fetched = {day for (day,) in conn.execute(query("figures/incidents", "fetched days"), values).fetchall()}
    by_site: defaultdict[int, dict[rule.Hour, float]] = defaultdict(dict)
    for site_no, day, hour, impressions in conn.execute(
        query("figures/incidents", "hours"), values
    ).fetchall():
        by_site[site_no][day, hour] = impressions
    days_of = calendar(rules.holidays, as_of)
    found = [
        (site_no, incident)
        for site_no, hours in sorted(by_site.items())
        for incident in rule.find(hours, as_of, days_of)
        if incident.day in fetched
    ]
    conn.execute("DELETE FROM site_silence")
    conn.execute(
        query("figures/incidents", "store"),
        {
            "timezone": rules.timezone,
            "site_no": [site_no for site_no, _ in found],
            "day": [incident.day for _, incident in found],
            "first": [incident.first_hour for _, incident in found],
            "last": [incident.last_hour for _, incident in found],
            "silence": [incident.silence.value for _, incident in found],
            "came": [round(Decimal(incident.came), 4) for _, incident in found],
            "due": [round(Decimal(incident.due), 4) for _, incident in found],
        },
    )
