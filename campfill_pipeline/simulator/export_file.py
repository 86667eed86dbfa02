"""The simulated reporting's CSV export: the same delivery as the API's, as a person downloads and drops it.

Belongs here: the export's columns and notations. Does not belong here: the figures (`delivery`), the API (`wire`).

An export names no site and has no funnel figures: its rows are sums over sites, in German notation.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from campfill_pipeline.simulator.delivery import Rows
from campfill_pipeline.simulator.wire import german, hour_text
from campfill_pipeline.simulator.world import World

EXPORT_HEADERS = (
    "Date",
    "Core DSP Campaign Name",
    "Core DSP Campaign ID",
    "Deal Name",
    "Deal ID",
    "Campaign Purchase Type",
    "Deal Purchase Type",
    "Total Impressions",
)


def over_sites(rows: Rows) -> Rows:
    """The sums of all sites, by hour and stream; `site` is 0 and means nothing."""
    if len(rows) == 0:
        return rows
    order = np.lexsort((rows.stream, rows.hour))
    rows = rows.take(order)
    new = (np.diff(rows.hour) != 0) | (np.diff(rows.stream) != 0)
    first = np.concatenate([[0], np.flatnonzero(new) + 1])
    figures = ("bids", "wins", "plays", "impressions")
    sums = {name: np.add.reduceat(getattr(rows, name), first) for name in figures}
    return replace(rows.take(first), site=np.zeros(len(first), dtype=np.int64), **sums)


def _records(world: World, rows: Rows) -> Iterator[tuple[str | None, ...]]:
    for hour, number, amount in zip(
        rows.hour.tolist(), rows.stream.tolist(), rows.impressions.tolist(), strict=True
    ):
        stream = world.streams[number]
        yield (
            hour_text(hour),
            stream.campaign_name,
            stream.campaign_id,
            stream.deal_name,
            stream.deal_id,
            stream.campaign_type,
            stream.deal_type,
            german(amount),
        )


def write_report_csv(world: World, path: Path, first: date, last: date) -> int:
    """Write the delivery of the local days `first` to `last`, both inclusive; returns the number of rows."""
    calendar = world.calendar
    rows = over_sites(world.between(calendar.utc_hour(first), calendar.utc_hour(last + timedelta(1))))
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(EXPORT_HEADERS)
        writer.writerows(_records(world, rows))
    return len(rows)
