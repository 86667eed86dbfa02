"""From an unknown file to a proposal: which of its rows is the header, and what its columns may be.

Belongs here: looking at the first rows of workbooks, texts and documents. Does not belong here: judging columns
(`domain/proposals.py`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path

from campfill_pipeline.domain.proposals import Proposal, Sampled, propose, score
from campfill_pipeline.domain.report_values import spreadsheet_number
from campfill_pipeline.intake.findings import CellKind, ParseLimits, RawCell, UnreadableError
from campfill_pipeline.intake.text.delimited import first_rows
from campfill_pipeline.intake.text.documents import is_document, objects
from campfill_pipeline.intake.xlsx.container import identify
from campfill_pipeline.intake.xlsx.workbook import Workbook
from campfill_pipeline.language.speaking import say

LOOKED_AT = 60
"""Rows that are looked at for the header and the first values."""
_LEAST = 3
"""A header names so many fields at least; else there is nothing to propose."""

Rows = Sequence[tuple[int, Mapping[int, RawCell]]]

Place = Callable[[int], str]
"""Says where the row of this number stands, as a message: it is kept in English and told again."""


def propose_for(path: Path, file_name: str, limits: ParseLimits) -> Proposal | None:
    """A proposal for a file that no description reads; None where no row looks like a header."""
    best: tuple[int, Place, int, Rows] | None = None
    try:
        for place, rows in _tables(path, limits):
            for at, (_, cells) in enumerate(rows[:50]):
                fields = score(cell.text for cell in cells.values())
                if fields >= _LEAST and (best is None or fields > best[0]) and at + 1 < len(rows):
                    best = fields, place, at, rows
    except UnreadableError:
        return None
    if best is None:
        return None
    _, place, at, rows = best
    number, header = rows[at]
    columns = [
        Sampled(
            cell.text,
            tuple((_shown(row[index]), int(row[index].kind)) for _, row in rows[at + 1 :] if index in row),
        )
        for index, cell in sorted(header.items())
        if cell.text.strip()
    ]
    return propose(place(number), _name(file_name), columns)


def _shown(cell: RawCell) -> str:
    """A cell's text; of a number with decimals without the noise beyond 15 digits (7.59000000000000000014)."""
    if cell.kind == CellKind.NUMBER and "." in cell.text:
        return str(spreadsheet_number(cell.text))
    return cell.text


def _tables(path: Path, limits: ParseLimits) -> Iterable[tuple[Place, Rows]]:
    if identify(path, limits) == "zip":
        workbook = Workbook(path, limits)
        try:
            for sheet in workbook.package.sheets:
                if not sheet.hidden:
                    yield partial(_in_sheet, sheet.name), workbook.first_cells(sheet, LOOKED_AT)
        finally:
            workbook.close()
    elif is_document(path):
        for name, rows in objects(path, LOOKED_AT):
            yield partial(_in_document, name), _numbered(rows)
    else:
        for records in first_rows(path, LOOKED_AT):
            yield _in_text, [(number, _texts(record)) for number, record in records]


def _in_sheet(sheet: str, row: int) -> str:
    return say("sheet “{sheet}”, row {row}", sheet=sheet, row=row)


def _in_text(row: int) -> str:
    return say("row {row}", row=row)


def _in_document(name: str | None, row: int) -> str:
    """Headers are the keys of objects there, which stand in no row."""
    return say("the list “{name}” of the document", name=name) if name else say("the document")


def _texts(record: Sequence[str]) -> dict[int, RawCell]:
    return {at: RawCell(text, CellKind.TEXT) for at, text in enumerate(record) if text.strip()}


def _numbered(rows: Sequence[Sequence[RawCell]]) -> Rows:
    return [
        (number, {at: cell for at, cell in enumerate(row) if cell.text})
        for number, row in enumerate(rows, start=1)
    ]


def _name(file_name: str) -> str:
    plain = unicodedata.normalize("NFKD", Path(file_name).stem).encode("ascii", "ignore").decode().lower()
    words = [word for word in re.split(r"[^a-z]+", plain) if len(word) > 1]
    return "_".join(words)[:40].strip("_") or "our_list"
