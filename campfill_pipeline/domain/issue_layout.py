"""Issues of an upload as both readers of files write them, lists and exports: columns, addresses, sheets not read.

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


def sheet_issues(hidden: Sequence[str], unread: Sequence[str]) -> list[Issue]:
    """One warning for every visible sheet with IDs that was not read, one info for every hidden sheet."""
    return [
        _of_a_sheet(
            sheet,
            "sheet_not_read",
            Severity.WARNING,
            f"The sheet “{sheet}” holds IDs, but not the header with all columns that are needed: it was not read.",
            "If its rows are meant to be loaded, give it the same header as the others, and drop the file again.",
        )
        for sheet in unread
    ] + [
        _of_a_sheet(
            sheet,
            "hidden_sheet",
            Severity.INFO,
            f"The sheet “{sheet}” is hidden and was not read.",
            "If its rows are meant to be loaded, unhide the sheet, save and drop the file again.",
        )
        for sheet in hidden
    ]


def _of_a_sheet(sheet: str, code: str, severity: Severity, message: str, hint: str) -> Issue:
    return Issue(sheet, None, None, None, None, code, severity, message, hint)
