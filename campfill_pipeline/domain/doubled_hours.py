"""The hour that occurs twice as the clocks go back: which of the two a row of a source in local time means.

Belongs here: telling the two apart by what the rows of one window say. Does not belong here: reading times
(report_hours.py).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa

from campfill_pipeline.domain.report_rows import (
    CANONICAL,
    FUNNEL,
    KEY,
    CanonicalRows,
    Refusal,
    RefusedKey,
    RefusedRow,
)

_FIGURES = ("impressions", *FUNNEL)
_HINT = "Ask for times in UTC or with an offset."
Identity = tuple[Any, ...]


@dataclass(frozen=True)
class _Told:
    hour: datetime
    content: Identity


class DoubledHours:
    """Settles the pages of one window, in their order: where a line and site have two rows of such an hour, the
    earlier one is the first hour (the second, where the source goes back in time).

    `summed`: rows of one hour are added up, so that they all may be of the first.
    """

    def __init__(self, start: datetime, end: datetime, *, summed: bool) -> None:
        self._start, self._end, self._summed = start, end, summed
        self._told: dict[Identity, list[_Told]] = {}
        self._backwards: bool | None = None

    def settle(self, found: CanonicalRows, label: str) -> CanonicalRows:
        """The same rows with their hours told apart; one that may be another's repetition is refused."""
        if not found.second:
            return found
        if self._backwards is None:
            self._backwards = _backwards(found)
        hours = found.table["hour_utc"].to_pylist()
        refused, kept = [], np.ones(len(hours), bool)
        for place, position, row in _doubled(found):
            second = found.second[position]
            hour = self._hour(row, hours[place], second)
            if hour is None:
                kept[place] = False
                refused.append(_refused(row, position, second, label))
            else:
                hours[place] = hour
        column = pa.array(hours, CANONICAL.field("hour_utc").type)
        table = found.table.set_column(0, CANONICAL.field("hour_utc"), column)
        mask = pa.array(kept)
        ordered = tuple(sorted((*found.refused, *refused), key=lambda one: one.row))
        return replace(
            found, table=table.filter(mask), positions=found.positions.filter(mask), refused=ordered
        )

    def _hour(self, row: dict[str, Any], first: datetime, second: datetime) -> datetime | None:
        """The hour that is meant; None where the row equals the only one before it."""
        within = [hour for hour in (first, second) if self._start <= hour < self._end] or [first]
        if self._summed:
            return within[0]
        ordered = within[::-1] if self._backwards else within
        told = self._told.setdefault((first, *(row[name] for name in KEY[1:])), [])
        content = tuple(row[name] for name in CANONICAL.names if name not in KEY)
        same = next((one for one in told if one.content == content), None)
        if same is not None and (len(told) > 1 or len(ordered) == 1):
            return same.hour  # a repetition, which counts once
        if same is not None and any(row[name] for name in _FIGURES):
            return None
        hour = ordered[min(len(told), len(ordered) - 1)]
        told.append(_Told(hour, content))
        return hour


def _doubled(found: CanonicalRows) -> Iterator[tuple[int, int, dict[str, Any]]]:
    """(place in the table, raw index, row) of rows in a doubled hour."""
    for place, position in enumerate(found.positions.to_pylist()):
        if position in found.second:
            yield place, position, found.table.slice(place, 1).to_pylist()[0]


def _backwards(found: CanonicalRows) -> bool:
    """Whether hours go down more often than up from row to row."""
    hours = found.table["hour_utc"].cast(pa.int64()).to_numpy()
    steps = np.sign(np.diff(hours))
    return bool(steps.sum() < 0)


def _refused(row: dict[str, Any], position: int, second: datetime, label: str) -> RefusedRow:
    message = (
        "This local hour happens twice when the clocks go back, and two equal rows name it: whether the second one is "
        "the second hour or the same row again cannot be known. It is not counted."
    )
    value = second.strftime("%Y-%m-%dT%H:%MZ")
    reason = Refusal("hour", label, value, "hour_told_twice", message, _HINT)
    key = RefusedKey(second, row["site"], row["campaign_id"], row["deal_id"], True)
    content = json.dumps(row, ensure_ascii=False, default=str)
    return RefusedRow(position + 1, (reason,), content[:2000], key)
