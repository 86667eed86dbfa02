"""What a client brings back: single pages, and whole windows.

Belongs here: data and their meaning. Does not belong here: how they are got (client.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import pyarrow as pa

from campfill_pipeline.domain.report_keys import Beside
from campfill_pipeline.domain.report_rows import RefusedRow, Remark

Window = tuple[datetime, datetime]
_HOUR = timedelta(hours=1)
_FEW_HOURS = 3


@dataclass(frozen=True)
class Received:
    """What one answer held for a window: its rows (refused ones included), the needed columns none of them has, and the
    hours of its rows, those outside the window included.
    """

    window: Window
    rows: int
    refused: int
    absent: frozenset[str] = frozenset()
    hours: frozenset[datetime] = frozenset()


@dataclass(frozen=True)
class Account:
    """What all answers of a fetch held together, to be judged before any of it is believed."""

    received: tuple[Received, ...]

    @property
    def rows(self) -> int:
        """Rows that came, refused ones included."""
        return sum(part.rows for part in self.received)

    @property
    def refused(self) -> int:
        """Rows that could not be used."""
        return sum(part.refused for part in self.received)

    @property
    def absent(self) -> frozenset[str]:
        """Needed columns that not one of the rows has."""
        spoken = [part.absent for part in self.received if part.rows]
        return frozenset.intersection(*spoken) if spoken else frozenset()

    @property
    def shifted(self) -> timedelta | None:
        """By how much the hours of a window lie beside it where all of them came, one for one, moved as a whole."""
        told: dict[Window, frozenset[datetime]] = {}
        for part in self.received:
            told[part.window] = told.get(part.window, frozenset()) | part.hours
        for (start, end), hours in told.items():
            asked = (end - start) // _HOUR
            # Where days begin at a quarter or half past, the first whole hour lies within one of the start.
            if asked < _FEW_HOURS or len(hours) != asked or abs(min(hours) - start) < _HOUR:
                continue
            if max(hours) - min(hours) == (asked - 1) * _HOUR and min(hours) - start < end - start:
                return min(hours) - start
        return None

    def by_window(self) -> list[tuple[int, int]]:
        """Rows and refused rows of each window, over its pages."""
        counts: dict[Window, tuple[int, int]] = {}
        for part in self.received:
            rows, refused = counts.get(part.window, (0, 0))
            counts[part.window] = (rows + part.rows, refused + part.refused)
        return list(counts.values())


@dataclass(frozen=True)
class Page:
    """One answer: `table` has the columns of report_rows.CANONICAL, `bytes` is the body's size.

    `beside`: what its rows say in columns that are not read, where rows of one identity must agree in them too.
    `requests` and `retries` are those of the whole call so far.
    """

    table: pa.Table
    refused: tuple[RefusedRow, ...]
    remarks: tuple[Remark, ...]
    unknown_columns: frozenset[str]
    rows: int
    bytes: int
    request: str
    received: tuple[Received, ...] = ()
    beside: Beside | None = None
    requests: int = 0
    retries: int = 0


@dataclass(frozen=True)
class Fetched:
    """Everything of one window, each identity once.

    `repeated` rows came more than once (or were parts that are summed); `contradicting` rows have the identity of
    another row, but other figures, or other content in columns that are not read, and will not be stored.
    """

    table: pa.Table
    refused: tuple[RefusedRow, ...]
    remarks: tuple[Remark, ...]
    unknown_columns: frozenset[str]
    request: str
    requests: int
    retries: int
    pages: int
    rows: int
    bytes: int
    repeated: int
    contradicting: int
    received: tuple[Received, ...] = ()
