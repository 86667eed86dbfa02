"""The rows that the fulfillment page and workbook show, typed.

Belongs here: the shapes. Does not belong here: a line's own (`domain/figures.py`), the queries that fill them
(`reading`, `line_detail`), wording, layout.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from campfill_pipeline.domain.discrepancies import Discrepancy
from campfill_pipeline.domain.due_words import DueCurve
from campfill_pipeline.domain.figures import LineRow as LineRow
from campfill_pipeline.language.speaking import Sentence
from campfill_pipeline.warehouse.figures.sources import Knowledge
from campfill_pipeline.warehouse.notices.care import MakeGood, Standing
from campfill_pipeline.warehouse.readers.incidents import IncidentRow, Struck
from campfill_pipeline.warehouse.readers.notes import Note


@dataclass(frozen=True, slots=True)
class WindowRow:
    """Lines that ended in a period. Shares in percent; None where no line ended."""

    period: str
    kind: str
    purchase_type: str
    lines: int
    fulfilled: int
    fulfilled_pct: Decimal | None
    delivered_pct: Decimal | None
    capped_pct: Decimal | None


@dataclass(frozen=True, slots=True)
class TrendRow:
    """The fulfilled share of the seven days before `day`, against the seven days before those, in
    percent(-points).
    """

    day: date
    kind: str
    purchase_type: str
    fulfilled_pct: Decimal | None
    change: Decimal | None
    trend: str | None


@dataclass(frozen=True, slots=True)
class LossRow:
    """The shortfall of a period's lines on one side; side `none` where it is too small for a verdict."""

    period: str
    kind: str
    purchase_type: str
    side: str
    lines: int
    impressions: Decimal
    eur: Decimal


@dataclass(frozen=True, slots=True)
class AttentionRow:
    """A line somebody should look at today, and why, in one sentence; in the order of urgency."""

    line_id: UUID
    reason: Sentence | str
    value_at_risk_eur: Decimal | None


@dataclass(frozen=True, slots=True)
class UnlikelyRow:
    """A line that has not begun and needs more than its sites ever gave, said in one sentence; worst first."""

    line_id: UUID
    starts: date
    reason: Sentence | str


@dataclass(frozen=True, slots=True)
class FetchRow:
    """A local day that was asked for without complete success, or not at all (status `missing`, fetched_at
    None).
    """

    source: str
    day: date
    status: str
    fetched_at: datetime | None


@dataclass(frozen=True, slots=True)
class Freshness:
    """How far the delivery data reach: without a gap from `complete_from` to `complete_through`, local days.

    `gaps` are the days before `as_of`, in the flight of a line, that were not fetched completely. `asked`: the
    reporting API was asked at least once. `failure`: what the newest failed fetch said, at `failed_at`. `refused_rows`
    could not be used; `kept_days` stayed as they were because their newest answer was not believed, or did not come.
    """

    complete_from: date | None
    complete_through: date | None
    fetched_at: datetime | None
    today_fetched_at: datetime | None
    gaps: tuple[FetchRow, ...]
    list_file: str | None
    list_received_at: datetime | None
    asked: bool = True
    failed_at: datetime | None = None
    failure: str | None = None
    refused_rows: int = 0
    kept_days: int = 0


@dataclass(frozen=True, slots=True)
class ReconciliationRow:
    """One disagreement between list and reporting, as found."""

    kind_of_issue: str
    line_id: UUID | None
    report_id: str | None
    detail: dict[str, Any]


@dataclass(frozen=True, slots=True)
class UploadRow:
    """An upload that brought a revision."""

    upload_id: UUID
    file_name: str
    received_at: datetime
    status: str


@dataclass(frozen=True, slots=True)
class RevisionRow:
    """One state of a line's contract; `changes` maps a field to its text before and after."""

    revision: int
    valid_from: datetime
    action: str
    upload_id: UUID
    sheet: str | None
    row_no: int | None
    changes: dict[str, Any]


@dataclass(frozen=True, slots=True)
class DayRow:
    """A local day's delivery; funnel figures None where the source has none."""

    day: date
    impressions: Decimal
    bids: int | None
    wins: int | None
    plays: int | None


@dataclass(frozen=True, slots=True)
class SiteRow:
    """A site's delivery over the whole flight; `site` is '' for CSV exports, which name none."""

    site: str
    impressions: Decimal
    bids: int | None
    wins: int | None
    plays: int | None


@dataclass(frozen=True, slots=True)
class StageRow:
    """One stage of the funnel against its baseline. `share` is its part of the loss, 0 … 1; `named`: it is
    the cause.

    For bids `actual` and `baseline` are counts (made, needed); for the others they are rates per unit of the
    stage before.
    """

    actual: Decimal | None
    baseline: Decimal | None
    ratio: Decimal | None
    share: Decimal | None
    named: bool


@dataclass(frozen=True, slots=True)
class WeakSite:
    """A site where the stage to blame lost most: what came out of it, and what its reference would have given."""

    site: str
    figure: Decimal
    due: Decimal


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a person can check about a cause; None where it was not looked at. Hours are UTC starts, days local.

    `hours_without_bid` are of the `hours_comparable`: flight hours in which the references had bids.
    """

    stages: dict[str, StageRow] | None
    target: Decimal | None
    days_not_fetched: int | None
    flight_hours: int | None
    hours_comparable: int | None
    hours_without_bid: int | None
    first_hour: str | None
    last_hour: str | None
    reference_basis: str | None
    reference_purchase_type: str | None
    reference_days: int | None
    reference_first_day: str | None
    reference_last_day: str | None
    weakest_sites: tuple[WeakSite, ...]


@dataclass(frozen=True, slots=True)
class LineDetail:
    """What level 4 shows of a line besides its row. `hours`: (local day, hour of day) -> impressions; `sources`: what
    its days come from, and how many from each.
    """

    id: UUID
    days: tuple[DayRow, ...]
    hours: dict[tuple[date, int], Decimal]
    sites: tuple[SiteRow, ...]
    site_count: int
    evidence: Evidence | None
    due: DueCurve | None = None
    notes: tuple[Note, ...] = ()
    sources: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class PageData:
    """Everything page and workbook show, as of one local date, in the order shown (lines worst first).

    `known`: with the delivery known today, or as it was known at the end of that date.
    """

    as_of: date
    timezone: str
    refreshed_at: datetime | None
    lines: tuple[LineRow, ...]
    windows: tuple[WindowRow, ...]
    trend: tuple[TrendRow, ...]
    losses: tuple[LossRow, ...]
    attention: tuple[AttentionRow, ...]
    freshness: Freshness
    reconciliation: tuple[ReconciliationRow, ...]
    uploads: tuple[UploadRow, ...]
    revisions: Mapping[UUID, tuple[RevisionRow, ...]]
    holidays: str | None = None
    incidents: tuple[IncidentRow, ...] = ()
    struck: tuple[Struck, ...] = ()
    known: Knowledge = "now"
    unlikely: tuple[UnlikelyRow, ...] = ()
    looked_back: dict[str, Any] | None = None
    care: tuple[Standing, ...] = ()
    make_goods: tuple[MakeGood, ...] = ()
    counts: tuple[Discrepancy, ...] = ()
