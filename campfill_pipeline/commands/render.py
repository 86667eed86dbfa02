"""How figures look on a terminal: numbers in the field's notation, bars, tables that fit 80 columns."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from rich.console import Console
from rich.table import Table
from rich.text import Text

from campfill_pipeline.domain.fulfillment import Band
from campfill_pipeline.domain.rounding import half_up, percentage

BAND_STYLES = {
    Band.GOAL_MET: ("●", "blue", "goal met"),
    Band.NEAR_GOAL: ("●", "cyan", "near goal"),
    Band.MODERATE_SHORTFALL: ("▲", "yellow", "moderate"),
    Band.CRITICAL_SHORTFALL: ("▼", "red", "critical"),
    Band.NO_DATA: ("○", "bright_black", "no data"),
}
"""A mark of its own shape for each band, so that colour is never needed to tell them apart."""


def whole(value: Decimal | int | None) -> str:
    """A count or impressions, rounded to whole and grouped: 1,234,567. None is a dash."""
    return "–" if value is None else f"{half_up(value):,}"


def euros(value: Decimal | None) -> str:
    """Euros, rounded to whole and grouped."""
    return "–" if value is None else f"€{half_up(value):,}"


def percent(value: Decimal | None, places: int = 1) -> str:
    """A percentage. A shortfall is never rounded up to its goal: 99.97 shows as 99.9, not 100.0."""
    if value is None:
        return "–"
    return f"{percentage(value, places):,} %"


def bar(share: Decimal | None, width: int = 10) -> Text:
    """A bar for 0 … 100 %, in eighths of a character."""
    if share is None:
        return Text("·" * width, style="bright_black")
    eighths = int(min(max(share, Decimal(0)), Decimal(100)) * width * 8 / 100)
    full, rest = divmod(eighths, 8)
    text = "█" * full + (" ▏▎▍▌▋▊▉"[rest] if rest else "")
    return Text(text.ljust(width, "░"), style="blue" if share >= 100 else "yellow" if share >= 95 else "red")


def moment(value: datetime | None, now: datetime) -> str:
    """A point in time as people say it: `14:05`, `yesterday 14:05`, `2026-08-04 14:05`, in the zone of `now`."""
    if value is None:
        return "never"
    local = value.astimezone(now.tzinfo)
    days = (now.date() - local.date()).days
    if days == 0:
        return f"today {local:%H:%M}"
    if days == 1:
        return f"yesterday {local:%H:%M}"
    return f"{local:%Y-%m-%d %H:%M}"


def table(*columns: tuple[str, str]) -> Table:
    """A plain table; each column is its title and `left` or `right`."""
    made = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for title, side in columns:
        made.add_column(
            title, justify="right" if side == "right" else "left", no_wrap=True, overflow="ellipsis"
        )
    return made


def console(*, stderr: bool = False) -> Console:
    """A console that wraps nothing by surprise and highlights nothing by guess."""
    return Console(stderr=stderr, highlight=False, soft_wrap=False)
