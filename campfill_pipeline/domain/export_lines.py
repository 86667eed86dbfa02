"""What the lines around the rows of a platform's export say: its time zone, its grain, whether it is whole.

Belongs here: reading title lines and notes, and the zone in a header (`Start Date (in UTC)`). Does not belong here:
the columns (export_forms.py), and what is said about it (intake/judge/platform_exports.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

_NAMED = re.compile(
    r"(?:time[\s-]?zone|zeitzone|fuseau horaire|zona horaria|fuso orario|tijdzone)\b[^:,;\t]*[:,;\t]\s*(.+)",
    re.I,
)
_IN = re.compile(r"\(in ([A-Z]{2,5})\)")
_GRAIN = re.compile(r"^\W*report aggregation\s*[:,;\t]\s*([^\t]+)", re.I)
_INCOMPLETE = re.compile(r"^\W*potential incomplete data\s*[:,;\t]\s*true", re.I)
_ROWS = re.compile(r"^\W*(?:rows|zeilen)\s*[:,;\t]\s*(\d{1,12})\W*$", re.I)
_BY_DAY = frozenset({"daily", "hourly", "day", "hour"})
_OFFSET = re.compile(r"\(?\b(?:GMT|UTC)\s*(?:[+-]\s*\d{1,2}(?::?\d{2})?)?\)?")
_SHORT = {
    "utc": "UTC", "gmt": "UTC", "pst": "America/Los_Angeles", "pdt": "America/Los_Angeles", "pt": "America/Los_Angeles",
    "est": "America/New_York", "edt": "America/New_York", "et": "America/New_York", "cet": "Europe/Berlin",
    "cest": "Europe/Berlin", "pacific time": "America/Los_Angeles", "mountain time": "America/Denver",
    "central time": "America/Chicago", "eastern time": "America/New_York", "greenwich mean time": "Europe/London",
    "coordinated universal time": "UTC",
}  # fmt: skip


@dataclass(frozen=True)
class Said:
    """What an export says of itself. `zone_words` is its zone as written; `zone` None where that names none we know.

    `grain`: a span that is neither day nor hour, as written. `rows`: how many rows it says it has.
    """

    zone_words: str | None = None
    zone: ZoneInfo | None = None
    grain: str | None = None
    incomplete: bool = False
    rows: int | None = None


def said(lines: Iterable[str]) -> Said:
    """What these lines say: those above the header, the header of the dates, and those below the rows."""
    words = grain = rows = None
    incomplete = False
    for line in lines:
        if found := _NAMED.search(line) or _IN.search(line):
            words = words or found[1].strip(' "\t')
        if (found := _GRAIN.search(line)) and found[1].strip(' "').casefold() not in _BY_DAY:
            grain = found[1].strip(' "')
        if found := _ROWS.search(line):
            rows = int(found[1])
        incomplete |= _INCOMPLETE.search(line) is not None
    return Said(words, zone_named(words) if words else None, grain, incomplete, rows)


def zone_named(words: str) -> ZoneInfo | None:
    """The zone that words like `America/New_York`, `(GMT+01:00) Amsterdam, Berlin` or `UTC` name; None for others."""
    for name in re.findall(r"[A-Za-z_]+(?:/[A-Za-z_+-]+)+", words):
        if name in available_timezones():
            return ZoneInfo(name)
    rest = _OFFSET.sub(" ", words)
    for name in re.split(r"[,;:()]", rest):
        plain = " ".join(name.split()).casefold()
        if key := _SHORT.get(plain) or _cities().get(plain):
            return ZoneInfo(key)
    if not rest.strip(" ()") and "+" not in words and "-" not in words:
        return ZoneInfo("UTC")
    return None


@cache
def _cities() -> dict[str, str]:
    """Zones by the city that they are named after; a city that two of them are named after is none's."""
    found: dict[str, str] = {}
    twice = set()
    for name in available_timezones():
        area, _, city = name.rpartition("/")
        if area in ("Africa", "America", "Asia", "Australia", "Europe", "Pacific", "Atlantic"):
            plain = city.replace("_", " ").casefold()
            twice |= {plain} & found.keys()
            found[plain] = name
    return {city: name for city, name in found.items() if city not in twice}
