"""What is shown of a line: one entry for each figure and fact, from which page, workbook and queries are made.

Belongs here: names, types, where they are stored, how the page packs them, and their column of sheet “Lines”.
Does not belong here: the formulas (`warehouse/figures/fulfillment.sql`), and what the page says about them
(`reports/templates/page/line.js`). How to add a figure: CONTRIBUTING.md.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, get_type_hints
from uuid import UUID

from campfill_pipeline.domain.fulfillment import NEVER_JUDGED, Band


class Stored(StrEnum):
    """Where a fact of a line stands: the alias of its table in `warehouse/readers/page/reading.sql`."""

    FULFILLMENT = "f"
    REGISTER = "l"
    CAUSE = "c"


class Packed(StrEnum):
    """How the page's data keep a column: exact decimals as text, counts as they are, texts that repeat by place."""

    EXACT = "exact"
    COUNT = "count"
    REPEATED = "repeated"
    APART = "apart"


class Tile(StrEnum):
    """On the pages of which lines a tile stands."""

    ALWAYS = "always"
    LIVE = "live"
    NOT_LIVE = "not_live"


@dataclass(frozen=True, slots=True)
class Shown:
    """How one figure or fact is shown. `header`, `kind` and `width` are its column in the workbook; '' for none there.

    `kind` is a key of the workbook's number formats. `bars` draws the size into the cells, `total` sums the column.
    `tile`: also a tile of its own on the page of a line, named by the header.
    """

    stored: Stored
    packed: Packed
    header: str = ""
    kind: str = ""
    width: float = 0
    bars: bool = False
    total: bool = False
    tile: Tile | None = None
    name: str = ""


_F, _L, _C = Stored.FULFILLMENT, Stored.REGISTER, Stored.CAUSE
_EXACT, _COUNT, _REPEATED, _APART = Packed.EXACT, Packed.COUNT, Packed.REPEATED, Packed.APART


@dataclass(slots=True, unsafe_hash=True)  # to fill a frozen one takes eight times as long, for each line
class LineRow:
    """One line: its contract, its figures (docs/fulfillment.md; impressions and euros exact), where it came from.

    In the order of the workbook's columns. Nobody changes one.
    """

    name: Annotated[str, Shown(_L, _APART, "Line", "text", 60)]
    kind: Annotated[str, Shown(_F, _REPEATED, "Kind", "text", 11)]
    purchase_type: Annotated[str, Shown(_F, _REPEATED, "Purchase type", "text", 14)]
    buyer: Annotated[str, Shown(_L, _REPEATED, "Buyer", "text", 30)]
    agency: Annotated[str | None, Shown(_L, _REPEATED)]
    placement: Annotated[str | None, Shown(_L, _REPEATED, "Placement", "text", 14)]
    advertiser: Annotated[str | None, Shown(_L, _REPEATED, "Advertiser", "text", 24)]
    runtime: Annotated[str, Shown(_L, _REPEATED, "Runtime", "text", 24)]
    start_date: Annotated[date | None, Shown(_L, _REPEATED)]
    effective_start: Annotated[date, Shown(_F, _REPEATED, "Start", "date", 12)]
    end_date: Annotated[date, Shown(_F, _REPEATED, "End", "date", 12)]
    lifecycle: Annotated[str, Shown(_F, _REPEATED, "State", "text", 17)]
    covered: Annotated[bool, Shown(_F, _COUNT, "Covered", "flag", 9)]
    band: Annotated[str, Shown(_F, _REPEATED, "Band", "text", 19)]
    impression_goal: Annotated[int, Shown(_F, _EXACT, "Goal", "whole", 14)]
    delivered: Annotated[Decimal, Shown(_F, _EXACT, "Delivered", "impressions", 16)]
    delivered_before: Annotated[Decimal, Shown(_F, _EXACT)]
    fulfillment_pct: Annotated[Decimal, Shown(_F, _EXACT, "Fulfilled", "share", 11, bars=True)]
    shortfall: Annotated[Decimal, Shown(_F, _EXACT, "Shortfall", "impressions", 16, total=True)]
    surplus: Annotated[Decimal, Shown(_F, _EXACT, "Surplus", "impressions", 16)]
    expected: Annotated[Decimal, Shown(_F, _EXACT, "Expected", "impressions", 16)]
    pacing_index: Annotated[Decimal | None, Shown(_F, _EXACT, "Pacing index", "factor", 12)]
    pace: Annotated[str | None, Shown(_F, _REPEATED, "Pace", "text", 12)]
    pacing_basis: Annotated[str | None, Shown(_F, _REPEATED, "Expected rests on", "text", 16)]
    required_factor: Annotated[Decimal | None, Shown(_F, _EXACT, "Needed times pace", "factor", 12)]
    required_daily: Annotated[Decimal | None, Shown(_F, _EXACT, "Needed a day", "impressions", 14)]
    best_week_daily: Annotated[Decimal | None, Shown(_F, _EXACT)]
    reachable: Annotated[bool | None, Shown(_F, _COUNT)]
    projected: Annotated[Decimal | None, Shown(_F, _EXACT, "Projected", "impressions", 16, tile=Tile.LIVE)]
    value_at_risk_eur: Annotated[
        Decimal | None, Shown(_F, _EXACT, "Value at risk €", "euros", 15, total=True)
    ]
    cpm_eur: Annotated[Decimal, Shown(_F, _EXACT, "CPM €", "cpm", 10)]
    budget_eur: Annotated[Decimal | None, Shown(_L, _EXACT, "Budget €", "euros", 14)]
    delivered_value_eur: Annotated[Decimal, Shown(_F, _EXACT, "Delivered value €", "euros", 16)]
    billable_eur: Annotated[Decimal, Shown(_F, _EXACT, "Billable €", "euros", 14)]
    delivered_outside_flight: Annotated[Decimal, Shown(_F, _EXACT, "Outside flight", "impressions", 14)]
    flight_days: Annotated[int, Shown(_F, _COUNT, "Flight days", "whole", 11)]
    elapsed_days: Annotated[int, Shown(_F, _COUNT, "Elapsed", "whole", 9)]
    days_fetched: Annotated[int, Shown(_F, _COUNT, "Fetched", "whole", 9)]
    cause: Annotated[str | None, Shown(_C, _REPEATED, "Cause", "text", 22)]
    side: Annotated[str | None, Shown(_C, _REPEATED, "Kind of problem", "text", 16)]
    revision: Annotated[int, Shown(_L, _COUNT)]
    upload_id: Annotated[UUID | None, Shown(_L, _APART)]
    sheet: Annotated[str | None, Shown(_L, _REPEATED)]
    row_no: Annotated[int | None, Shown(_L, _COUNT, "List row", "whole", 9)]
    id: Annotated[UUID, Shown(_L, _APART, "ID", "text", 38)]
    external_id: Annotated[str | None, Shown(_L, _REPEATED, "External ID", "text", 20)]

    @property
    def nothing_known(self) -> bool:
        """See `nothing_known`."""
        return nothing_known(self.band, self.days_fetched, self.lifecycle)


NO_ZERO = (
    "delivered", "delivered_before", "fulfillment_pct", "surplus", "delivered_value_eur", "billable_eur",
    "delivered_outside_flight", "pacing_index", "projected", "best_week_daily", "reachable",
)  # fmt: skip
"""What people are shown nothing of, where nothing is known of a line: in the table it rests on 0 delivered, which would
say that none came, and that the goal is out of reach. Its pace is shown as not measured."""


def nothing_known(band: str, days_fetched: int, lifecycle: str) -> bool:
    """Begun, with no report row and no day of its flight fetched: its 0 delivered is an absence of knowledge."""
    return band == Band.NO_DATA and not days_fetched and lifecycle not in NEVER_JUDGED


def _shown() -> tuple[Shown, ...]:
    told = get_type_hints(LineRow, include_extras=True)
    return tuple(replace(shown, name=name) for name, hint in told.items() for shown in hint.__metadata__)


SHOWN = _shown()
"""Everything, in the order of the workbook's columns."""

KEPT_INSIDE = (
    "line_id",
    "line_no",
    "as_of",
    "first_day",
    "last_day",
    "due_elapsed",
    "due_flight",
    "chance_gap",
)
"""Columns of table `fulfillment` that are no figures: keys, and what a refresh keeps for itself."""

NOT_SHOWN_YET: tuple[str, ...] = ()
"""Figures of the table and of `campfill fulfillment --json` that neither page nor workbook shows so far."""


def packed(how: Packed) -> tuple[str, ...]:
    """The names of what the page packs this way."""
    return tuple(shown.name for shown in SHOWN if shown.packed is how)


def tiles() -> list[dict[str, str]]:
    """What stands on the page of a line in a tile of its own, for `reports/templates/page/line.js`."""
    return [
        {"name": shown.name, "title": shown.header, "kind": shown.kind, "when": shown.tile}
        for shown in SHOWN
        if shown.tile
    ]


def selected() -> str:
    """All of it as the list of columns in a SELECT, each with the alias of its table."""
    return ", ".join(f"{shown.stored}.{shown.name}" for shown in SHOWN)


def stored() -> tuple[str, ...]:
    """The columns of table `fulfillment`."""
    return (
        *KEPT_INSIDE,
        *NOT_SHOWN_YET,
        *(shown.name for shown in SHOWN if shown.stored is Stored.FULFILLMENT),
    )
