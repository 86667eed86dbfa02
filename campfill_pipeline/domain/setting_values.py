"""How the text of a setting becomes its value, and what is said where it cannot.

Belongs here: one reader for each kind of value, with the words for what it takes. Does not belong here: which settings
there are and where their texts stand (`settings`).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from campfill_pipeline.domain.backup_keeping import Keeping
from campfill_pipeline.domain.fulfillment import Bands, Pacing
from campfill_pipeline.domain.storage_address import read_storage_address
from campfill_pipeline.domain.weekdays import OFF, UnknownHolidaysError, check_region
from campfill_pipeline.language.currencies import CODES
from campfill_pipeline.language.speaking import Language

MOST_KEPT = 1_000


@dataclass(frozen=True)
class Reader:
    """One kind of value: what may be given, and the value of a text. A text that cannot be read raises ValueError."""

    takes: str
    read: Callable[[str], Any]


def whole(least: int, most: int) -> Reader:
    """Whole numbers between two bounds, both included."""

    def read(text: str) -> int:
        if not least <= (number := int(text)) <= most:
            raise ValueError(text)
        return number

    return Reader(f"a whole number from {least} to {most}", read)


def whole_or_none(least: int, most: int) -> Reader:
    """The same, or nothing."""
    number = whole(least, most)
    return Reader(number.takes, lambda text: number.read(text) if text.strip() else None)


def seconds(most: int) -> Reader:
    """Seconds, parts of them too, from none to a bound."""

    def read(text: str) -> float:
        if not 0 <= (number := float(text)) <= most:
            raise ValueError(text)
        return number

    return Reader(f"seconds between 0 and {most}", read)


def _bands(text: str) -> Bands:
    try:
        met, near, moderate = (Decimal(part.strip()) for part in text.split(","))
    except InvalidOperation:
        raise ValueError(text) from None
    if not (met.is_finite() and met > near > moderate > 0):
        raise ValueError(text)
    return Bands(goal_met=met, near_goal=near, moderate=moderate)


def _hosts(text: str) -> tuple[str, ...]:
    names = tuple(name.strip().lower() for name in text.split(",") if name.strip())
    if any("/" in name or " " in name for name in names):
        raise ValueError(text)
    return names


def _holidays(text: str) -> str | None:
    region = text.strip().upper()
    if region == OFF.upper():
        return None
    try:
        check_region(region)
    except UnknownHolidaysError:
        raise ValueError(text) from None
    return region


def _currency(text: str) -> str:
    code = text.strip().upper()
    if code not in CODES:
        raise ValueError(text)
    return code


def _timezone(text: str) -> ZoneInfo:
    # Names such as `localtime` mean something else on every machine, and nothing to the database.
    if text in ("localtime", "Factory") or not (text in _usual_zones() or text in available_timezones()):
        raise ValueError(text)
    return ZoneInfo(text)


@cache
def _usual_zones() -> frozenset[str]:
    """Those of the package tzdata: one file that names them, where the system's are six hundred to be opened."""
    return frozenset(resources.files("tzdata").joinpath("zones").read_text(encoding="utf-8").split())


def _keeping(text: str) -> Keeping:
    days, weeks, months = (int(part) for part in text.split(","))
    if not (0 < days <= MOST_KEPT and 0 <= weeks <= MOST_KEPT and 0 <= months <= MOST_KEPT):
        raise ValueError(text)
    return Keeping(days=days, weeks=weeks, months=months)


def _names(text: str) -> tuple[str, ...]:
    if "/" in text or "\\" in text:
        raise ValueError(text)
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _percent(text: str) -> Decimal:
    try:
        value = Decimal(text.strip())
    except InvalidOperation:
        raise ValueError(text) from None
    if not (value.is_finite() and 0 <= value <= 100):
        raise ValueError(text)
    return value


def _broker(text: str) -> str | None:
    if not text.strip():
        return None
    parts = urlsplit(text.strip())
    if parts.scheme not in ("redis", "rediss") or not parts.hostname:
        raise ValueError(text)
    return text.strip()


def _machine(text: str) -> str:
    name = text.strip()
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}", name):
        raise ValueError(text)
    return name


PATH = Reader("a path", Path)
BROKER = Reader("an address redis://host:port/number, rediss:// with TLS", _broker)
STORAGE = Reader(
    "an address s3://BUCKET or s3://BUCKET/FOLDER, with ?endpoint=https://HOST where it is not Amazon's, &region=NAME",
    read_storage_address,
)
MACHINE = Reader("up to 40 letters, digits and . _ -", _machine)
PERCENT = Reader("a percentage from 0 to 100, like 10", _percent)
PATH_OR_NONE = Reader("a path", lambda text: Path(text) if text else None)
KEEPING = Reader("how many days, weeks and months, at least one day, like 7,4,12", _keeping)
TEXT = Reader("a text", str)
NAMES = Reader("file names without folders, with * for any letters, separated by commas", _names)
TEXT_OR_NONE = Reader("a text", lambda text: text or None)
ADDRESS = Reader("an address", lambda text: text.rstrip("/") or None)
BANDS = Reader("three percentages, highest first, like 100,99.5,95", _bands)
HOSTS = Reader("host names only, like campfill.example", _hosts)
HOLIDAYS = Reader("a country like DE, one of its states like DE-BY, or none", _holidays)
PACING = Reader(" or ".join(Pacing), lambda text: Pacing(text.strip().lower()))
LANGUAGE = Reader(" or ".join(Language), lambda text: Language(text.strip().lower()))
CURRENCY = Reader("the three letters of a currency, like EUR", _currency)
TIMEZONE = Reader("an IANA name like Europe/Berlin", _timezone)
