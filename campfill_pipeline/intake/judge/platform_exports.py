"""Exports as advertising platforms write them: their days and hours, the lines around their rows, their totals.

Belongs here: what is particular to them as they are judged. Does not belong here: their columns
(domain/export_forms.py), and what all exports have in common (exports.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from campfill_pipeline.domain import export_forms, export_lines, report_values
from campfill_pipeline.domain.cells import CellKind
from campfill_pipeline.domain.export_lines import Said
from campfill_pipeline.domain.issues import Severity
from campfill_pipeline.domain.line_columns import notations_shown
from campfill_pipeline.domain.numbers import Notation as Mark
from campfill_pipeline.domain.report_rows import Notation
from campfill_pipeline.intake.findings import OTHERS
from campfill_pipeline.intake.judge import export_days, issue_files
from campfill_pipeline.intake.judge.export_issues import Columns, Found

if TYPE_CHECKING:
    from campfill_pipeline.intake.findings import TableFound

_THREE_DIGITS = re.compile(r"\s*\d{1,3}([.,])\d{3}\s*")
_FIGURE = r"^[\d.,\s%€$£-]+$"
_NAMES_HOURS = ("hour", "datehour", "date + hour (yyyymmddhh)")
_MOST_LINES = 200
_SAMPLED = (datetime(2025, 1, 15), datetime(2025, 7, 15))


@dataclass(frozen=True)
class Shown:
    """What the cells of a table's columns show together: the notation of its numbers, and whether dates have hours.

    Of a platform's table also what it says of itself, the rows that have a date, and its times where all are midnights.
    """

    notation: Notation
    hours: bool
    said: Said = field(default_factory=Said)
    rows: int = 0
    midnights: export_days.Midnights = field(default_factory=export_days.Midnights)


def shown(table: TableFound, zone: ZoneInfo) -> Shown:
    """How a platform's table writes, days or hours, and in which zone; `zone` is that of the house."""
    seen = Seen(table, issue_files.batches(table.file))
    header = next(column.header for column in table.columns if column.field == "date")
    said = export_lines.said([header, *table.above, *seen.lines])
    patterns = export_forms.date_patterns(seen.dates)
    timed = any(map(export_forms.has_time, seen.dates))
    midnights = export_days.midnights(table, patterns, zone) if timed else export_days.Midnights()
    if midnights.days and header.strip().casefold() not in _NAMES_HOURS:
        timed, midnights = False, export_days.Midnights()  # days, each with a midnight for decoration
    hourly = timed or any(column.field == "hour_of_day" for column in table.columns)
    notation = Notation(
        seen.notation(),  # type: ignore[arg-type]
        said.zone if hourly and said.zone is not None else zone,
        "hour" if hourly else "day",
        patterns,
        only_formats=True,
    )
    return Shown(notation, timed, said, seen.rows, midnights)


class Seen:
    """What stands in the rows of a platform's table, taken together."""

    def __init__(self, table: TableFound, batches: Iterable[pa.RecordBatch]) -> None:
        self.dates: list[str | None] = []
        self.lines: list[str] = []
        self.rows = 0
        self._headers = [column.header for column in table.columns]
        self._shown: set[Mark] = set()
        self._beside: set[Mark] = set()
        self._three_digits: set[str] = set()
        for batch in batches:
            self._note(batch)

    def _note(self, batch: pa.RecordBatch) -> None:
        dates = batch.column("date")
        self.dates += pc.unique(dates).to_pylist()
        dated = pc.match_substring_regex(dates, r"^\s*\d").fill_null(False)
        self.rows += pc.sum(dated).as_py() or 0
        others = pc.indices_nonzero(pc.invert(dated))[: max(_MOST_LINES - len(self.lines), 0)]
        texts = [name for name in batch.schema.names if pa.types.is_string(batch.schema.field(name).type)]
        for row in batch.select(texts).take(others).to_pylist():
            self.lines.append("\t".join(text for text in row.values() if text and text.strip("\x1f")))
        kinds = batch.column("impressions_kind").to_numpy(zero_copy_only=False)
        figures = batch.column("impressions")
        self._shown |= notations_shown(figures, kinds)
        for text in pc.unique(figures.filter(pa.array(kinds == CellKind.TEXT))).to_pylist():
            if text and (match := _THREE_DIGITS.fullmatch(text)):
                self._three_digits.add(match[1])
        if OTHERS in batch.schema.names:
            parts = pc.list_flatten(pc.split_pattern(batch.column(OTHERS).filter(dated), "\x1f"))
            parts = pc.unique(parts.filter(pc.match_substring_regex(parts, _FIGURE).fill_null(False)))
            plain = pc.utf8_trim_whitespace(pc.replace_substring_regex(parts, "[%€$£]", ""))
            self._beside |= notations_shown(plain, np.full(len(plain), int(CellKind.TEXT)))

    @property
    def marks(self) -> frozenset[Mark]:
        """The notations that the impressions show without doubt."""
        return frozenset(self._shown)

    def notation(self) -> str | None:
        """The notation of the impressions; None where a number with two readings must not be read.

        What the column shows counts, else what its neighbours show, else the language of the header; and as platforms
        count whole impressions, 1.200 is no reading of one by any but the column itself.
        """
        if self._shown:
            return str(next(iter(self._shown))) if len(self._shown) == 1 else None
        if len(self._beside) == 1:
            by = next(iter(self._beside))
        else:
            by = Mark.GERMAN if export_forms.decimal_comma(self._headers) else Mark.ENGLISH
        fraction = "," if by == Mark.GERMAN else "."
        return None if fraction in self._three_digits else str(by)


def hours(batch: pa.RecordBatch) -> pa.Array:
    """The times as texts, those of a date and an hour in two columns as one."""
    days = batch.column("date")
    if "hour_of_day" not in batch.schema.names:
        return pc.utf8_trim_whitespace(days)
    pairs = zip(days.to_pylist(), batch.column("hour_of_day").to_pylist(), strict=True)
    return pa.array([export_forms.with_hour(*pair) for pair in pairs], pa.string())


def notes(columns: Columns, dated: Sequence[bool]) -> Iterator[tuple[int, Found]]:
    """Lines around the rows: words where the date or, without a date and an id, the figure should be. `dated`: whether
    a row's date looks like one.
    """
    dates, impressions = columns.texts("date").to_pylist(), columns.texts("impressions").to_pylist()
    ids = columns.texts("campaign_id").to_pylist()
    for index, (date, figure, campaign) in enumerate(zip(dates, impressions, ids, strict=True)):
        if date and not dated[index] and figure is None:
            yield index, columns.aside(index, "date", "note_row")
        elif not date and not campaign and figure and not any(map(str.isdigit, figure)):
            yield index, columns.aside(index, "impressions", "note_row")


def periods(columns: Columns) -> Iterator[tuple[int, Found]]:
    """Rows whose figure is of several days: as that of their first day it would be wrong."""
    first, last = columns.texts("date").to_pylist(), columns.texts("last_day").to_pylist()
    for index, (start, end) in enumerate(zip(first, last, strict=True)):
        if start and end and start != end:
            message = f"The row is of several days, {start} to {end}: nobody can know what each of them had."
            yield index, columns.at(index, "last_day", "not_one_day", Severity.ERROR, message, _BY_DAY)


_BY_DAY = "Export by the day or by the hour, and drop the new file."


def refusal(shown: Shown) -> export_days.OfAll | None:
    """The error at each row of a table that says of itself that its rows are neither days nor hours."""
    grain = shown.said.grain
    if grain is None:
        return None
    message = f"The file says that its rows are summed another way (“{grain}”): they are no days."
    return lambda columns, index: columns.at(index, "date", "not_one_day", Severity.ERROR, message, _BY_DAY)


def told(
    table: TableFound, number: int, shown: Shown, zone: ZoneInfo, title: str | None = None
) -> Iterator[Found]:
    """What is to be told of a platform's table as a whole: its zone, and whether it is all. `title`: whose export it
    is, where no platform's form says so.
    """
    by_day, said = shown.notation.granularity == "day", shown.said
    form = export_forms.form_named(table.platform)
    title = title or (form.title if form is not None else table.platform)
    if said.zone is None:
        says = "does not say in which time zone its dates are"
        if said.zone_words is not None:
            says = f"names a time zone that campfill does not know (“{said.zone_words[:80]}”)"
        message = f"{title}: the file {says}. They are taken as those of {zone.key}."
        hint = "Nothing to do if the account's time zone is the same; else export in this zone."
        yield of_table(table, number, "zone_unknown", message, hint)
    elif by_day and not alike(said.zone, zone):
        message = (
            f"{title}: the file's days are those of “{said.zone_words}”. They are kept as days of {zone.key}, so that "
            "the hours between the two midnights count for the day beside theirs."
        )
        hint = f"Nothing to do if that is near enough; else export by the hour, or in {zone.key}."
        yield of_table(table, number, "zone_differs", message, hint)
    if said.incomplete:
        message = f"{title}: the file says that its data may be incomplete."
        yield of_table(
            table, number, "may_be_incomplete", message, "Export it again later, and drop it again."
        )
    if said.rows is not None and said.rows > shown.rows:
        message = f"{title}: the file says that it has {said.rows:,} rows, but {shown.rows:,} came."
        yield of_table(table, number, "may_be_incomplete", message, "Export it again, and drop it again.")


def alike(one: ZoneInfo, other: ZoneInfo) -> bool:
    """Whether two zones have the same hours, in winter and in summer."""
    return [one.utcoffset(day) for day in _SAMPLED] == [other.utcoffset(day) for day in _SAMPLED]


def of_table(table: TableFound, number: int, code: str, message: str, hint: str) -> Found:
    """A warning about a table as a whole, at the header of its dates."""
    column = next(column for column in table.columns if column.field == "date")
    return Found(
        number, table.header_row, column.index, table.sheet, None, column.header, None, code, str(Severity.WARNING),
        message, hint,
    )  # fmt: skip


@dataclass
class Sums:
    """The figures of a table's rows, and those of its own total row."""

    table: TableFound
    number: int
    numbers: report_values.NumberNotation | None
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
        figures = report_values.decimals(batch.column("impressions"), self.numbers).values.to_pylist()
        for one in rows:
            figure = figures[numbers.index(one.row_no)]
            if figure is not None:
                self.totals.append((one, figure))

    def differing(self) -> Iterator[Found]:
        """The warning that a platform's own total is not the sum of its rows; of several, that all differ.

        Several may be subtotals, so that only a larger one says that something is missing.
        """
        if self.table.platform is None or not self.totals:
            return
        one, told = max(self.totals, key=lambda total: total[1])
        if any(total == self.summed for _, total in self.totals) or (
            len(self.totals) > 1 and told < self.summed
        ):
            return
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
