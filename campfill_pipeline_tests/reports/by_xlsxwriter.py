"""The same workbook with every cell written by XlsxWriter: what the rows that campfill writes itself are compared with.

Belongs here: that workbook. Does not belong here: the comparison (`test_workbook_lists`, `bench.report`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from io import BytesIO
from pathlib import Path

from campfill_pipeline.reports import workbook
from campfill_pipeline.reports.workbook_lists import Listed
from campfill_pipeline.reports.workbook_tables import write_table
from campfill_pipeline.warehouse.readers.page.rows import PageData


def render(
    data: PageData, target: Path | BytesIO, made_at: datetime, lists: Sequence[Listed] | None = None
) -> None:
    """Write the workbook of `data` to `target`, with these lists or its own."""
    book, formats = workbook.begin(target, data, made_at)
    for one in workbook.lists(data) if lists is None else lists:
        rows = map(one.values, one.items)
        write_table(book.add_worksheet(one.name), formats, one.columns, rows, freeze=True)
    book.close()
