"""The sheet `Care` of the workbook: its columns, and what a row of it says once a person has filled it in.

Belongs here: headers, reading the cells of a row. Does not belong here: finding the sheet (`intake/care_sheet`),
keeping what it says (`warehouse/notices/care_sheets`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from uuid import UUID

from campfill_pipeline.domain.cells import CellKind
from campfill_pipeline.domain.errors import CareError
from campfill_pipeline.domain.numbers import GOAL, read_number
from campfill_pipeline.language.speaking import in_each_language

SHEET = "Care"
HEADERS = {
    "line_id": "ID",
    "owner": "Owner",
    "note": "Note",
    "until": "Acknowledged until",
    "impressions": "Make-good impressions",
    "first": "Make-good from",
    "last": "Make-good to",
    "by_line": "Make-good by line (ID)",
    "as_of": "As it stood (leave as it is)",
}
"""Field → header of the columns that are read back, in English; others beside them are for the reader."""


@cache
def fields_by_header() -> dict[str, str]:
    """Header → field, in every language: a German sheet comes back to a house that speaks English since."""
    return {
        told.casefold(): field
        for field, header in HEADERS.items()
        for told in in_each_language(header).values()
    }


_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T ].*)?")
_GERMAN = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
_SERIAL = re.compile(r"(\d{5})(?:\.0+)?")
_EPOCH = date(1899, 12, 30)


@dataclass(frozen=True)
class RowSaid:
    """What a row says: how the line shall stand, and the make-good, where one is agreed."""

    line_id: UUID
    owner: str
    note: str
    until: date | None
    impressions: int | None
    first: date | None
    last: date | None
    by_line: UUID | None
    as_of: str


def read_row(texts: Mapping[str, str], cells: Mapping[str, str]) -> RowSaid:
    """The row's cells by field, as text; `cells` are their places. Raises CareError that names the cell."""
    line_id = _uuid(texts.get("line_id", ""), cells["line_id"])
    if line_id is None:
        raise CareError(f"Cell {cells['line_id']} is blank.", "Put the line's ID back, or delete the row.")
    impressions = _whole(texts.get("impressions", ""), cells["impressions"])
    first = _day(texts.get("first", ""), cells["first"])
    last = _day(texts.get("last", ""), cells["last"])
    by_line = _uuid(texts.get("by_line", ""), cells["by_line"])
    if impressions is None and (first or last or by_line):
        raise CareError(f"Cell {cells['impressions']} is blank.", "Write the impressions that were agreed.")
    if impressions is not None and (first is None or last is None):
        missing = cells["first"] if first is None else cells["last"]
        raise CareError(f"Cell {missing} is blank.", "A make-good has a first and a last day.")
    return RowSaid(
        line_id, _words(texts.get("owner", "")), _words(texts.get("note", "")),
        _day(texts.get("until", ""), cells["until"]), impressions, first, last, by_line, texts.get("as_of", "").strip(),
    )  # fmt: skip


def _words(text: str) -> str:
    return " ".join(text.split())


def _uuid(text: str, cell: str) -> UUID | None:
    if not text.strip():
        return None
    try:
        return UUID(text.strip().strip("{}"))
    except ValueError:
        raise CareError(
            f"“{text.strip()[:60]}” in cell {cell} is no line's ID.", "Copy it from the sheet Lines."
        ) from None


def _day(text: str, cell: str) -> date | None:
    text = text.strip()
    if not text:
        return None
    try:
        if found := _ISO.fullmatch(text):
            return date(int(found[1]), int(found[2]), int(found[3]))
        if found := _GERMAN.fullmatch(text):
            return date(int(found[3]), int(found[2]), int(found[1]))
        if found := _SERIAL.fullmatch(text):
            return _EPOCH + timedelta(days=int(found[1]))
    except ValueError:
        pass
    raise CareError(f"“{text[:60]}” in cell {cell} is no day.", "Write it like 31.12.2026.")


def _whole(text: str, cell: str) -> int | None:
    if not text.strip():
        return None
    read = read_number(text.strip(), CellKind.TEXT, GOAL, None)
    if read.value is None:
        raise CareError(
            f"“{text.strip()[:60]}” in cell {cell} is no number of impressions.", "Write it like 148625."
        )
    return int(read.value)
