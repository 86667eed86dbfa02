"""Exports that know whole days, and exports of hours that only look so: which of the two a table is.

Belongs here: what the times of one table, taken together, say of its grain. Does not belong here: reading one time
(domain/report_hours.py), exports of platforms (platform_exports.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pyarrow.compute as pc

from campfill_pipeline.domain.issues import Severity
from campfill_pipeline.domain.report_hours import FROM_ONE, FROM_ONE_HINT, counts_from_one, read_hour
from campfill_pipeline.domain.report_values import Fault
from campfill_pipeline.intake.judge import issue_files
from campfill_pipeline.intake.judge.export_issues import Columns, Found

if TYPE_CHECKING:
    from campfill_pipeline.intake.findings import TableFound

HINT = (
    "Export by the hour. If its rows are whole days, give the file's name in CAMPFILL_DAILY_EXPORTS (like daily-*.csv) "
    "and drop it again."
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
OfAll = Callable[[Columns, int], Found]
"""The error at a row of a table none of whose rows can be believed."""


@dataclass(frozen=True)
class Midnights:
    """The days of a table in which every time is a midnight, of UTC or of the house's zone; none where one is not."""

    days: int = 0
    hint: str = HINT

    @property
    def are_days(self) -> bool:
        """Whether they must be whole days: nothing counts in nothing but the first hours of several days."""
        return self.days > 1

    def refused(self, columns: Columns, index: int) -> Found:
        """The error on each row of such a table."""
        message = (
            f"Every row of this table says midnight, over {self.days:,} days: these are most likely whole days, and "
            "would be stored as one hour each."
        )
        return columns.at(index, "date", "not_on_the_hour", Severity.ERROR, message, self.hint)

    def doubtful(self, columns: Columns) -> Found:
        """The warning on the first row of a table with the midnight of one day."""
        message = (
            "Every row says midnight of one day: they are stored as that one hour. If they are the whole day, they "
            "stand in a wrong place."
        )
        return columns.at(0, "date", "only_midnight", Severity.WARNING, message, self.hint)


def hours_from_one(table: TableFound) -> bool:
    """Whether the hours of a table go from 1 to 24, so that none of them can be placed."""
    field = hour_field(table)
    times: set[str] = set()
    for batch in issue_files.batches(table.file):
        times |= set(pc.unique(batch.column(field)).drop_null().to_pylist())
    return counts_from_one(times)


def hour_field(table: TableFound) -> str:
    """The column that names the hours."""
    return "hour_of_day" if any(column.field == "hour_of_day" for column in table.columns) else "date"


def not_placed(field: str) -> OfAll:
    """The error on each row of a table whose hours go from 1 to 24."""
    return lambda columns, index: columns.at(
        index, field, "not_on_the_hour", Severity.ERROR, FROM_ONE, FROM_ONE_HINT
    )


def midnights(table: TableFound, formats: Sequence[str], zone: ZoneInfo) -> Midnights:
    """What all times of a table have in common. Those that cannot be read say nothing."""
    if any(column.field == "hour_of_day" for column in table.columns):
        return Midnights()
    batches = issue_files.batches(table.file)
    return of_times(
        (text for batch in batches for text in pc.unique(batch.column("date")).to_pylist()), formats, zone
    )


def of_times(
    texts: Iterable[str | None], formats: Sequence[str], zone: ZoneInfo, hint: str = HINT
) -> Midnights:
    """The same of these times."""
    found: dict[ZoneInfo, set[int]] = {ZoneInfo("UTC"): set(), zone: set()}
    for text in texts:
        read = read_hour(text, ZoneInfo("UTC"), "finer", (*formats, "%Y-%m-%d", "%Y%m%d"))
        if read is None or isinstance(read, Fault):
            continue
        moment = _EPOCH + timedelta(microseconds=read[0])
        for place in list(found):
            if moment.astimezone(place).hour:
                del found[place]
            else:
                found[place].add(read[0])
        if not found:
            return Midnights()
    return Midnights(max(map(len, found.values())), hint)
