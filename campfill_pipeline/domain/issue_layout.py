"""Issues of an upload as both readers of files write them, lists and exports: columns, addresses, hidden sheets.

Belongs here: what both share. Does not belong here: what is wrong with a cell, and files.
"""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from campfill_pipeline.domain.issues import Issue, Severity

ISSUES = pa.schema(
    [
        ("issue_no", pa.int32()),
        ("sheet", pa.string()),
        ("cell", pa.string()),
        ("row_no", pa.int32()),
        ("column_name", pa.string()),
        ("value", pa.string()),
        ("code", pa.string()),
        ("severity", pa.string()),
        ("message", pa.string()),
        ("hint", pa.string()),
    ]
)
"""`issue_no` counts from 1 in the order of sheet, row, column. `column_name` is the header as found."""

LONGEST_VALUE = 2_000
"""Characters of a value as found that are kept."""


def hidden_sheet_issues(sheets: Sequence[str]) -> list[Issue]:
    """One info for every hidden sheet: it was not read."""
    return [
        Issue(
            sheet,
            None,
            None,
            None,
            None,
            "hidden_sheet",
            Severity.INFO,
            f"The sheet “{sheet}” is hidden and was not read.",
            "If its rows are meant to be loaded, unhide the sheet, save and drop the file again.",
        )
        for sheet in sheets
    ]
