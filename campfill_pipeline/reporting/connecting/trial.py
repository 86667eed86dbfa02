"""Trying a connector: the first rows of an API as they would be stored, for `campfill doctor`.

Belongs here: which short window to try. Does not belong here: asking (client.py) and showing (commands/).
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from campfill_pipeline.domain.report_rows import RefusedRow, Remark
from campfill_pipeline.reporting.client import Page, ReportingClient
from campfill_pipeline.reporting.description.connector import Connector
from campfill_pipeline.reporting.description.tables import Limits
from campfill_pipeline.reporting.effort import Clock

_PAGE_ROWS = 1000
_ATTEMPTS = 2
_TOTAL_SECONDS = 60.0


@dataclass(frozen=True)
class Trial:
    """What an API answered to one short question. `rows` are at most the first `limit`, as texts and numbers.

    `received` counts the rows of the first page, `refused` those of them that could not be stored.
    """

    window: tuple[datetime, datetime]
    rows: tuple[dict[str, Any], ...]
    received: int
    refused: tuple[RefusedRow, ...]
    remarks: tuple[Remark, ...]
    unknown_columns: frozenset[str]
    request: str


def try_connector(
    connector: Connector,
    base_url: str | None,
    token: str | None,
    *,
    now: datetime,
    timezone: ZoneInfo,
    environ: Mapping[str, str] | None = None,
    limit: int = 5,
    clock: Clock | None = None,
) -> Trial:
    """Ask for the last full hour, then for the same hour of the days before, until there are rows.

    Sources of whole days are asked for yesterday and the day before. Raises ReportingError as the client does: an API
    that answers without rows is no error.
    """
    connector = connector.model_copy(update={"limits": _impatient(connector)})
    values = os.environ if environ is None else environ
    shown: Trial | None = None
    with ReportingClient(
        connector, base_url, token, environ=values, timezone=timezone, clock=clock
    ) as client:
        for window in _windows(connector, now, timezone):
            with closing(client.detail(*window)) as pages:
                shown = _shown(next(pages, None), window, limit)
            if shown.received:
                break
    assert shown is not None
    return shown


def _impatient(connector: Connector) -> Limits:
    """A person waits for this answer: one repeat tells a hiccup from a dead address, and a report made on request
    keeps its own time."""
    limits = connector.limits
    total = limits.total_seconds if connector.detail.job else min(_TOTAL_SECONDS, limits.total_seconds)
    return limits.model_copy(
        update={
            "page_rows": min(_PAGE_ROWS, limits.page_rows),
            "concurrency": 1,
            "attempts": min(_ATTEMPTS, limits.attempts),
            "total_seconds": total,
        }
    )


def _windows(connector: Connector, now: datetime, timezone: ZoneInfo) -> Iterator[tuple[datetime, datetime]]:
    if connector.values.granularity == "day" or connector.detail.job is not None:
        today = now.astimezone(timezone).date()
        for back in (1, 2):
            yield (
                _start(today - timedelta(days=back), timezone),
                _start(today - timedelta(days=back - 1), timezone),
            )
        return
    hour = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    for days in (0, 1, 2):
        end = hour - timedelta(days=days)
        yield end - timedelta(hours=1), end


def _start(day: date, timezone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), timezone).astimezone(UTC)


def _shown(page: Page | None, window: tuple[datetime, datetime], limit: int) -> Trial:
    if page is None:
        return Trial(window, (), 0, (), (), frozenset(), "")
    rows = []
    for row in page.table.slice(0, limit).to_pylist():
        hour = row["hour_utc"].strftime("%Y-%m-%dT%H:%M:%SZ")
        rows.append({**row, "hour_utc": hour, "impressions": str(row["impressions"])})
    return Trial(
        window, tuple(rows), page.rows, page.refused, page.remarks, page.unknown_columns, page.request
    )
