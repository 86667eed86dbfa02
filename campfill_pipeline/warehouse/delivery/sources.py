"""The sources of delivery by their names and codes: the reporting API and dropped exports, by hours and by days.

Belongs here: what a source is called. Does not belong here: which of them counts for a line and day (rollups.py).
"""

from __future__ import annotations

CODES = {"api": "a", "api_day": "b", "csv": "c", "csv_day": "d"}
NAMES = {code: name for name, code in CODES.items()}


def api_source(*, by_day: bool) -> str:
    """The reporting API's name, by the grain of its rows: one line's days and hours never add up."""
    return "api_day" if by_day else "api"
