"""The rejections of whole files, each with its reason, what was found, and how to mend it.

Belongs here: the words. Does not belong here: finding out that a file deserves them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from campfill_pipeline.domain.columns import LIST_COLUMNS
from campfill_pipeline.domain.uploads import UploadKind
from campfill_pipeline.intake.findings import ParseLimits, UnreadableError

_SAVE_AS = "Open it in Excel or LibreOffice, save it as an Excel workbook (.xlsx) and drop that file."
_DROP_AGAIN = "Export or save the workbook again, check that it opens in Excel, and drop it again."


def not_a_workbook(what: str) -> UnreadableError:
    """The rejection of a file that is something else."""
    return UnreadableError(
        "not_a_workbook",
        f"This is {what}, not a workbook or a CSV file.",
        "Drop the campaign list as an Excel workbook (.xlsx) or as CSV, or the reporting export as CSV.",
    )


def unsupported(what: str) -> UnreadableError:
    """The rejection of a spreadsheet in a format that cannot be read without loss."""
    return UnreadableError("unsupported_format", f"This is {what}, which campfill does not read.", _SAVE_AS)


def corrupt(detail: str) -> UnreadableError:
    """The rejection of a damaged file."""
    return UnreadableError("corrupt", f"The workbook is damaged: {detail}.", _DROP_AGAIN)


def encrypted() -> UnreadableError:
    """The rejection of a file that needs a password."""
    return UnreadableError(
        "encrypted",
        "The workbook is protected with a password, so its content cannot be read.",
        "Open it with the password, remove the password when saving, and drop it again.",
    )


def too_large(message: str) -> UnreadableError:
    """The rejection of a file that costs more than the limits allow."""
    return UnreadableError(
        "too_large",
        message,
        "Split the list into several files, or ask whoever runs campfill to raise the limit.",
    )


def too_many_cells(limits: ParseLimits) -> UnreadableError:
    """The rejection of a workbook with more cells than the limits allow."""
    return UnreadableError(
        "too_many_cells",
        f"The sheets hold more than {limits.max_cells:,} cells.",
        "Delete empty but formatted columns and rows, or split the list into several files.",
    )


def too_slow(limits: ParseLimits) -> UnreadableError:
    """The rejection of a file whose reading was stopped."""
    return UnreadableError(
        "too_slow",
        f"Reading the file took longer than {limits.seconds:,.0f} seconds and was stopped.",
        "Split the list into several files, or ask whoever runs campfill to raise CAMPFILL_PARSE_SECONDS.",
    )


def too_much_memory(limits: ParseLimits) -> UnreadableError:
    """The rejection of a file whose reading would have needed too much memory."""
    return too_large(f"Reading the file needs more than the allowed {limits.memory_mb:,} MB of memory.")


def no_header(message: str) -> UnreadableError:
    """The rejection of a file without a table."""
    wanted = ", ".join(column.header for column in LIST_COLUMNS)
    return UnreadableError(
        "no_header", message, f"One of the first 50 rows must hold the column headers: {wanted}."
    )


def incomplete(
    place: str,
    missing: Sequence[str],
    repeated: Sequence[str],
    *,
    kind: str = UploadKind.CAMPAIGN_LIST,
    near: Mapping[str, str] | None = None,
    description: str | None = None,
    may_be_count: bool = False,
) -> UnreadableError:
    """The rejection of a table that lacks a required column or has one twice. `place` says where it is.

    `near` maps missing columns to headers that may have been meant for them. `may_be_count`: it names a line and
    impressions, so that somebody else may have counted them.
    """
    said, mend = [], []
    if missing:
        said.append(f"lacks the {_columns(missing)}")
        mend.append(f"Add the {_columns(missing)} with exactly that header")
    if repeated:
        said.append(f"has the {_columns(repeated)} more than once, so that nobody can know which one counts")
        mend.append(
            "rename or delete the columns that should not count"
            if mend
            else "Rename or delete the columns that should not count"
        )
    likely = [
        f" “{header}” comes nearest to “{column}”."
        for column, header in (near or {}).items()
        if column in missing
    ]
    count = (
        " If it is what somebody else counted, call its column of impressions “Counted impressions”."
        if may_be_count
        else ""
    )
    by = f", read by the list description “{description}”," if description else ""
    return UnreadableError(
        "missing_column",
        f"The header ({place}){by} {' and '.join(said)}.{''.join(likely)}",
        f"{', and '.join(mend)}, then drop the file again.{count}",
        kind=kind,
    )


def _columns(headers: Sequence[str]) -> str:
    quoted = [f"“{header}”" for header in headers]
    if len(quoted) == 1:
        return f"column {quoted[0]}"
    return f"columns {', '.join(quoted[:-1])} and {quoted[-1]}"


def swallowed_lines(row: int) -> UnreadableError:
    """The rejection of a text in which a quotation mark opens a field that is never meant to be one."""
    return UnreadableError(
        "corrupt",
        f"In row {row:,} a quotation mark opens a field that holds whole further lines of the table: it is not closed "
        "where it should be.",
        "Take the quotation mark out, or write it twice within quotation marks, and drop the file again.",
    )


def corrupt_text(row: int) -> UnreadableError:
    """The rejection of a text file that breaks off being text."""
    return UnreadableError(
        "corrupt",
        f"The text cannot be read from row {row:,} on: a quotation mark is never closed, or it is damaged.",
        _DROP_AGAIN,
    )
