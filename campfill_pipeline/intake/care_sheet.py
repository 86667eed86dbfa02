"""The sheet `Care` of the workbook, dropped back: its rows as text, with the places of their cells.

Belongs here: finding header and rows. Does not belong here: what the cells mean (`domain/care_rows`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from campfill_pipeline.domain.care_rows import HEADERS, fields_by_header
from campfill_pipeline.domain.cells import column_letters
from campfill_pipeline.intake.findings import CareRow


def header_of(rows: Iterable[tuple[int, Mapping[int, str]]]) -> tuple[int, dict[str, int]] | None:
    """The row of the header, and where each field stands in it; None where the sheet has no such header."""
    fields = fields_by_header()
    for number, texts in rows:
        places = {
            fields[name]: index
            for index, text in texts.items()
            if (name := " ".join(text.split()).casefold()) in fields
        }
        if len(places) == len(HEADERS):
            return number, places
    return None


def read_rows(
    rows: Iterable[tuple[int, Mapping[int, str]]], header: int, places: Mapping[str, int]
) -> tuple[CareRow, ...]:
    """The rows below the header; blank ones are passed over."""
    return tuple(
        CareRow(
            {field: texts.get(index, "") for field, index in places.items()},
            {field: f"{column_letters(index)}{number}" for field, index in places.items()},
        )
        for number, texts in rows
        if number > header and any(texts.get(index, "").strip() for index in places.values())
    )
