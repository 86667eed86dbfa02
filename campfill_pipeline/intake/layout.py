"""Where in a sheet the table stands: its header row and its columns.

Belongs here: recognising a header among title rows, blank rows and odd columns. Does not belong here: which
spellings mean which column (`domain/columns.py`), and reading the sheet.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from campfill_pipeline.domain.columns import EXPORT_COLUMNS, LIST_COLUMNS, Column, export_column, list_column
from campfill_pipeline.domain.uploads import UploadKind
from campfill_pipeline.intake.findings import ColumnFound

HEADER_WITHIN = 50
"""The header is looked for in this many first rows."""


@dataclass(frozen=True)
class Layout:
    """A header that was found. `missing` names required columns it lacks, `repeated` those it has twice."""

    kind: str
    row: int
    columns: tuple[ColumnFound, ...]
    headers: tuple[str, ...]
    missing: tuple[str, ...]
    repeated: tuple[str, ...]

    @property
    def complete(self) -> bool:
        """Whether the table can be read."""
        return not self.missing and not self.repeated


def find_layout(rows: Iterable[tuple[int, Mapping[int, str]]]) -> Layout | None:
    """The table's layout, from the first rows as (row number, {column from 0: text}).

    The first complete header wins; else the row that comes nearest to one; None where no row has half
    of the required columns of a campaign list or of an export.
    """
    nearest: Layout | None = None
    for number, texts in rows:
        if number > HEADER_WITHIN:
            break
        for kind, columns, recognise in (
            (UploadKind.CAMPAIGN_LIST, LIST_COLUMNS, list_column),
            (UploadKind.REPORT_CSV, EXPORT_COLUMNS, export_column),
        ):
            layout = _layout(kind, columns, recognise, number, texts)
            if layout is None:
                continue
            if layout.complete:
                return layout
            if nearest is None or len(layout.missing) < len(nearest.missing):
                nearest = layout
    return nearest


def _layout(
    kind: str,
    columns: tuple[Column, ...],
    recognise: Callable[[str], Column | None],
    number: int,
    texts: Mapping[int, str],
) -> Layout | None:
    places: dict[str, list[int]] = {}
    for index, text in texts.items():
        if len(text) <= 200 and (column := recognise(text)) is not None:
            places.setdefault(column.field, []).append(index)
    required = [column for column in columns if column.required]
    missing = tuple(column.header for column in required if column.field not in places)
    if len(missing) * 2 > len(required):
        return None
    headers = {column.field: column.header for column in columns}
    chosen, repeated = [], []
    for field, indexes in places.items():
        if len(indexes) > 1:
            # Two columns that mean the same: the one spelled like the real export, else nobody can know.
            exact = [index for index in indexes if texts[index].strip() == headers[field]]
            if len(exact) != 1:
                repeated.append(headers[field])
            indexes = exact or indexes
        chosen.append(ColumnFound(field, indexes[0], texts[indexes[0]]))
    chosen.sort(key=lambda column: column.index)
    width = max(texts) + 1
    return Layout(
        kind=kind,
        row=number,
        columns=tuple(chosen),
        headers=tuple(texts.get(index, "") for index in range(width)),
        missing=missing,
        repeated=tuple(repeated),
    )
