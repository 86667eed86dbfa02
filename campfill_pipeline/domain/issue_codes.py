"""The one registry of codes: what each issue of a row, and each reason against a whole file, means and how to mend it.

Belongs here: code, severity, words, meaning and mend. Does not belong here: finding out that a cell deserves one, and
the sentence about one cell, which names what was found there. Receipts, docs, command line and web UI read from here;
an issue with a code that is not here cannot be made (`check`). How to add one: CONTRIBUTING.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from campfill_pipeline.domain.errors import CampfillError

NO_MEND = "–"
"""Stands where there is nothing to mend."""


class Severity(StrEnum):
    """How much an issue matters: an error rejects its row, a warning and an info do not."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Told:
    """What a code means and how to mend it, as a page of docs/ tells it."""

    meaning: str
    mend: str = NO_MEND


@dataclass(frozen=True, slots=True)
class IssueCode:
    """One code. `words` head its rows in receipts; `lists`, `exports` and `apis` tell it where it can occur."""

    code: str
    severity: Severity
    words: str
    lists: Told | None = None
    exports: Told | None = None
    apis: Told | None = None


def _error(code: str, words: str, **told: Told) -> IssueCode:
    return IssueCode(code, Severity.ERROR, words, **told)


def _warning(code: str, words: str, **told: Told) -> IssueCode:
    return IssueCode(code, Severity.WARNING, words, **told)


def _info(code: str, words: str, **told: Told) -> IssueCode:
    return IssueCode(code, Severity.INFO, words, **told)


_REGISTERED = (
    _error(
        "not_a_number", "Not a number",
        lists=Told("the cell is no number: `abc`, `12%`, `1,5 Mio`", "type a plain number"),
        exports=Told("the impressions are no number", "type a plain number"),
    ),
    _error(
        "ambiguous_number", "A number with two possible readings",
        lists=Told(
            "`12.345` as text, and the column does not show which notation it uses",
            "type `12345`, or enter it as a number",
        ),
        exports=Told(
            "`12.345` as text, and no other cell of the column shows which notation it uses",
            "export with decimals, or type `12345`",
        ),
    ),
    _error("not_whole", "A goal that is not whole", lists=Told("a goal with decimals", "type a whole number")),
    _error(
        "out_of_range", "Out of range",
        lists=Told("below or above what the column allows", "check the number"),
        exports=Told(
            "the hour is before 2023 or has not come yet, or the impressions are below 0 or too large",
            "correct the value",
        ),
    ),
    _error(
        "too_many_fields", "More fields than the header has",
        lists=Told(
            "the row has more filled fields than the header: a value was cut in two, like 12,50 in a file with commas",
            "put such values between quotation marks, or export with another separator; give remarks a header",
        ),
        exports=Told(
            "the row has more filled fields than the header: a value was cut in two",
            "put values with commas between quotation marks, or export with another separator",
        ),
    ),
    _error(
        "error_cell", "A spreadsheet error such as #REF!",
        lists=Told("the cell shows a spreadsheet error, `#REF!`, `#DIV/0!`", "repair the formula, or type the value"),
        exports=Told("the cell shows a spreadsheet's error", "repair it, or type the value"),
    ),
    _error(
        "formula_without_value", "A formula without a result",
        lists=Told("the formula was never calculated", "open and save the file in Excel or LibreOffice"),
        exports=Told("the formula was never calculated", "open and save the file, or type the value"),
    ),
    _error(
        "merged_cell", "A figure merged over several lines",
        lists=Told(
            "a goal or a budget in a cell that is merged over several lines: of each, or of all together?",
            "take the merging back, type the figure of each line",
        ),
        exports=Told(
            "a figure or an ID in a cell that is merged over several rows or columns: of each, or of all together?",
            "take the merging back, type what is of each row",
        ),
    ),
    _error(
        "missing_value", "A required cell is blank",
        lists=Told("a required cell is blank", "fill it in"),
        exports=Told(
            "no hour, no impressions, neither id, or no site where the others have one; or the row ends within its"
            " figures, so that a field before them is missing",
            "fill it in, or delete the row",
        ),
    ),
    _error(
        "date_format", "A date that the list does not write so",
        lists=Told("a date in another notation than the description names", "correct the cell, or the description"),
    ),
    _error(
        "spoiled_id", "An ID that a spreadsheet spoiled",
        lists=Told("`4.5E+09`, `4711.0`: a spreadsheet made another value of the ID", "export the column as text"),
        exports=Told("the same: the row may be of any campaign", "drop the file as it was exported"),
    ),
    _error(
        "other_currency", "Money in another currency",
        lists=Told("the row's money is not in the currency of this home", "convert it"),
    ),
    _error(
        "other_price_type", "Not sold by the thousand",
        lists=Told("no price for 1,000 impressions: CPC, CPD, a flat rate", "leave the line out, or list its CPM"),
    ),
    _error(
        "other_goal_type", "A goal of something else",
        lists=Told(
            "no impressions of the whole flight: clicks, a goal for each day",
            "leave the line out, or list its impressions",
        ),
    ),
    _error(
        "unknown_kind", "Neither campaign nor deal",
        lists=Told("a word in the kind column that the description does not know", "correct it, or the description"),
    ),
    _error(
        "runtime_format", "A runtime that is not two full dates",
        lists=Told("not two full dates", "`DD.MM.YYYY-DD.MM.YYYY` or `ASAP-DD.MM.YYYY`"),
    ),
    _error(
        "runtime_no_such_date", "A date that does not exist",
        lists=Told("a day that does not exist: 31.09.", "correct the day"),
    ),
    _error(
        "runtime_reversed", "A runtime that ends before it starts",
        lists=Told("the end lies before the start", "swap them, or correct the year"),
    ),
    _error(
        "not_a_uuid", "Not a campaign or deal ID",
        lists=Told("the id is no UUID", "copy it from the booking system"),
    ),
    _error(
        "too_long", "Too long a text",
        lists=Told("a name or a buyer of more than 500 characters", "shorten it"),
        exports=Told("an id of more than 200 characters", "copy the id from the reporting tool"),
    ),
    _error(
        "not_a_date", "Not a date and hour",
        exports=Told("the hour cannot be read", "write it like `2025-08-04T00:00:00.000Z`"),
    ),
    _error(
        "not_one_day", "A figure of several days",
        exports=Told(
            "the export of an advertising platform says that the row is of several days (a week, a whole flight)",
            "export by the day or by the hour",
        ),
    ),
    _error(
        "not_on_the_hour", "A time that is not the start of an hour",
        exports=Told("the time lies within an hour, or a date names no hour", "export by the hour"),
    ),
    _error(
        "hour_told_twice", "Two equal rows of an hour that occurs twice",
        apis=Told(
            "a local hour occurs twice, as the clocks go back, and the source tells it by two equal rows: the second "
            "one may be the same again, and is refused",
            "ask for hours in UTC or with an offset",
        ),
    ),
    _error(
        "out_of_window", "An hour that was not asked for",
        apis=Told("the row's hour was not asked for; it is refused", "check the window parameters and the time zone"),
    ),
    _error(
        "duplicate_id", "The same ID with different content",
        lists=Told(
            "the same id in several rows that differ, also in different sheets; all of them are rejected",
            "keep the right row",
        ),
        exports=Told(
            "the same hour, site, campaign and deal with different figures or other content: none of them is loaded",
            "keep the row that is right; export without what parts a line's rows",
        ),
    ),
    _warning(
        "duplicate_row", "The same line twice: loaded once",
        lists=Told("the same row again; it is loaded once", "remove the repetition"),
        exports=Told("the same row again: it counts once", "nothing"),
    ),
    _warning(
        "rounded", "More decimals than are kept: rounded",
        lists=Told("more decimals than the column holds", "nothing, if the shown value is right"),
        exports=Told("more than four decimals", "nothing, if the shown value is right"),
    ),
    _warning(
        "buyer_spelling", "A spelling of “Not set”",
        lists=Told("nearly `Not set`; taken as `Not set`", "write `Not set`"),
    ),
    _warning(
        "escaped_character", "Text that Excel takes for one character",
        lists=Told(
            "a text like `_x1920_`: Excel reads one character in it, most programs that write it mean it as it stands",
            "look at the name that is kept; type it in Excel if the other is meant",
        ),
    ),
    _warning(
        "long_runtime", "A flight of more than three years",
        lists=Told("the flight is longer than three years, as where a year is mistyped", "check its years"),
    ),
    _warning(
        "budget_mismatch", "A budget that does not fit goal and CPM",
        lists=Told(
            "the budget differs by more than 2 % from goal ÷ 1000 × CPM", "check which of the three is right"
        ),
    ),
    _warning(
        "cpm_outlier", "A CPM far beyond the others",
        lists=Told(
            "the CPM is at least 500 times the usual one of the file, as where a decimal mark is lost",
            "check its decimal mark",
        ),
    ),
    _warning(
        "unlikely_goal", "A goal beyond what its sites ever gave",
        lists=Told(
            "a new or changed line that has not begun needs more than its placement's sites ever gave in a week, to all"
            " lines together (a flight of fewer than 7 days: in so many days in a row); said only where 3 lines"
            " and 14 days were delivered there",
            "check the goal and the flight, or book more sites",
        ),
    ),
    _warning(
        "near_header", "A header that is nearly a known one",
        lists=Told(
            "the list has no budget column, but one whose header is like it; it was not read, and stored budgets stay."
            " Or two columns mean the same: the one with the very header of the export is read, the other is not",
            "write the header as `Budget €`, if that is meant",
        ),
    ),
    _warning(
        "unknown_purchase_type", "A purchase type that is not known",
        exports=Told(
            "neither guaranteed nor unguaranteed: the row counts, its kind is unknown",
            "ask the reporting team what it means",
        ),
    ),
    _warning(
        "ambiguous_hour", "An hour that occurs twice, as the clocks go back",
        apis=Told(
            "a local hour that occurs twice, as the clocks go back: of two different rows of a line and site the first "
            "one is the first hour, a single one counts for the first hour",
            "ask for hours in UTC",
        ),
    ),
    _warning(
        "funnel_unreadable", "Bids, wins or plays that cannot be read",
        apis=Told("a count that cannot be read costs the row only that count", "check the column in the connector"),
    ),
    _warning(
        "zone_unknown", "A platform's dates without a time zone",
        exports=Told(
            "the export of an advertising platform does not say in which time zone its dates are: taken as those of "
            "CAMPFILL_TIMEZONE",
            "nothing, if the account's time zone is the same; else export in this zone",
        ),
    ),
    _warning(
        "zone_differs", "A platform's days of another time zone",
        exports=Told(
            "the export of an advertising platform says that its days are those of another time zone; they are kept as "
            "days of CAMPFILL_TIMEZONE",
            "nothing, if that is near enough; else export by the hour, or in this zone",
        ),
    ),
    _warning(
        "may_be_incomplete", "An export that may not be all",
        exports=Told(
            "the export of an advertising platform says that its data may be incomplete, or that it has more rows than "
            "came",
            "export it again, and drop it again",
        ),
    ),
    _warning(
        "only_midnight", "Nothing but one midnight",
        exports=Told(
            "every row says midnight of one day: stored as that one hour, though it may be meant as the whole day",
            "nothing, if it is the hour; else give the file's name in CAMPFILL_DAILY_EXPORTS and drop it again",
        ),
    ),
    _warning(
        "total_differs", "A total that is not the sum",
        exports=Told("the file's own total is not the sum of the rows that were loaded", "export again"),
    ),
    _warning(
        "sheet_not_read", "A sheet with IDs: not read",
        lists=Told(
            "a visible sheet holds IDs, but no header with all columns, so that it was not read beside the others",
            "give it the header, if its rows count",
        ),
        exports=Told(
            "a visible sheet holds IDs, but no header with all columns, so that it was not read beside the others",
            "give it the header, if its rows count",
        ),
    ),
    _info(
        "total_row", "A total row: passed over",
        lists=Told("a total, or nothing but sums, without an ID: passed over"),
        exports=Told("a total, or nothing but sums, without ids: passed over"),
    ),
    _info(
        "note_row", "A note: passed over",
        lists=Told("a note, a legend, or formulas that gave nothing, without an ID: passed over"),
        exports=Told("a note was passed over"),
    ),
    _info(
        "repeated_header", "The header again: passed over",
        lists=Told("the header stands again further down, as on each page of a print; it was passed over"),
        exports=Told("the header stands again further down; it was passed over"),
    ),
    _error(
        "unknown_line", "A line that no list ever named",
        lists=Told(
            "a mapping file names a line that no list ever had, or a text that several lines are named by",
            "copy the line's id; or drop the list of this line first",
        ),
    ),
    _error(
        "unknown_connector", "A reporting source that is not here",
        lists=Told(
            "a mapping file names a source that is not asked here", "write its name in the settings, or nothing"
        ),
    ),
    _error(
        "id_of_a_line", "An id that is a line's own",
        lists=Told("a mapping file gives another line to an id that is a line's own", "take the row out"),
    ),
    _warning(
        "unread_column", "A column that says what lines are, and is not read",
        lists=Told(
            "the list has a column `Status`, `Currency`, `Price type` or `Goal type`, which a campaign list does not"
            " have: a line that it calls cancelled counts like any other",
            "take lines that do not count out of the list",
        ),
    ),
    _info(
        "absent_column", "An optional column that is not there",
        lists=Told("the list has no budget column: stored budgets stay as they are"),
    ),
    _info(
        "hidden_sheet", "A hidden sheet: not read",
        lists=Told("a hidden sheet with a list was not read", "unhide it if it counts"),
        exports=Told("a hidden sheet was not read", "unhide it if it counts"),
    ),
    _error(
        "counted_twice", "Two figures for the same line and days",
        lists=Told(
            "two rows of a second count tell different figures for the same line, days and site",
            "leave the one that is right; or sum them, if they are parts",
        ),
    ),
    _error(
        "overlapping_days", "A sum beside its parts",
        lists=Told(
            "a row of a second count tells days (or a line without site) that other rows tell, too",
            "leave out the row that sums others",
        ),
    ),
    _error(
        "ambiguous_date", "A date with two possible readings",
        lists=Told("`10/03/2026` in a second count: October or March", "write it like 2026-10-03"),
    ),
    _error(
        "unknown_zone", "An unknown time zone",
        lists=Told("a second count names a time zone that nobody knows", "write an IANA name like Europe/Berlin"),
    ),
    _error(
        "mixed_zones", "Several time zones for one line",
        lists=Told("the rows of one line in a second count name different time zones", "let them name the same one"),
    ),
    _error(
        "reserved_name", "A name that is taken",
        lists=Told("a second count says that `ours` counted", "write the name of whoever counted"),
    ),
)  # fmt: skip

ISSUE_CODES: dict[str, IssueCode] = {registered.code: registered for registered in _REGISTERED}
"""By code, errors first, in the order of the docs."""

FILE_REASONS: dict[str, Told] = {
    "empty_file": Told("0 bytes", "copy it again"),
    "not_a_workbook": Told("the content is something else, whatever the name says", "save it as XLSX or CSV"),
    "encrypted": Told("protected by a password", "save it without one"),
    "corrupt": Told("the workbook is damaged or cut off", "copy it again, or open and save it"),
    "too_large": Told(
        "larger than `CAMPFILL_MAX_UPLOAD_MB`, or it would not fit into `CAMPFILL_PARSE_MEMORY_MB`",
        "split it, or raise the limit",
    ),
    "too_many_cells": Told(
        "more cells than a list can have", "delete empty rows and columns to the end of the sheet"
    ),
    "too_slow": Told(
        "it could not be read within `CAMPFILL_PARSE_SECONDS`", "save it anew, or raise the limit"
    ),
    "no_header": Told(
        "no row with the columns was found in the first 50 rows", "check the header row"
    ),
    "missing_column": Told("a required column is missing", "add it"),
    "mixed_grains": Told(
        "the export tells whole days, and a stored one hours of the same campaigns, or the other way round",
        "undo the other export first, or export the same grain again",
    ),
    "two_descriptions": Told(
        "two list descriptions read this header equally well", "take one of them out, or tell them apart"
    ),
    "bad_description": Told(
        "the sheet “List description” of a receipt does not make a description", "mend the cell it names"
    ),
    "bad_care": Told(
        "a row of the sheet “Care” cannot be kept; nothing of it was", "mend the cell it names, and drop it again"
    ),
    "no_rows": Told("no row could be accepted", "mend the rows in the receipt"),
    "unsupported_format": Told("a format that cannot be read faithfully", "save it as XLSX"),
    "internal_error": Told(
        "campfill itself failed on it three times",
        "look into `logs/`; ask for it again by dropping it again",
    ),
}  # fmt: skip
"""Why a whole file is rejected, by reason."""


class UnregisteredCodeError(CampfillError):
    """A code was used that the registry does not know, or with another severity: a fault of campfill."""

    def __init__(self, problem: str) -> None:
        super().__init__(
            problem,
            "Enter it in campfill_pipeline/domain/issue_codes.py, then run `make docs` (recipe: CONTRIBUTING.md).",
        )


def check(code: str, severity: str | None = None) -> None:
    """Raise UnregisteredCodeError unless `code` is registered, with this severity where one is given."""
    known = ISSUE_CODES.get(code)
    if known is None:
        raise UnregisteredCodeError(f"The issue code {code!r} is not registered.")
    if severity is not None and known.severity != severity:
        raise UnregisteredCodeError(
            f"The issue code {code!r} is registered as {known.severity}, not {severity}."
        )


def check_reason(reason: str) -> None:
    """Raise UnregisteredCodeError unless `reason` is a registered reason against a file."""
    if reason not in FILE_REASONS:
        raise UnregisteredCodeError(f"The reason {reason!r} against a file is not registered.")


def words(code: str) -> str:
    """What a code is called for people."""
    return ISSUE_CODES[code].words


def said() -> Iterator[str]:
    """What receipts look up: the words of each code, what it means in a dropped file, the mend."""
    for registered in _REGISTERED:
        yield registered.words
    for told in (
        *(t for code in _REGISTERED for t in (code.lists, code.exports) if t),
        *FILE_REASONS.values(),
    ):
        yield told.meaning
        if told.mend != NO_MEND:
            yield told.mend


def documented(door: str) -> Iterator[tuple[IssueCode, Told]]:
    """The codes that can occur at a door (`lists`, `exports` or `apis`), each with what is told of it there."""
    for registered in _REGISTERED:
        told: Told | None = getattr(registered, door)
        if told is not None:
            yield registered, told
