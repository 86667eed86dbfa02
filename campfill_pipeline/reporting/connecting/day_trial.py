"""Trying a description: one day fetched as a refresh would fetch it, told page by page, and stored nowhere.

Belongs here: what is learned of such a day. Does not belong here: asking (client.py), showing (commands/).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc

from campfill_pipeline.domain import report_keys, report_rows
from campfill_pipeline.domain.doubtful_answers import Doubts
from campfill_pipeline.domain.local_days import day_window
from campfill_pipeline.domain.report_rows import RefusedRow
from campfill_pipeline.domain.site_sums import SiteSums
from campfill_pipeline.language.speaking import say_many
from campfill_pipeline.reporting.client import ReportingClient
from campfill_pipeline.reporting.description.connector import Connector
from campfill_pipeline.reporting.effort import Clock
from campfill_pipeline.reporting.errors import ReportingError
from campfill_pipeline.reporting.fetched import Account, Page

_REASONS, _ROWS = 10, 5


@dataclass(frozen=True)
class PageTold:
    """One answer: the request, and how many of its rows were refused."""

    request: str
    rows: int
    refused: int


@dataclass(frozen=True)
class DayTrial:
    """A day as it would be stored. `against` are the reasons for which a refresh would not store it."""

    day: date
    pages: tuple[PageTold, ...]
    columns: tuple[tuple[str, str], ...]
    unread: tuple[str, ...]
    refused: tuple[tuple[str, int, str], ...]
    remarks: tuple[str, ...]
    rows: tuple[dict[str, Any], ...]
    stored: int
    repeated: int
    impressions: Decimal
    campaigns: int
    deals: int
    sites: int
    lacking: tuple[str, ...]
    against: tuple[str, ...]


def try_day(
    connector: Connector,
    base_url: str | None,
    token: str | None,
    day: date,
    *,
    timezone: ZoneInfo,
    doubts: Doubts,
    environ: Mapping[str, str],
    clock: Clock | None = None,
) -> DayTrial:
    """Fetch one local day and tell what came. An API that fails on the way is told, too."""
    pages: list[Page] = []
    against = []
    with ReportingClient(
        connector, base_url, token, environ=environ, timezone=timezone, clock=clock
    ) as client:
        try:
            pages.extend(client.detail(*day_window(day, timezone)))
        except ReportingError as error:
            against.append(str(error))
    # Windows are asked side by side and answer as they like; told in their order.
    pages.sort(key=lambda page: min(part.window for part in page.received))
    tables = [page.table for page in pages]
    table = pa.concat_tables(tables) if tables else report_rows.CANONICAL.empty_table()
    add = connector.detail.same_key == "sum"
    single, repeated, contradicting = report_keys.one_per_key(table, add=add)
    contradicting += report_keys.divided([page.beside for page in pages if page.beside is not None])
    refused = [row for page in pages for row in page.refused]
    against += _sums(connector, table)
    against += _against(
        Account(tuple(part for page in pages for part in page.received)), contradicting, doubts
    )
    return DayTrial(
        day=day,
        pages=tuple(PageTold(page.request, page.rows, len(page.refused)) for page in pages),
        columns=tuple(
            (field, source.column or f"“{source.text}”") for field, source in connector.detail.columns.items()
        ),
        unread=tuple(sorted(frozenset().union(*(page.unknown_columns for page in pages)))),
        refused=_reasons(refused),
        remarks=tuple(
            say_many(
                "{column}: {told} ({rows} row, like “{value}”)",
                "{column}: {told} ({rows} rows, like “{value}”)",
                len(remark.rows),
                column=remark.column,
                told=remark.message,
                rows=f"{len(remark.rows):,}",
                value=remark.value,
            )
            for remark in report_keys.merged([page.remarks for page in pages])
        ),
        rows=tuple(_shown(row) for row in single.slice(0, _ROWS).to_pylist()),
        stored=single.num_rows,
        repeated=repeated,
        impressions=pc.sum(single["impressions"]).as_py() or Decimal(0),
        campaigns=_distinct(single, "campaign_id"),
        deals=_distinct(single, "deal_id"),
        sites=_distinct(single, "site"),
        lacking=lacking_stages(connector),
        against=tuple(against),
    )


def lacking_stages(connector: Connector) -> tuple[str, ...]:
    """The stages of the funnel that a description does not name: they stay NULL."""
    return tuple(stage for stage in report_rows.FUNNEL if stage not in connector.detail.columns)


def _sums(connector: Connector, table: pa.Table) -> list[str]:
    """What is against a day with rows without a site beside rows with sites."""
    sums = SiteSums()
    if connector.detail.without_site == "refuse" and "site" in connector.detail.columns:
        sums.note(table)
    doubled = sums.doubled()
    if not doubled:
        return []
    return [
        f"{len(doubled):,} times a row without a site stands beside rows with sites of the same hour and line, as a "
        f"sum over them would: {doubled[0]}. Leave sums out, or set without_site in the description."
    ]


def _against(found: Account, contradicting: int, doubts: Doubts) -> list[str]:
    reasons = []
    if found.absent:
        reasons.append(f"None of the rows has the needed column {', '.join(sorted(found.absent))}.")
    elif doubts.too_many_refused(found.rows, found.refused):
        reasons.append(
            f"{found.refused:,} of {found.rows:,} rows are refused: too many for the others to be believed."
        )
    if contradicting:
        reasons.append(
            f"{contradicting:,} rows have the hour, site, campaign and deal of another row, but say something else: "
            "set same_key in the description, or name the column that parts them."
        )
    return reasons


def _reasons(refused: list[RefusedRow]) -> tuple[tuple[str, int, str], ...]:
    counts = Counter(row.code for row in refused)
    examples = {row.code: row for row in reversed(refused)}
    return tuple(
        (code, count, f"{examples[code].message} The row: {examples[code].content[:300]}")
        for code, count in counts.most_common(_REASONS)
    )


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    told = {name: value for name, value in row.items() if value not in (None, "")}
    return {**told, "hour_utc": f"{row['hour_utc']:%Y-%m-%dT%H:%MZ}", "impressions": str(row["impressions"])}


def _distinct(table: pa.Table, name: str) -> int:
    return int(pc.count_distinct(table[name], mode="only_valid").as_py())
