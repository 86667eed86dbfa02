"""A CPM a thousand times its neighbours: most likely a decimal mark was taken for a thousands mark on its way here.

Belongs here: comparing the CPMs of a whole upload. Does not belong here: budgets that do not fit (`domain/lines.py`),
reading numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from campfill_pipeline.domain.cells import column_letters
from campfill_pipeline.domain.issues import Issue, Severity
from campfill_pipeline.domain.lines import LINES
from campfill_pipeline.intake.findings import TableFound
from campfill_pipeline.intake.judge import issue_files
from campfill_pipeline.language.currencies import sign

TIMES = 500
"""A CPM of at least so many times the usual one is warned of: real ones differ less, a lost mark makes it 1,000."""

_LEAST_LINES = 3


def outlying_cpms(lines: Path, tables: Sequence[TableFound]) -> dict[int, list[tuple[Issue, int]]]:
    """Warnings with their column's position, by the number of the batch of accepted lines they belong to.

    The usual CPM is the median of those above 0. Fewer than three lines show none.
    """
    prices = [
        batch.column("cpm_eur").cast("double").to_numpy(zero_copy_only=False)
        for batch in issue_files.batches(lines, [LINES.get_field_index("cpm_eur")])
    ]
    together = np.concatenate(prices) if prices else np.empty(0)
    above = together[together > 0]
    if len(above) < _LEAST_LINES:
        return {}
    usual = float(np.median(above))
    if not (together >= TIMES * usual).any():
        return {}
    found: dict[int, list[tuple[Issue, int]]] = {}
    for number, batch in enumerate(issue_files.batches(lines)):
        for position in np.flatnonzero(prices[number] >= TIMES * usual).tolist():
            sheet, row = batch.column("sheet")[position].as_py(), batch.column("row_no")[position].as_py()
            cpm = batch.column("cpm_eur")[position].as_py()
            for table in tables:
                if table.sheet == sheet and table.header_row < row <= table.last_row:
                    found.setdefault(number, []).append(_warning(table, row, f"{cpm:f}", usual))
    return found


def _warning(table: TableFound, row: int, cpm: str, usual: float) -> tuple[Issue, int]:
    column = next(column for column in table.columns if column.field == "cpm_eur")
    return Issue(
        table.sheet,
        f"{column_letters(column.index)}{row}",
        row,
        column.header,
        cpm,
        "cpm_outlier",
        Severity.WARNING,
        f"The CPM {cpm} {sign()} is more than {TIMES} times the usual one of this file, {usual:,.2f} {sign()}.",
        "Check its decimal mark. It is no reason to reject the line.",
    ), column.index
