"""Exports that the house describes itself: their columns put together, their rows told from totals and notes.

Belongs here: what a description means for the rows of one table. Does not belong here: the description
(domain/described_exports.py), and what all exports have in common (exports.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from campfill_pipeline.domain import export_forms, export_lines, report_hours
from campfill_pipeline.domain.cells import CellKind
from campfill_pipeline.domain.columns import Column, normal_header
from campfill_pipeline.domain.described_exports import IN_TABLE, DescribedExport, Source
from campfill_pipeline.domain.issues import Severity
from campfill_pipeline.domain.report_rows import CANONICAL, KEY, Notation
from campfill_pipeline.intake.findings import OTHERS
from campfill_pipeline.intake.judge import export_days, issue_files, platform_exports
from campfill_pipeline.intake.judge.export_issues import Columns, Found
from campfill_pipeline.intake.judge.platform_exports import Seen, Shown

if TYPE_CHECKING:
    from campfill_pipeline.intake.findings import TableFound

_ADDED = ("impressions", "bids", "wins", "plays")
_AS_SAID = "It is so by the export's description. If it is a report row, correct the description."
_MIDNIGHTS = 'Say granularity = "day" in [values] of the description, where each row stands for a whole day.'


class DescribedTable:
    """One table of a described export. Its rows are asked for once, from the first to the last."""

    def __init__(self, table: TableFound, by: DescribedExport) -> None:
        self.table, self.by = table, by
        self._bound = by.bound(column.header for column in table.columns)
        self._ended = False
        self._as_written: pa.RecordBatch | None = None
        self._last_row = table.header_row

    def batches(self) -> Iterator[pa.RecordBatch]:
        """The table's batches with our fields beside its own columns: put together, taken out of texts, fixed."""
        return map(self._with_fields, issue_files.batches(self.table.file))

    def recognise(self, header: str) -> Column | None:
        """Which of the table's columns a header names, or None."""
        name = self._bound.names.get(normal_header(header))
        return None if name is None else Column(name, header)

    def _with_fields(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        self._as_written = batch
        columns = {name: batch.column(name) for name in batch.schema.names}
        for ours, source in self.by.sources.items():
            name = IN_TABLE.get(ours, ours)
            if not source.several:
                texts = pa.repeat(pa.scalar(source.text, pa.string()), batch.num_rows)
                kinds = np.full(batch.num_rows, CellKind.TEXT, np.int8)
            elif ours in self._bound.fields:
                texts, kinds = _put_together(batch, source, *self._bound.fields[ours])
                if ours == "hour" and self._clock_in_cells:
                    texts = _full(texts, kinds)
            else:
                continue
            columns[name], columns[f"{name}_kind"] = texts, pa.array(kinds, pa.int8())
        return pa.record_batch(list(columns.values()), names=list(columns))

    @cached_property
    def _clock_in_cells(self) -> bool:
        """Whether date cells of the hours name times of day: then those that only show a date are midnights."""
        if self.by.granularity == "day" or len(self._bound.fields["hour"][0]) > 1:
            return False
        return any(
            pc.any(
                pc.and_(
                    pc.equal(batch.column("date_kind"), int(CellKind.DATE)),
                    pc.match_substring(batch.column("date"), "T").fill_null(False),
                )
            ).as_py()
            for batch in issue_files.batches(self.table.file)
        )

    def _date_cells(self) -> bool:
        cells = (batch.column("date_kind") for batch in issue_files.batches(self.table.file))
        return any(pc.any(pc.equal(kinds, int(CellKind.DATE))).as_py() for kinds in cells)

    def shown(self, zone: ZoneInfo) -> Shown:
        """How the table writes: by the description, and where it says nothing by all of its cells together."""
        by, seen = self.by, Seen(self.table, self.batches())
        header = next(column.header for column in self.table.columns if column.field == "date")
        said = export_lines.said([header, *self.table.above, *seen.lines])
        if by.zone is not None and said.zone is None:
            said = export_lines.Said(by.zone, ZoneInfo(by.zone), said.grain, said.incomplete, said.rows)
        numbers = seen.notation() if by.numbers is None else by.numbers
        if by.numbers is not None and not {str(mark) for mark in seen.marks} <= {by.numbers}:
            numbers = (
                None  # the column shows another notation than is said: nothing with two readings is read
            )
        patterns: tuple[str, ...] = (by.pattern,) if by.pattern else (*by.formats, *_slashed(seen.dates))
        if by.granularity != "day":
            patterns = tuple(
                pattern for pattern in patterns if "%H" in pattern or pattern in (by.pattern, *by.formats)
            )
        daily = by.granularity == "day"
        notation = Notation(
            numbers,  # type: ignore[arg-type]
            said.zone if said.zone is not None and not daily else zone,
            by.granularity,
            patterns,
            only_formats=by.pattern is not None and not self._date_cells(),
        )
        midnights = export_days.Midnights()
        if not daily and "hour_of_day" not in self._bound.names.values():
            midnights = export_days.of_times(seen.dates, patterns, zone, _MIDNIGHTS)
        return Shown(notation, not daily, said, seen.rows, midnights)

    def other_zone(self, number: int, shown: Shown) -> Iterator[Found]:
        """The warning that the file names another zone than its description: the file counts."""
        zone, by = shown.said.zone, self.by
        if by.zone is None or zone is None or platform_exports.alike(zone, ZoneInfo(by.zone)):
            return
        message = (
            f"{by.title}: the file says that its times are those of “{shown.said.zone_words}”, and its description "
            f"says {by.zone}. What the file says counts."
        )
        hint = "Correct values.time_zone in the description, if that is right; else export in its zone."
        yield platform_exports.of_table(self.table, number, "zone_differs", message, hint)

    def dated(self, columns: Columns, notation: Notation) -> list[bool]:
        """Which rows of a batch have a date, as far as can be told from it alone."""
        texts = columns.texts("date")
        read = report_hours.hours(
            texts, notation.zone, "finer", notation.formats, only_formats=notation.only_formats
        )
        starts = pc.match_substring_regex(texts, r"^\s*\d").fill_null(False)
        found: list[bool] = pc.or_(read.values.is_valid(), starts).to_pylist()
        return found

    def asides(self, columns: Columns) -> Iterator[tuple[int, Found]]:
        """Rows of the newest batch that are no report rows by the description: what is dropped, and what stands below
        the table's end.
        """
        batch = self._as_written
        assert batch is not None
        numbers = batch.column("row_no").to_pylist()
        ends = self._ends(batch, numbers) if self.by.stop_at and not self._ended else None
        if self._ended or ends is not None:
            first = 0 if self._ended else int(ends or 0)
            for index in range(first, batch.num_rows):
                message = "The table ends above this row, by the export's description: it was passed over."
                yield index, columns.at(index, "date", "note_row", Severity.INFO, message, _AS_SAID)
            self._ended = True
        for drop in self.by.drops:
            field = self._bound.names[normal_header(drop.column)]
            cells = batch.column(field).to_pylist()
            code, what = ("total_row", "a total") if drop.total else ("note_row", "no report row")
            for index, text in enumerate(cells):
                if drop.takes(text):
                    message = f"This row is {what}, by the export's description: it was passed over."
                    yield index, columns.at(index, field, code, Severity.INFO, message, _AS_SAID)

    def _ends(self, batch: pa.RecordBatch, numbers: Sequence[int]) -> int | None:
        """The first row of a batch that ends the table, or that stands below a blank line which does."""
        stops = [stop for stop in self.by.stop_at if stop]
        blank = "" in self.by.stop_at
        firsts = self._first_texts(batch)
        for index, (number, text) in enumerate(zip(numbers, firsts, strict=True)):
            if (blank and number > self._last_row + 1) or any(text.startswith(stop) for stop in stops):
                return index
            self._last_row = number
        return None

    def _first_texts(self, batch: pa.RecordBatch) -> list[str]:
        """What stands in the first filled cell of each row."""
        known = {column.index: batch.column(column.field).to_pylist() for column in self.table.columns}
        unknown = [at for at, header in enumerate(self.table.headers) if header and at not in known]
        parts: list[list[str]] = []
        if OTHERS in batch.schema.names:
            parts = [(text or "").split("\x1f") for text in batch.column(OTHERS).to_pylist()]
        places = sorted([*known, *unknown])
        found = []
        for row in range(batch.num_rows):
            cells = dict(zip(unknown, parts[row], strict=False)) if parts else {}
            texts = ((known[at][row] if at in known else cells.get(at)) or "" for at in places)
            found.append(next((text.strip() for text in texts if text.strip()), ""))
        return found


def summed(rows: Path) -> None:
    """Add up the rows of one hour, site, campaign and deal, by the description's word that they are parts."""
    table = pa.Table.from_batches(list(issue_files.batches(rows)), CANONICAL)
    names = [name for name in CANONICAL.names if name not in (*KEY, *_ADDED)]
    grouped = table.group_by(list(KEY), use_threads=False).aggregate(
        [*((name, "sum") for name in _ADDED), *((name, "max") for name in names)]
    )
    found = {
        **{name: grouped[name] for name in KEY},
        **{name: grouped[f"{name}_sum"] for name in _ADDED},
        **{name: grouped[f"{name}_max"] for name in names},
    }
    arrays = [found[field.name].cast(field.type) for field in CANONICAL]
    with issue_files.writer(rows, CANONICAL) as file:
        file.write_table(pa.table(arrays, schema=CANONICAL), max_chunksize=65_536)


def _slashed(dates: Sequence[str | None]) -> Iterator[str]:
    """How dates with slashes or dots are written, by all of them together; ISO dates are read anyway."""
    return (pattern for pattern in export_forms.date_patterns(dates) if "/" in pattern or "." in pattern)


def _put_together(
    batch: pa.RecordBatch, source: Source, parts: Sequence[str], others: Sequence[str]
) -> tuple[pa.Array, np.ndarray]:
    """A field's texts and kinds, from those of its columns. An error cell in one of them is one of the field."""
    kinds = [batch.column(f"{name}_kind").to_numpy(zero_copy_only=False) for name in (*parts, *others)]
    if len(parts) == 1 and not others and source.extract is None:
        return batch.column(parts[0]), kinds[0]
    columns = [batch.column(name).to_pylist() for name in (*parts, *others)]
    rows = list(zip(*columns, strict=True))
    memory: dict[tuple[str | None, ...], str | None] = {}
    texts: list[str | None] = []
    for row in rows:
        if row not in memory:
            memory[row] = source.value(row[: len(parts)], row[len(parts) :])
        texts.append(memory[row])
    found = np.array([CellKind.BLANK if text is None else CellKind.TEXT for text in texts], np.int8)
    if source.extract is None and len(parts) == 1:
        for column, kind in zip(reversed(columns), reversed(kinds), strict=True):
            same = np.array(
                [text is not None and text == one for text, one in zip(texts, column, strict=True)]
            )
            found = np.where(same, kind, found).astype(np.int8)
    for column, kind in zip(columns, kinds, strict=True):
        for index in np.flatnonzero(kind >= CellKind.ERROR).tolist():
            texts[index], found[index] = column[index], kind[index]
    return pa.array(texts, pa.string()), found


def _full(texts: pa.Array, kinds: np.ndarray) -> pa.Array:
    """Date cells with the midnight that they do not show."""
    bare = pc.and_(pa.array(kinds == CellKind.DATE), pc.invert(pc.match_substring(texts, "T"))).fill_null(
        False
    )
    return pc.if_else(bare, pc.binary_join_element_wise(texts, "T00:00:00", ""), texts)
