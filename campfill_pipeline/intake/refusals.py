"""The rejections of whole files, each with its reason, what was found, and how to mend it.

Belongs here: the words. Does not belong here: finding out that a file deserves them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from campfill_pipeline.domain.columns import LIST_COLUMNS
from campfill_pipeline.domain.uploads import UploadKind
from campfill_pipeline.intake.findings import ParseLimits, UnreadableError
from campfill_pipeline.language import notation
from campfill_pipeline.language.currencies import in_home
from campfill_pipeline.language.speaking import say, say_many

_SAVE_AS = say("Open it in Excel or LibreOffice, save it as an Excel workbook (.xlsx) and drop that file.")
_DROP_AGAIN = say("Export or save the workbook again, check that it opens in Excel, and drop it again.")


def not_a_workbook(what: str) -> UnreadableError:
    """The rejection of a file that is something else."""
    return UnreadableError(
        "not_a_workbook",
        say("This is {told}, not a workbook or a CSV file.", told=what),
        "Drop the campaign list as an Excel workbook (.xlsx) or as CSV, or the reporting export as CSV.",
    )


def unsupported(what: str) -> UnreadableError:
    """The rejection of a spreadsheet in a format that cannot be read without loss."""
    return UnreadableError(
        "unsupported_format", say("This is {told}, which campfill does not read.", told=what), _SAVE_AS
    )


def corrupt(detail: str) -> UnreadableError:
    """The rejection of a damaged file."""
    return UnreadableError("corrupt", say("The workbook is damaged: {told}.", told=detail), _DROP_AGAIN)


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


def too_much_care(most: int) -> UnreadableError:
    """The rejection of a sheet Care that is longer than one that is made."""
    return UnreadableError(
        "too_many_cells",
        say("The sheet Care has more than {count} rows.", count=notation.number(most)),
        "Leave the rows that you have changed, in several workbooks if need be, and drop them.",
    )


def too_many_cells(limits: ParseLimits) -> UnreadableError:
    """The rejection of a workbook with more cells than the limits allow."""
    return UnreadableError(
        "too_many_cells",
        say("The sheets hold more than {cells} cells.", cells=notation.number(limits.max_cells)),
        "Delete empty but formatted columns and rows, or split the list into several files.",
    )


def too_slow(limits: ParseLimits) -> UnreadableError:
    """The rejection of a file whose reading was stopped."""
    return UnreadableError(
        "too_slow",
        say(
            "Reading the file took longer than {seconds} seconds and was stopped.",
            seconds=notation.number(limits.seconds, 0),
        ),
        "Split the list into several files, or ask whoever runs campfill to raise CAMPFILL_PARSE_SECONDS.",
    )


def too_much_memory(limits: ParseLimits) -> UnreadableError:
    """The rejection of a file whose reading would have needed too much memory."""
    return too_large(
        say(
            "Reading the file needs more than the allowed {size} MB of memory.",
            size=notation.number(limits.memory_mb),
        )
    )


def no_header(message: str) -> UnreadableError:
    """The rejection of a file without a table."""
    wanted = ", ".join(in_home(column.header) for column in LIST_COLUMNS)
    return UnreadableError(
        "no_header",
        message,
        say("One of the first 50 rows must hold the column headers: {text}.", text=wanted),
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
    by_export = kind == UploadKind.REPORT_CSV
    where = place
    if description and by_export:
        where = say("{place}, read by the export description “{name}”", place=place, name=description)
    elif description:
        where = say("{place}, read by the list description “{name}”", place=place, name=description)
    if missing:
        said.append(
            say_many(
                "The header ({place}) lacks the column {header}.",
                "The header ({place}) lacks the columns {header}.",
                len(missing),
                place=where,
                header=_quoted(missing),
            )
        )
        mend.append(
            say_many(
                "Add the column {header} with exactly that header.",
                "Add the columns {header} with exactly these headers.",
                len(missing),
                header=_quoted(missing),
            )
        )
    if repeated:
        said.append(
            say(
                "The header ({place}) has more than once: {header}. Nobody can know which one counts.",
                place=where,
                header=_quoted(repeated),
            )
        )
        mend.append(say("Rename or delete the columns that should not count."))
    said += [
        say("“{value}” comes nearest to “{column}”.", value=header, column=column)
        for column, header in (near or {}).items()
        if column in missing
    ]
    mend.append(say("Then drop the file again."))
    if may_be_count:
        mend.append(
            say("If it is what somebody else counted, call its column of impressions “Counted impressions”.")
        )
    return UnreadableError("missing_column", " ".join(said), " ".join(mend), kind=kind)


def columns_absent(headers: Sequence[str]) -> tuple[str, ...]:
    """The note on columns that the description of an export names, and that this file has not."""
    if not headers:
        return ()
    told = say(
        "By its description the file may have {header}, which it has not: what they hold stays empty.",
        header=_quoted(headers),
    )
    return (told,)


def _quoted(headers: Sequence[str]) -> str:
    quoted = [f"“{header}”" for header in headers]
    return " and ".join(part for part in (", ".join(quoted[:-1]), quoted[-1]) if part)


def other_unit(said: str, row: int | None = None, header: str | None = None) -> UnreadableError:
    """The rejection of a table beside which it is said that its figures are thousands, or parts of an amount."""
    if row is None:
        found = say("Above the table stands “{text}”: figures of another unit are not read.", text=said)
    else:
        found = say(
            "Row {row} says “{text}” in the column “{header}”: figures of another unit are not read.",
            row=notation.number(row),
            text=said,
            header=header or "",
        )
    return UnreadableError(
        "missing_column",
        found,
        "Write the figures out as whole impressions and amounts, delete these words, and drop the file again.",
    )


def swallowed_lines(row: int) -> UnreadableError:
    """The rejection of a text in which a quotation mark opens a field that is never meant to be one."""
    return UnreadableError(
        "corrupt",
        say(
            "In row {row} a quotation mark opens a field that holds whole further lines of the table: it is not closed "
            "where it should be.",
            row=notation.number(row),
        ),
        "Take the quotation mark out, or write it twice within quotation marks, and drop the file again.",
    )


def corrupt_text(row: int) -> UnreadableError:
    """The rejection of a text file that breaks off being text."""
    return UnreadableError(
        "corrupt",
        say(
            "The text cannot be read from row {row} on: a quotation mark is never closed, or it is damaged.",
            row=notation.number(row),
        ),
        _DROP_AGAIN,
    )
