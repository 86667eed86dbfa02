"""What the codes and statuses mean, in the words of a receipt.

Belongs here: wording for people who never saw the code. Does not belong here: the message of a single issue (domain).
"""

from __future__ import annotations

from typing import Any

from campfill_pipeline.domain.uploads import UploadStatus

FIELD_WORDS = {
    "name": "Name",
    "runtime": "Flight",
    "impression_goal": "Goal",
    "budget_eur": "Budget",
    "cpm_eur": "CPM",
    "id": "ID",
    "buyer": "Bought by",
    "buyer_name": "Bought by",
    "kind": "Kind",
    "kind_listed": "Kind",
}
"""Fields as a receipt names them; none is a header of the list, so that no sheet but the mended one looks like one."""

SEVERITY_WORDS = {"error": "To mend", "warning": "Please check", "info": "For information"}


def headline(status: str, counts: Any, message: str) -> str:
    """One sentence that says what became of the file."""
    read, accepted, rejected = (counts.rows_read or 0, counts.rows_accepted or 0, counts.rows_rejected or 0)
    match status:
        case UploadStatus.LOADED:
            return f"Everything is loaded: {rows(accepted)}."
        case UploadStatus.PARTLY_LOADED:
            return f"{accepted:,} of {rows(read)} are loaded; {rows(rejected)} must be mended."
        case UploadStatus.DUPLICATE:
            return "Nothing to do: this very file is loaded already."
        case UploadStatus.REJECTED:
            return f"Nothing was loaded. {message}".strip()
    return f"Not decided yet ({status})."


def rows(count: int) -> str:
    """`1 row`, `7,057 rows`."""
    return f"{count:,} row" if count == 1 else f"{count:,} rows"


def next_steps(status: str, rejected: int, has_sheet: bool, warnings: int, hint: str) -> list[str]:
    """What the reader does next, step by step."""
    if status == UploadStatus.DUPLICATE:
        return ["Nothing. What was found in this file is told in the receipt of its first arrival."]
    steps = []
    if has_sheet:
        steps += [
            "Open the sheet “Rows to mend”. It holds only the rows that were not loaded, in your own columns.",
            "Mend the orange cells right there. Point at a cell to read what is wrong and how to mend it.",
            "Save this workbook and drop it into the inbox again: the mended rows load, all else stays as it is.",
        ]
    elif status == UploadStatus.REJECTED:
        steps.append(hint or "Mend the file and drop it again.")
    elif rejected:
        steps.append(hint or "Mend the rows in your file and drop it again.")
    if warnings:
        steps.append(
            "Look through the sheet “Issues” for “Please check”: those rows are loaded as they stand."
        )
    return steps or ["Nothing. You may delete this receipt; it stays on record in campfill."]
