"""Small campaign lists for tests: a workbook from a few words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from uuid import UUID

from openpyxl import Workbook

HEADERS = (
    "Deal/Campaign name",
    "Runtime",
    "Impression goal",
    "Budget €",
    "CPM €",
    "Deal/Campaign ID",
    "Buyer",
)
Row = Sequence[object]


def line_id(number: int) -> str:
    """The id of the line with this number."""
    return str(UUID(int=number))


def row(
    number: int,
    *,
    name: str | None = None,
    goal: object = 1000,
    runtime: object = "01.08.2025-31.08.2025",
    cpm: object = 10,
    budget: object = None,
    buyer: object = "Not set",
    id: object = None,
) -> Row:
    """One row of the list; `number` makes its id and name."""
    return (name or f"Line {number}", runtime, goal, budget, cpm, id or line_id(number), buyer)  # fmt: skip


def write_list(path: Path, rows: Iterable[Row], headers: Sequence[str] = HEADERS) -> Path:
    """A workbook with the sheet `Campaign list`."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Campaign list"
    sheet.append(list(headers))
    for values in rows:
        sheet.append(list(values))
    book.save(path)
    return path
