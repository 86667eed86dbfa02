"""What the codes and statuses mean, in the words of a receipt.

Belongs here: wording for people who never saw the code. Does not belong here: the message of a single issue (domain).
"""

from __future__ import annotations

from typing import Any

from campfill_pipeline.domain import issue_codes
from campfill_pipeline.domain.issue_codes import NO_MEND
from campfill_pipeline.domain.issues import Issue
from campfill_pipeline.domain.uploads import UploadKind, UploadStatus
from campfill_pipeline.language import notation, of_cells
from campfill_pipeline.language.currencies import in_home
from campfill_pipeline.language.retelling import retold
from campfill_pipeline.language.speaking import Language, say, say_many, spoken, word

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
            return say("Everything is loaded: {rows}.", rows=rows(accepted))
        case UploadStatus.PARTLY_LOADED:
            told = {"accepted": notation.number(accepted), "rows": rows(read), "rejected": rows(rejected)}
            return say("{accepted} of {rows} are loaded; {rejected} must be mended.", **told)
        case UploadStatus.DUPLICATE:
            return say("Nothing to do: this very file is loaded already.")
        case UploadStatus.REJECTED:
            return say("Nothing was loaded. {why}", why=message).strip()
    return say("Not decided yet ({status}).", status=status)


def rows(count: int) -> str:
    """`1 row`, `7,057 rows`."""
    return say_many("{count} row", "{count} rows", count, count=notation.number(count))


def next_steps(status: str, rejected: int, has_sheet: bool, warnings: int, hint: str) -> list[str]:
    """What the reader does next, step by step."""
    if status == UploadStatus.DUPLICATE:
        return [say("Nothing. What was found in this file is told in the receipt of its first arrival.")]
    steps = []
    if has_sheet:
        steps += [
            say(
                "Open the sheet “Rows to mend”. It holds only the rows that were not loaded, in your own columns."
            ),
            say(
                "Mend the orange cells right there. Point at a cell to read what is wrong and how to mend it."
            ),
            say(
                "Save this workbook and drop it into the inbox again: the mended rows load, all else stays as it is."
            ),
        ]
    elif status == UploadStatus.REJECTED:
        steps.append(hint or say("Mend the file and drop it again."))
    elif rejected:
        steps.append(hint or say("Mend the rows in your file and drop it again."))
    if warnings:
        steps.append(
            say("Look through the sheet “Issues” for “Please check”: nothing of it kept a row from loading.")
        )
    return steps or [say("Nothing. You may delete this receipt; it stays on record in campfill.")]


def of_issue(issue: Issue, kind: str) -> tuple[str, str]:
    """What is wrong with a cell and how to mend it."""
    return told_of(issue.code, issue.message, issue.hint, kind)


def told_of(code: str, message: str, hint: str, kind: str) -> tuple[str, str]:
    """What is wrong and how to mend it. Issues are kept in English and told again; where a sentence is not known, as
    of an earlier version, the words of its code are told.
    """
    said, mend = of_cells.told(message), of_cells.told(hint)
    if said is not None and mend is not None:
        return said, mend
    known = issue_codes.ISSUE_CODES.get(code)
    if known is None:  # of the whole file
        return of_file(code, message, hint)
    lists, exports = known.lists, known.exports
    told = (exports or lists) if kind == UploadKind.REPORT_CSV else (lists or exports)
    if told is None:
        return word(known.words), ""
    return in_home(word(told.meaning)), "" if told.mend == NO_MEND else in_home(word(told.mend))


def of_file(reason: str | None, message: str, hint: str) -> tuple[str, str]:
    """The same of a whole file."""
    told = issue_codes.FILE_REASONS.get(reason or "")
    said, mend = retold(message), retold(hint)
    if spoken() is Language.ENGLISH or told is None:
        return said, mend
    return word(told.meaning) if said == message else said, word(told.mend) if mend == hint else mend


def note(text: str) -> str:
    """A remark on what was read; one whose words are not known is quoted."""
    told = retold(text)
    return told if told != text or spoken() is Language.ENGLISH else f"„{text}“"
