"""The columns of a campaign list and of the reporting CSV export, and how their headers are recognised.

Belongs here: which columns exist, which are required, which spellings of a header mean the same column.
Does not belong here: where in a sheet the header stands (`intake/layout.py`) and what a cell's value means.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


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
)
"""The eight columns of the reporting CSV export, in the order of the real export."""

# A currency sign, its ISO code, or what is left of "€" when UTF-8 or UTF-16 was read in another encoding.
_CURRENCY = re.compile(r"(?:€|¬|â‚¬|\beuro?\b|\(\s*\)|\[\s*\])")
# Invisible in a sheet: zero-width marks, soft hyphen, byte-order mark, the replacement character.
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2028-\u202e\u2060\ufeff\ufffd]")
_SPACE = re.compile(r"\s+")
_SLASH = re.compile(r"\s*/\s*")


def normal_header(text: str) -> str:
    """The form in which headers are compared: lower case, single spaces, no currency, nothing invisible.

    `Budget €`, `BUDGET\\nEUR`, `Budget (€)`, `Budget` and the mis-decoded `Budget ¬` all give `budget`.
    """
    plain = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).casefold()
    plain = _CURRENCY.sub(" ", _CURRENCY.sub(" ", plain))
    return _SLASH.sub("/", _SPACE.sub(" ", plain).strip())


def _by_header(columns: tuple[Column, ...]) -> Mapping[str, Column]:
    return MappingProxyType({normal_header(column.header): column for column in columns})


_LIST_BY_HEADER = _by_header(LIST_COLUMNS)
_EXPORT_BY_HEADER = _by_header(EXPORT_COLUMNS)


def list_column(header: str) -> Column | None:
    """The campaign list's column that this header means, or None."""
    return _LIST_BY_HEADER.get(normal_header(header))


def export_column(header: str) -> Column | None:
    """The CSV export's column that this header means, or None."""
    return _EXPORT_BY_HEADER.get(normal_header(header))
