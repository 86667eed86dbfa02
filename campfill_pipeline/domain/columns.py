"""The columns of a campaign list and of the reporting CSV export, and how their headers are recognised.

Belongs here: which columns exist, which are required, which spellings of a header mean the same column.
Does not belong here: where in a sheet the header stands (`intake/layout.py`) and what a cell's value means.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache
from types import MappingProxyType

from campfill_pipeline.language.currencies import EURO, counted_in, pattern, words


@dataclass(frozen=True)
class Column:
    """One column: the field it fills, the header the real export carries, and whether a file must have it."""

    field: str
    header: str
    required: bool = True


LIST_COLUMNS: tuple[Column, ...] = (
    Column("name", "Deal/Campaign name"),
    Column("runtime", "Runtime"),
    Column("impression_goal", "Impression goal"),
    Column("budget_eur", "Budget €", required=False),
    Column("cpm_eur", "CPM €"),
    Column("id", "Deal/Campaign ID"),
    Column("buyer", "Buyer"),
)
"""The seven columns of the campaign list, in the order of the real export."""

LIST_FIELDS: tuple[str, ...] = tuple(column.field for column in LIST_COLUMNS)

EXPORT_COLUMNS: tuple[Column, ...] = (
    Column("date", "Date"),
    Column("campaign_name", "Core DSP Campaign Name", required=False),
    Column("campaign_id", "Core DSP Campaign ID"),
    Column("deal_name", "Deal Name", required=False),
    Column("deal_id", "Deal ID"),
    Column("campaign_purchase_type", "Campaign Purchase Type", required=False),
    Column("deal_purchase_type", "Deal Purchase Type", required=False),
    Column("impressions", "Total Impressions"),
    Column("hour_of_day", "Hour", required=False),
    Column("site", "Site", required=False),
    Column("bids", "Bids", required=False),
    Column("wins", "Auction Wins", required=False),
    Column("plays", "Sync Group Plays", required=False),
)
"""The eight columns of the reporting CSV export, in the order of the real export, and those of its detail view."""

# Invisible in a sheet: zero-width marks, soft hyphen, byte-order mark, the replacement character.
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2028-\u202e\u2060\ufeff\ufffd]")
_SPACE = re.compile(r"\s+")
_SLASH = re.compile(r"\s*/\s*")
_HANGING = re.compile(r"[\s,;:/-]+$")
_LONGEST_NEAR = 60
_NEAR = 0.75
"""How much of two headers must be the same, from 0 to 1, for one to be taken for a misspelling of the other."""


@cache
def _currency(code: str) -> re.Pattern[str]:
    """A currency's sign or letters, what is left of "€" when it was read in another encoding, its brackets."""
    return re.compile(rf"(?:\bin\s*)?(?<![a-z])(?:{pattern(words(code))})|\(\s*\)|\[\s*\]")


def normal_header(text: str, currency: str | None = None) -> str:
    """The form in which headers are compared: lower case, single spaces, no currency, nothing invisible.

    The currency is that of the home, so that a list in another one is not known by its headers; or `currency`.

    `Budget €`, `BUDGET\\nEUR`, `Budget (€)`, `Budget_EUR`, `Budget in €`, `Budget` and the mis-decoded `Budget ¬` all
    give `budget`.
    """
    plain = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).casefold().replace("_", " ")
    money = _currency(counted_in() if currency is None else currency)
    priced = money.sub(" ", money.sub(" ", plain))
    if priced != plain:
        priced = _HANGING.sub("", priced)
    return _SLASH.sub("/", _SPACE.sub(" ", priced).strip())


def _by_header(columns: tuple[Column, ...]) -> Mapping[str, Column]:
    return MappingProxyType({normal_header(column.header, EURO): column for column in columns})


_LIST_BY_HEADER = _by_header(LIST_COLUMNS)
_HOUR = next(column for column in EXPORT_COLUMNS if column.field == "hour_of_day")
_EXPORT_BY_HEADER = {
    **_by_header(EXPORT_COLUMNS),
    **dict.fromkeys(("hour of day", "stunde", "uhrzeit", "time"), _HOUR),
}


def list_column(header: str) -> Column | None:
    """The campaign list's column that this header means, or None."""
    return _LIST_BY_HEADER.get(normal_header(header))


def export_column(header: str) -> Column | None:
    """The CSV export's column that this header means, or None."""
    return _EXPORT_BY_HEADER.get(normal_header(header))


def nearest_header(column: Column, headers: Iterable[str]) -> str | None:
    """Of these headers, which mean no column, the one that may have been meant for this one; None where none is near.

    Near is one that holds the known header within it (`Budget netto €`, `Kampagnenbudget`), or is spelled much like it.
    """
    wanted = normal_header(column.header, EURO)
    nearest, likeness = None, _NEAR
    for header in headers:
        plain = normal_header(header)
        if not plain or len(plain) > _LONGEST_NEAR:
            continue
        alike = 1.0 if wanted in plain else SequenceMatcher(None, wanted, plain).ratio()
        if alike >= likeness and (nearest is None or alike > likeness):
            nearest, likeness = header, alike
    return nearest
