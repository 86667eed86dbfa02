"""What is shown of a line: one entry for each figure and fact, from which page, workbook and queries are made.

Belongs here: names, where they are stored, how the page packs them, and their column of the workbook's sheet “Lines”.
Does not belong here: the formulas (`warehouse/figures/fulfillment.sql`), and what the page says about them
(`reports/templates/page/line.js`). How to add a figure: CONTRIBUTING.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Stored(StrEnum):
    """Where a fact of a line stands: the alias of its table in `warehouse/readers/page.sql`."""

    FULFILLMENT = "f"
    REGISTER = "l"
    CAUSE = "c"


class Packed(StrEnum):
    """How the page's data keep a column: exact decimals as text, counts as they are, texts that repeat by place."""

    EXACT = "exact"
    COUNT = "count"
    REPEATED = "repeated"
    APART = "apart"


@dataclass(frozen=True, slots=True)
class Shown:
    """One figure or fact of a line. `header`, `kind` and `width` are its column in the workbook; '' for none there.

    `kind` is a key of the workbook's number formats. `bars` draws the size into the cells, `total` sums the column.
    """

    name: str
    stored: Stored
    packed: Packed
    header: str = ""
    kind: str = ""
    width: float = 0
    bars: bool = False
    total: bool = False


_F, _L, _C = Stored.FULFILLMENT, Stored.REGISTER, Stored.CAUSE
_EXACT, _COUNT, _REPEATED, _APART = Packed.EXACT, Packed.COUNT, Packed.REPEATED, Packed.APART

SHOWN = (
    Shown("name", _L, _APART, "Line", "text", 60),
    Shown("kind", _F, _REPEATED, "Kind", "text", 11),
    Shown("purchase_type", _F, _REPEATED, "Purchase type", "text", 14),
    Shown("buyer", _L, _REPEATED, "Buyer", "text", 30),
    Shown("agency", _L, _REPEATED),
    Shown("placement", _L, _REPEATED, "Placement", "text", 14),
    Shown("advertiser", _L, _REPEATED, "Advertiser", "text", 24),
    Shown("runtime", _L, _REPEATED, "Runtime", "text", 24),
    Shown("start_date", _L, _REPEATED),
    Shown("effective_start", _F, _REPEATED, "Start", "date", 12),
    Shown("end_date", _F, _REPEATED, "End", "date", 12),
    Shown("lifecycle", _F, _REPEATED, "State", "text", 17),
    Shown("covered", _F, _COUNT, "Covered", "flag", 9),
    Shown("band", _F, _REPEATED, "Band", "text", 19),
    Shown("impression_goal", _F, _EXACT, "Goal", "whole", 14),
    Shown("delivered", _F, _EXACT, "Delivered", "impressions", 16),
    Shown("delivered_before", _F, _EXACT),
    Shown("fulfillment_pct", _F, _EXACT, "Fulfilled", "share", 11, bars=True),
    Shown("shortfall", _F, _EXACT, "Shortfall", "impressions", 16, total=True),
    Shown("surplus", _F, _EXACT, "Surplus", "impressions", 16),
    Shown("expected", _F, _EXACT, "Expected", "impressions", 16),
    Shown("pacing_index", _F, _EXACT, "Pacing index", "factor", 12),
    Shown("pace", _F, _REPEATED, "Pace", "text", 12),
    Shown("pacing_basis", _F, _REPEATED, "Expected rests on", "text", 16),
    Shown("required_factor", _F, _EXACT, "Needed times pace", "factor", 12),
    Shown("required_daily", _F, _EXACT, "Needed a day", "impressions", 14),
    Shown("best_week_daily", _F, _EXACT),
    Shown("reachable", _F, _COUNT),
    Shown("projected", _F, _EXACT, "Projected", "impressions", 16),
    Shown("value_at_risk_eur", _F, _EXACT, "Value at risk €", "euros", 15, total=True),
    Shown("cpm_eur", _F, _EXACT, "CPM €", "cpm", 10),
    Shown("budget_eur", _L, _EXACT, "Budget €", "euros", 14),
    Shown("delivered_value_eur", _F, _EXACT, "Delivered value €", "euros", 16),
    Shown("billable_eur", _F, _EXACT, "Billable €", "euros", 14),
    Shown("delivered_outside_flight", _F, _EXACT, "Outside flight", "impressions", 14),
    Shown("flight_days", _F, _COUNT, "Flight days", "whole", 11),
    Shown("elapsed_days", _F, _COUNT, "Elapsed", "whole", 9),
    Shown("days_fetched", _F, _COUNT, "Fetched", "whole", 9),
    Shown("cause", _C, _REPEATED, "Cause", "text", 22),
    Shown("side", _C, _REPEATED, "Kind of problem", "text", 16),
    Shown("revision", _L, _COUNT),
    Shown("upload_id", _L, _APART),
    Shown("sheet", _L, _REPEATED),
    Shown("row_no", _L, _COUNT, "List row", "whole", 9),
    Shown("id", _L, _APART, "ID", "text", 38),
)
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
