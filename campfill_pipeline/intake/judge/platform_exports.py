"""Exports as advertising platforms write them: their days and hours, the lines around their rows, their totals.

Belongs here: what is particular to them as they are judged. Does not belong here: their columns
(domain/export_forms.py), and what all exports have in common (exports.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc

from campfill_pipeline.domain import export_forms, report_values
from campfill_pipeline.domain.issues import Severity
from campfill_pipeline.domain.line_columns import notations_shown
from campfill_pipeline.domain.report_rows import Notation
from campfill_pipeline.intake.judge import issue_files
from campfill_pipeline.intake.judge.export_issues import Columns, Found

if TYPE_CHECKING:
    from campfill_pipeline.intake.findings import TableFound


@dataclass(frozen=True)
class Shown:
    """What the cells of a table's columns show together: the notation of its numbers, and whether dates have hours."""

    notation: Notation
    hours: bool


def shown(table: TableFound, zone: ZoneInfo) -> Shown:
    """How a platform's table writes: numbers the English way unless they show otherwise, and days or hours."""
    dates: list[str | None] = []
    numbers = set()
    for batch in issue_files.batches(table.file):
        dates += pc.unique(batch.column("date")).to_pylist()
        kinds = batch.column("impressions_kind").to_numpy(zero_copy_only=False)
        numbers |= notations_shown(batch.column("impressions"), kinds)
    timed = any(map(export_forms.has_time, dates))
    hourly = timed or any(column.field == "hour_of_day" for column in table.columns)
    notation = str(numbers.pop()) if len(numbers) == 1 else "english"
    patterns = export_forms.date_patterns(dates)
    grain = "hour" if hourly else "day"
    return Shown(Notation(notation, zone, grain, patterns, only_formats=True), timed)  # type: ignore[arg-type]


def hours(batch: pa.RecordBatch) -> pa.Array:
    """The times as texts, those of a date and an hour in two columns as one."""
    days = batch.column("date")
    if "hour_of_day" not in batch.schema.names:
        return pc.utf8_trim_whitespace(days)
    pairs = zip(days.to_pylist(), batch.column("hour_of_day").to_pylist(), strict=True)
    return pa.array([export_forms.with_hour(*pair) for pair in pairs], pa.string())


def notes(columns: Columns) -> Iterator[tuple[int, Found]]:
    """Lines below the rows: words where the date should be, and no impressions."""
    dates, impressions = columns.texts("date").to_pylist(), columns.texts("impressions").to_pylist()
    for index, (date, figure) in enumerate(zip(dates, impressions, strict=True)):
        if date and not date[:1].isdigit() and figure is None:
            yield index, columns.aside(index, "date", "note_row")


def zone_unknown(table: TableFound, number: int, zone: ZoneInfo) -> Found:
    """The warning that nobody can know in which zone a platform's days are."""
    column = next(column for column in table.columns if column.field == "date")
    form = export_forms.form_named(table.platform)
    title = form.title if form is not None else table.platform
    message = f"{title}: the file does not say in which time zone its dates are. They are taken as those of {zone.key}."
    hint = "Nothing to do if the account's time zone is the same; else export in this zone."
    return Found(
        number, table.header_row, column.index, table.sheet, None, column.header, None, "zone_unknown",
        str(Severity.WARNING), message, hint,
    )  # fmt: skip


@dataclass
class Sums:
    """The figures of a table's rows, and those of its own total row."""

    table: TableFound
    number: int
    summed: Decimal = Decimal(0)
    rejected: bool = False
    totals: list[tuple[Found, Decimal]] = field(default_factory=list)

    def note(self, batch: pa.RecordBatch, accepted: pa.Table, found: list[Found]) -> None:
        """Take in one batch: its accepted rows and what was found in all of them."""
        self.summed += pc.sum(accepted["impressions"]).as_py() or Decimal(0)
        self.rejected |= any(one.severity == Severity.ERROR for one in found)
        rows = [one for one in found if one.code == "total_row"]
        if not rows:
            return
        numbers = batch.column("row_no").to_pylist()
        figures = report_values.decimals(batch.column("impressions"), "english").values.to_pylist()
        for one in rows:
            figure = figures[numbers.index(one.row_no)]
            if figure is not None:
                self.totals.append((one, figure))

    def differing(self) -> Iterator[Found]:
        """The warning that a platform's own total is not the sum of its rows, where it has one total."""
        if self.table.platform is None or len(self.totals) != 1 or self.totals[0][1] == self.summed:
            return
        one, told = self.totals[0]
        beside = " Rows that were rejected may be the reason." if self.rejected else ""
        message = (
            f"The file's own total is {told.normalize():,f}, but the rows that were loaded are "
            f"{self.summed.normalize():,f} together.{beside}"
        )
        hint = "Export again; if it stays so, ask the platform what is missing."
        yield Found(
            self.number, one.row_no, one.column, one.sheet, one.cell, one.header, one.value, "total_differs",
            str(Severity.WARNING), message, hint,
        )  # fmt: skip
