"""How figures look on a terminal: numbers in the field's notation, bars, tables that fit 80 columns."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from functools import wraps
from typing import ParamSpec, TypeVar

from rich.console import Console
from rich.table import Table
from rich.text import Text

from campfill_pipeline.domain.fulfillment import Band
from campfill_pipeline.domain.rounding import half_up, percentage
from campfill_pipeline.language import notation
from campfill_pipeline.language.speaking import Language, say, speaking, spoken, word
from campfill_pipeline.settings import load_settings

Given = ParamSpec("Given")
Made = TypeVar("Made")

BAND_STYLES = {
    Band.GOAL_MET: ("●", "blue", "goal met"),
    Band.NEAR_GOAL: ("●", "cyan", "near goal"),
    Band.MODERATE_SHORTFALL: ("▲", "yellow", "moderate"),
    Band.CRITICAL_SHORTFALL: ("▼", "red", "critical"),
    Band.NO_DATA: ("○", "bright_black", "no data"),
}
"""A mark of its own shape for each band, so that colour is never needed to tell them apart."""


def aloud(show: Callable[Given, Made]) -> Callable[Given, Made]:
    """What is shown by it speaks CAMPFILL_LANGUAGE. Only that: what a command does on the way is stored in English."""

    @wraps(show)
    def shown(*given: Given.args, **named: Given.kwargs) -> Made:
        with speaking(load_settings().language):
            return show(*given, **named)

    return shown


def whole(value: Decimal | int | None) -> str:
    """A count or impressions, rounded to whole and grouped: 1,234,567. None is a dash."""
    return "–" if value is None else notation.number(half_up(value))


def money(value: Decimal | None) -> str:
    """An amount of the home's currency, rounded to whole and grouped."""
    return "–" if value is None else notation.money(half_up(value))


def percent(value: Decimal | None, places: int = 1) -> str:
    """A percentage. A shortfall is never rounded up to its goal: 99.97 shows as 99.9, not 100.0."""
    if value is None:
        return "–"
    return notation.percent(percentage(value, places))


def bar(share: Decimal | None, width: int = 10) -> Text:
    """A bar for 0 … 100 %, in eighths of a character."""
    if share is None:
        return Text("·" * width, style="bright_black")
    eighths = int(min(max(share, Decimal(0)), Decimal(100)) * width * 8 / 100)
    full, rest = divmod(eighths, 8)
    text = "█" * full + (" ▏▎▍▌▋▊▉"[rest] if rest else "")
    return Text(text.ljust(width, "░"), style="blue" if share >= 100 else "yellow" if share >= 95 else "red")


def moment(value: datetime | None, now: datetime) -> str:
    """A point in time as people say it: `today 14:05`, `yesterday 14:05`, `4 Aug 2026 14:05`, in the zone of `now`."""
    if value is None:
        return say("never")
    local = value.astimezone(now.tzinfo)
    days = (now.date() - local.date()).days
    if days == 0:
        return say("today {time}", time=f"{local:%H:%M}")
    if days == 1:
        return say("yesterday {time}", time=f"{local:%H:%M}")
    return at(local)


def at(value: datetime) -> str:
    """A moment with its day, in the zone that it carries; English as ISO 8601 has it, to be copied into options."""
    return f"{on(value.date())} {value:%H:%M}"


def on(day: date) -> str:
    """A day as it can be typed at options: 2026-08-04, in German 04.08.2026."""
    return notation.day(day) if spoken() is Language.GERMAN else f"{day}"


def table(*columns: tuple[str, str]) -> Table:
    """A plain table; each column is its title, said in the language spoken, and `left` or `right`."""
    made = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for title, side in columns:
        made.add_column(
            word(title), justify="right" if side == "right" else "left", no_wrap=True, overflow="ellipsis"
        )
    return made


def console(*, stderr: bool = False) -> Console:
    """A console that wraps nothing by surprise and highlights nothing by guess."""
    return Console(stderr=stderr, highlight=False, soft_wrap=False)
