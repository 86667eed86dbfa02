"""How values that JSON does not know are written in every JSON document of campfill: decimals exact, as text.

Belongs here: this one rule. Does not belong here: the documents.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from uuid import UUID


def plain(value: object) -> object:
    """The JSON form of a value that JSON has none for. Raises TypeError."""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, UUID | Path):
        return str(value)
    raise TypeError(f"no JSON form for {type(value).__name__}")
