"""Numbers and days as the language spoken writes them: 74,094.5 · 74.094,5, 24 Nov 2026 · 24.11.2026.

Belongs here: every notation for people. Does not belong here: rounding (`domain/rounding`), what goes into tables and
JSON, which is the same in every language.

Signs and names are those of the Unicode CLDR and are put in by hand, as a page says some ten thousand numbers and
Babel takes thirty microseconds for each, and a tenth of a second for its import: in every command, run and read file.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from campfill_pipeline.language import currencies
from campfill_pipeline.language.speaking import Language, spoken


class Signs(NamedTuple):
    """How a language writes numbers and names days and months."""

    decimal: str
    group: str
    months: tuple[str, ...]
    weekdays: tuple[str, ...]
    long_months: tuple[str, ...]
    long_weekdays: tuple[str, ...]


SIGNS = {
    Language.ENGLISH: Signs(
        ".",
        ",",
        ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
        ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
        (
            "January",
            "February",
            "March",
            "April",
            "May",
            "June",
            "July",
            "August",
            "September",
            "October",
            "November",
            "December",
        ),
        ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    ),
    Language.GERMAN: Signs(
        ",",
        ".",
        ("Jan.", "Feb.", "März", "Apr.", "Mai", "Juni", "Juli", "Aug.", "Sept.", "Okt.", "Nov.", "Dez."),
        ("Mo.", "Di.", "Mi.", "Do.", "Fr.", "Sa.", "So."),
        (
            "Januar",
            "Februar",
            "März",
            "April",
            "Mai",
            "Juni",
            "Juli",
            "August",
            "September",
            "Oktober",
            "November",
            "Dezember",
        ),
        ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"),
    ),
}
"""As the Unicode CLDR has them: a test compares them with Babel, whose import takes longer than a short list does."""


def number(value: Decimal | int | float, places: int | None = None) -> str:
    """1,234.5 · 1.234,5: with all its decimals, or so many; nothing is rounded that was rounded before."""
    text = f"{value:,}" if places is None else f"{value:,.{places}f}"
    signs = SIGNS[spoken()]
    return text.translate({ord(","): signs.group, ord("."): signs.decimal})


def signed(value: Decimal | int | float) -> str:
    """+12.5 · +12,5."""
    return f"+{number(value)}" if value >= 0 else number(value)


def money(value: Decimal) -> str:
    """€1,234.50 · 1.234,50 €, in the currency of the home; letters stand apart: CHF 1,234.50."""
    sign = currencies.sign()
    if spoken() is Language.GERMAN:
        return f"{number(value)}\u00a0{sign}"
    return f"{sign}\u00a0{number(value)}" if sign.isalpha() else f"{sign}{number(value)}"


def percent(value: Decimal | int | str) -> str:
    """91.3 % · 91,3 %."""
    return f"{number(Decimal(value))} %"


def day(value: date) -> str:
    """24 Nov 2026 · 24.11.2026."""
    if spoken() is Language.GERMAN:
        return f"{value:%d.%m.%Y}"
    return f"{value.day} {SIGNS[spoken()].months[value.month - 1]} {value.year}"


def day_of_year(value: date) -> str:
    """24 Nov · 24.11."""
    if spoken() is Language.GERMAN:
        return f"{value:%d.%m.}"
    return f"{value.day} {SIGNS[spoken()].months[value.month - 1]}"


def weekday_and_day(value: date) -> str:
    """Tue 24 Nov 2026 · Di., 24.11.2026."""
    name = SIGNS[spoken()].weekdays[value.weekday()]
    return f"{name}, {day(value)}" if spoken() is Language.GERMAN else f"{name} {day(value)}"


def moment(value: datetime) -> str:
    """24 Nov 14:00 · 24.11. 14:00, without a year, in the zone it has."""
    return f"{day_of_year(value)} {value:%H:%M}"


def long_day(value: date) -> str:
    """Tuesday, 24 November 2026 · Dienstag, 24. November 2026."""
    signs = SIGNS[spoken()]
    dot = "." if spoken() is Language.GERMAN else ""
    month = signs.long_months[value.month - 1]
    return f"{signs.long_weekdays[value.weekday()]}, {value.day:02d}{dot} {month} {value.year}"
