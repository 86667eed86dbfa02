"""The columns of a described list, read to the very values that the present list gives.

Belongs here: what a description means for cells: ids as text, dates in two columns, currencies, kinds, states, fixed
values. Does not belong here: the seven columns themselves (`line_columns.py`), recognising headers (`layout.py`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import tzinfo
from functools import cached_property
from uuid import UUID, uuid5

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from campfill_pipeline.domain.cells import CellKind, is_blank, shown, spoiled
from campfill_pipeline.domain.column_reading import (
    Cells,
    ColumnReader,
    Positions,
    ReadColumn,
    Readers,
    cells_of,
)
from campfill_pipeline.domain.columns import LIST_FIELDS
from campfill_pipeline.domain.flights import DateReading, both
from campfill_pipeline.domain.issues import Finding, Severity
from campfill_pipeline.domain.line_columns import FLIGHT, readers
from campfill_pipeline.domain.list_descriptions import EXTRA_FIELDS, Days, Ids, KindBy, ListDescription, word
from campfill_pipeline.domain.names import clean, read_id
from campfill_pipeline.domain.numbers import Notation
from campfill_pipeline.language import currencies

LONGEST_ID = 200
FIELDS: tuple[str, ...] = (*LIST_FIELDS, "beyond", *EXTRA_FIELDS)
"""All fields that a finding can be at, by number."""

_WHOLE_NUMBER = re.compile(r"[0-9]{1,15}(?:\.0+)?")
_SPOILED_NUMBER = re.compile(r"[0-9]+(?:[.,][0-9]+[eE]\+?|[eE]\+)[0-9]+|[0-9]+\.0+")


def _error(code: str, message: str, hint: str) -> Finding:
    return Finding(code, Severity.ERROR, message, hint)


@dataclass(frozen=True)
class DescribedRows:
    """A batch read by a description: the seven columns, with the field number of each finding in `places`.

    `more` are findings in columns of their own, by field number; `kind` is None where the buyer tells it.
    """

    columns: Mapping[str, ReadColumn]
    places: Mapping[str, Positions]
    more: tuple[tuple[int, ReadColumn], ...]
    external_id: pa.Array
    kind: pa.Array | None
    cancelled: pa.Array


@dataclass(frozen=True)
class Described:
    """A description at work in one home, in its zone."""

    description: ListDescription
    zone: tzinfo

    def readers(self, notations: Mapping[str, Notation | None]) -> Readers:
        """A reader for each of the seven fields, by the description."""
        found = dict(readers(notations))
        if self.description.ids is Ids.TEXT:
            found["id"] = ColumnReader(pa.string(), (), self._text_id)
        found["runtime"] = ColumnReader(FLIGHT, (), self._flight)
        return found

    def id(self, text: str | None, kind: int) -> str | None:
        """The canonical id of a cell, or None where it cannot be read."""
        if self.description.ids is Ids.TEXT:
            return self._text_id(text, kind)[0]
        return read_id(text, kind).value

    @cached_property
    def _dates(self) -> DateReading:
        zone = None if self.description.days is Days.WRITTEN else self.zone
        return DateReading(self.description.dates, zone)

    def cells(self, batch: pa.RecordBatch, field: str) -> Cells:
        """The cells of a field: of its column, or what the description gives where none says it."""
        fixed = self.description.fixed.get(field)
        if fixed is None:
            return cells_of(batch, field)
        count = batch.num_rows
        if field not in batch.schema.names:
            return Cells(
                pa.repeat(pa.scalar(fixed, pa.string()), count), np.full(count, CellKind.TEXT, np.int8)
            )
        told = cells_of(batch, field)
        blank = told.kind == CellKind.BLANK
        return Cells(
            pc.if_else(pa.array(blank), pa.scalar(fixed, pa.string()), told.text),
            np.where(blank, CellKind.TEXT, told.kind).astype(np.int8),
        )

    def rows(self, batch: pa.RecordBatch, columns: Mapping[str, ReadColumn]) -> DescribedRows:
        """What the description makes of a batch whose seven columns are read."""
        description, read = self.description, dict(columns)
        places: dict[str, Positions] = {}
        if "start_date" in description.columns:
            read["runtime"], places["runtime"] = self._two_dates(batch)
        more = []
        kinds: pa.Array | None = None
        cancelled = pa.repeat(pa.scalar(False), batch.num_rows)
        if "currency" in description.columns and "currency" in batch.schema.names:
            more.append((FIELDS.index("currency"), self._read(batch, "currency", self._money)))
        elif description.currency != currencies.counted_in():
            more.append((FIELDS.index("cpm_eur"), self._foreign(batch.num_rows)))
        if "price_type" in description.columns and "price_type" in batch.schema.names:
            more.append((FIELDS.index("price_type"), self._read(batch, "price_type", self._price_type)))
        if "goal_type" in description.columns and "goal_type" in batch.schema.names:
            more.append((FIELDS.index("goal_type"), self._read(batch, "goal_type", self._goal_type)))
        if description.kind is KindBy.COLUMN:
            column = self._read(batch, "line_kind", self._kind)
            more.append((FIELDS.index("line_kind"), column))
            kinds = column.values
        elif description.kind is not KindBy.BUYER:
            kinds = pa.repeat(pa.scalar(str(description.kind), pa.string()), batch.num_rows)
        if "status" in description.columns:
            column = self._read(batch, "status", self._status)
            more.append((FIELDS.index("status"), column))
            cancelled = pc.equal(column.values, "cancelled").fill_null(False)
        external = pa.nulls(batch.num_rows, pa.string())
        if description.ids is Ids.TEXT:
            external = ColumnReader(pa.string(), (), _external_id).read(cells_of(batch, "id")).values
        return DescribedRows(read, places, tuple(more), external, kinds, cancelled)

    def _read(
        self,
        batch: pa.RecordBatch,
        field: str,
        read_one: Callable[[str | None, int], tuple[str | None, Finding | None]],
    ) -> ReadColumn:
        return ColumnReader(pa.string(), (), read_one).read(cells_of(batch, field))

    def _two_dates(self, batch: pa.RecordBatch) -> tuple[ReadColumn, Positions]:
        """The flights of two columns, and at which of the two each finding stands. Each pair is read once."""
        starts, ends = cells_of(batch, "start_date"), cells_of(batch, "end_date")
        memory: dict[tuple[str | None, int, str | None, int], tuple[object, tuple[str, Finding] | None]] = {}
        values: list[object] = []
        at: list[int] = []
        which: list[int] = []
        places: list[int] = []
        findings: list[Finding] = []
        for row, key in enumerate(
            zip(
                starts.text.to_pylist(),
                starts.kind.tolist(),
                ends.text.to_pylist(),
                ends.kind.tolist(),
                strict=True,
            )
        ):
            if key not in memory:
                memory[key] = self._pair(*key)
            value, fault = memory[key]
            values.append(value)
            if fault is not None:
                at.append(row)
                which.append(len(findings))
                places.append(FIELDS.index(fault[0]))
                findings.append(fault[1])
        column = ReadColumn(
            pa.array(values, FLIGHT), np.array(at, np.int64), np.array(which, np.int64), tuple(findings)
        )
        return column, np.array(places, np.int64)

    def _pair(
        self, start_text: str | None, start_kind: int, end_text: str | None, end_kind: int
    ) -> tuple[object, tuple[str, Finding] | None]:
        start, end = self._dates.start(start_text, start_kind), self._dates.end(end_text, end_kind)
        if start.finding:
            return None, ("start_date", start.finding)
        if end.finding:
            return None, ("end_date", end.finding)
        if start.day is None and not start.asap and end.day is None:
            return None, None
        for field, blank in (
            ("start_date", start.day is None and not start.asap),
            ("end_date", end.day is None),
        ):
            if blank:
                return None, (field, missing(self.description.header(field)))
        read = both(start, end)
        if read.flight is None:
            assert read.finding is not None
            return None, ("end_date", read.finding)
        flight = read.flight
        found = None if read.finding is None else ("end_date", read.finding)
        return {"runtime": flight.runtime, "start_date": flight.start, "end_date": flight.end}, found

    def _flight(self, text: str | None, kind: int) -> tuple[object, Finding | None]:
        read = self._dates.flight(text, kind)
        if read.flight is None:
            return None, read.finding
        flight = read.flight
        return {"runtime": flight.runtime, "start_date": flight.start, "end_date": flight.end}, read.finding

    def _text_id(self, text: str | None, kind: int) -> tuple[str | None, Finding | None]:
        external, finding = _external_id(text, kind)
        return (None if external is None else str(line_id(self.description.namespace, external))), finding

    def _money(self, text: str | None, kind: int) -> tuple[str | None, Finding | None]:
        """The currency of a row: the home's, or an error. A blank means what the description says of all."""
        if finding := spoiled(text, kind):
            return None, finding
        if text is None or is_blank(text):
            if not self.description.currency:
                return None, missing(self.description.header("currency"))
            text = self.description.currency
        if currencies.meant(shown(text)) == currencies.counted_in():
            return currencies.counted_in(), None
        return None, other_currency(shown(text))

    def _foreign(self, count: int) -> ReadColumn:
        """Every row's money is in another currency."""
        rows = np.arange(count)
        finding = other_currency(str(self.description.currency))
        return ReadColumn(pa.nulls(count, pa.string()), rows, np.zeros(count, np.int64), (finding,))

    def _price_type(self, text: str | None, kind: int) -> tuple[str | None, Finding | None]:
        if finding := spoiled(text, kind):
            return None, finding
        if text is None or is_blank(text):
            return None, missing(self.description.header("price_type"))
        if word(shown(text)) in self.description.price_types:
            return text, None
        return None, _error(
            "other_price_type",
            f"The price is by “{_short(text)}”: it cannot be read as a price for 1,000 impressions.",
            "Only lines sold by the thousand can be judged here; leave the others out, or list their CPM.",
        )

    def _goal_type(self, text: str | None, kind: int) -> tuple[str | None, Finding | None]:
        if finding := spoiled(text, kind):
            return None, finding
        if text is None or is_blank(text):
            return None, missing(self.description.header("goal_type"))
        if word(shown(text)) in self.description.goal_types:
            return text, None
        return None, _error(
            "other_goal_type",
            f"The goal is one of “{_short(text)}”: it cannot be read as impressions of the whole flight.",
            "Leave the line out, or list how many impressions it must have.",
        )

    def _kind(self, text: str | None, kind: int) -> tuple[str | None, Finding | None]:
        if finding := spoiled(text, kind):
            return None, finding
        if text is None or is_blank(text):
            return None, missing(self.description.header("line_kind"))
        found = self.description.kinds.get(word(shown(text)))
        if found is not None:
            return found, None
        return None, _error(
            "unknown_kind",
            f"“{_short(text)}” says neither campaign nor deal by the description of this list.",
            "Correct the cell, or add the word below [kind.words] in the description.",
        )

    def _status(self, text: str | None, kind: int) -> tuple[str | None, Finding | None]:
        if finding := spoiled(text, kind):
            return None, finding
        cancelled = text is not None and word(shown(text)) in self.description.cancelled
        return ("cancelled" if cancelled else None), None


def missing(header: str) -> Finding:
    """The error that a required cell of a described list is blank."""
    return _error("missing_value", f"The cell is blank, and {header} is required.", "Fill in the cell.")


def other_currency(given: str) -> Finding:
    """The error that money is not in the home's currency."""
    home = currencies.counted_in()
    return _error(
        "other_currency",
        f"The money of this row is in {_short(given)}, and this home counts in {home}.",
        f"Convert it to {home}: one home counts in one currency. A home of its own can count in {_short(given)}"
        " (CAMPFILL_CURRENCY).",
    )


def line_id(namespace: UUID, external: str) -> UUID:
    """The id of a line that its list names by a text: always the same for the same text and namespace."""
    return uuid5(namespace, external)


def _external_id(text: str | None, kind: int) -> tuple[str | None, Finding | None]:
    """A text id in its canonical form. A number that lost its digits on the way is an error, never another line."""
    if finding := spoiled(text, kind):
        return None, finding
    if text is None or is_blank(text):
        return None, None
    value = clean(shown(text))
    if kind == CellKind.NUMBER and _WHOLE_NUMBER.fullmatch(value):
        return value.partition(".")[0], None
    if kind in (CellKind.BOOLEAN, CellKind.DATE, CellKind.NUMBER) or _SPOILED_NUMBER.fullmatch(value):
        return None, _error(
            "spoiled_id",
            f"“{_short(value)}” is not the ID itself: a spreadsheet or an export made another value of it.",
            "Export the column as text, or format it as text before the IDs are pasted.",
        )
    if len(value) > LONGEST_ID:
        return None, _error(
            "too_long",
            f"The ID has {len(value):,} characters; at most {LONGEST_ID} are kept.",
            "Check the cell.",
        )
    return value, None


def _short(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= 60 else f"{plain[:59]}…"


def readers_of(by: Described | None, notations: Mapping[str, Notation | None]) -> Readers:
    """A reader for each of the seven fields, by a description or as the present list has them."""
    return readers(notations) if by is None else by.readers(notations)
