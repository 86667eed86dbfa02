"""The sheet `Summary`: what became of the file, at a glance, and what to do next.

Belongs here: the first page of a receipt. Does not belong here: lists of rows, issues or changes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from campfill_pipeline.domain import issue_codes
from campfill_pipeline.domain.cells import column_letters
from campfill_pipeline.domain.columns import EXPORT_COLUMNS, LIST_COLUMNS
from campfill_pipeline.domain.id_maps import ID_MAP_COLUMNS
from campfill_pipeline.domain.issues import Severity
from campfill_pipeline.domain.receipt_sheets import SUMMARY
from campfill_pipeline.domain.second_counts import COUNT_COLUMNS
from campfill_pipeline.domain.uploads import IN_FORCE, UploadKind, UploadStatus
from campfill_pipeline.intake.findings import TableFound
from campfill_pipeline.intake.receipt.changes_and_issues import describe_changes, field_word, told
from campfill_pipeline.intake.receipt.facts import IssueDigest, ReceiptFacts
from campfill_pipeline.intake.receipt.rows import MendSheet
from campfill_pipeline.intake.receipt.sheet import BLUE, GREEN, GREY, INK, ORANGE, YELLOW, Book, write_text
from campfill_pipeline.intake.receipt.words import FIELD_WORDS, headline, next_steps, note, of_file, rows
from campfill_pipeline.language import notation
from campfill_pipeline.language.speaking import say, word

_BANNER: Mapping[str, str] = {
    UploadStatus.LOADED: GREEN,
    UploadStatus.PARTLY_LOADED: YELLOW,
    UploadStatus.REJECTED: ORANGE,
    UploadStatus.DUPLICATE: BLUE,
}
STATUS: Mapping[str, str] = {
    UploadStatus.LOADED: "LOADED",
    UploadStatus.PARTLY_LOADED: "PARTLY LOADED",
    UploadStatus.REJECTED: "REJECTED",
    UploadStatus.DUPLICATE: "DUPLICATE",
}
_HIGHLIGHTS = 5
_BAR = 36


class _Page:
    """Writes a page line by line: a narrow margin, a label, a figure, a bar or a remark."""

    def __init__(self, book: Book) -> None:
        self.book, self.row = book, 0
        self.sheet = book.sheet(word(SUMMARY))
        self.sheet.frame.hide_gridlines(2)
        for index, width in enumerate((3, 40, 12, 42, 90)):
            self.sheet.frame.set_column(index, index, width)

    def line(self, label: str = "", figure: Any = None, remark: str = "", **looks: Any) -> None:
        """One line of the page."""
        if label:
            write_text(self.book, self.sheet, self.row, 1, label, **looks)
        if isinstance(figure, int):
            look = self.book.format(num_format="#,##0", align="right", bold=True, **looks)
            self.sheet.write(self.row, 2, figure, look)
        elif figure is not None:
            write_text(self.book, self.sheet, self.row, 2, str(figure), align="right", **looks)
        if remark:
            write_text(self.book, self.sheet, self.row, 3, remark, **{"indent": 1, **looks})
        self.row += 1

    def bar(self, label: str, count: int, total: int, colour: str, remark: str) -> None:
        """A count with its share of the total drawn beside it."""
        write_text(self.book, self.sheet, self.row, 1, label)
        look = self.book.format(num_format="#,##0", align="right", bold=True)
        self.sheet.write(self.row, 2, count, look)
        if count and total:
            blocks = "█" * max(1, round(_BAR * count / total))
            write_text(self.book, self.sheet, self.row, 3, blocks, font_color=colour, indent=1)
        if remark:
            write_text(self.book, self.sheet, self.row, 4, remark)
        self.row += 1

    def heading(self, text: str) -> None:
        """A blank line and the title of a section."""
        self.row += 1
        looks: dict[str, Any] = {"bold": True, "font_size": 12, "bottom": 1, "font_color": INK}
        write_text(self.book, self.sheet, self.row, 1, text, **looks)
        for column in (2, 3, 4):
            self.sheet.write(self.row, column, None, self.book.format(**looks))
        self.row += 1

    def banner(self, status: str, sentence: str) -> None:
        """The verdict, large and coloured, in words too."""
        looks: dict[str, Any] = {
            "bold": True,
            "font_size": 15,
            "valign": "vcenter",
            "bg_color": _BANNER.get(status, GREY),
        }
        self.sheet.set_height(self.row, 34)
        write_text(self.book, self.sheet, self.row, 1, word(STATUS.get(status, status.upper())), **looks)
        write_text(self.book, self.sheet, self.row, 2, sentence, **looks)
        for column in (3, 4):
            self.sheet.write(self.row, column, None, self.book.format(**looks))
        self.row += 1


def write_summary(
    book: Book, facts: ReceiptFacts, issues: IssueDigest, sheets: list[MendSheet], trouble: str | None
) -> None:
    """Write the first sheet. `trouble` says why the rows to mend are not in the receipt, where they should be."""
    page = _Page(book)
    page.row = 1
    page.sheet.set_height(page.row, 28)
    page.line(
        say("Receipt for {file}", file=" ".join(facts.file_name.split())),
        bold=True,
        font_size=18,
        font_color=INK,
    )
    moment = f"{notation.long_day(facts.received_at)}, {facts.received_at:%H:%M:%S %Z}".strip()
    page.line(say("Received {moment}", moment=moment), font_color="#6B7280")
    page.row += 1
    page.banner(
        facts.status,
        headline(facts.status, facts.counts, of_file(facts.reason, facts.message, facts.hint)[0]),
    )
    _steps(page, facts, issues, sheets, trouble)
    if facts.counts.rows_read or facts.counts.rows_skipped:
        _counts(page, facts)
    _reasons(page, issues)
    _highlights(page, facts)
    _where(page, facts)
    page.heading(say("For the record"))
    page.line(say("Upload"), None, str(facts.upload_id))
    page.line(say("Verdict"), None, facts.status + (f" ({facts.reason})" if facts.reason else ""))


def _steps(
    page: _Page, facts: ReceiptFacts, issues: IssueDigest, sheets: list[MendSheet], trouble: str | None
) -> None:
    page.heading(say("What to do next"))
    warnings = sum(code.count for code in issues.codes.values() if code.severity is Severity.WARNING)
    rejected = facts.counts.rows_rejected or 0
    for number, step in enumerate(_next(facts, rejected, sheets, warnings), 1):
        page.line(f"{number}.  {step}")
    for sheet in sheets:
        if sheet.written < rejected and len(sheets) == 1:
            few = say(
                "Only the first {rows} to mend of {rejected} are on the sheet, to keep it small. So many faults have "
                "often one cause: mend it in your own file and drop that again.",
                rows=rows(sheet.written),
                rejected=notation.number(rejected),
            )
            page.line(few, bold=True)
    if trouble:
        page.line(
            say(
                "The rows to mend could not be copied into this receipt: {trouble} Mend them in your own file.",
                trouble=note(trouble),
            )
        )


def _next(facts: ReceiptFacts, rejected: int, sheets: list[MendSheet], warnings: int) -> list[str]:
    hint = of_file(facts.reason, facts.message, facts.hint)[1]
    if facts.parsed.proposal is not None:
        return [
            say(
                "If this is a list of another house: the sheet “List description” proposes which column is what. "
                "Correct it there, save this workbook, and drop it into the inbox: the list is read then."
            ),
            say("If not: {hint}", hint=hint),
        ]
    if facts.parsed.kind in (UploadKind.LIST_DESCRIPTION, UploadKind.CARE) and facts.status in IN_FORCE:
        return [hint or say("Nothing.")]
    return next_steps(facts.status, rejected, bool(sheets), warnings, hint)


def _counts(page: _Page, facts: ReceiptFacts) -> None:
    counts = facts.counts
    page.heading(say("What was read"))
    read, accepted = counts.rows_read or 0, counts.rows_accepted or 0
    rejected, skipped = counts.rows_rejected or 0, counts.rows_skipped or 0
    plain = facts.parsed.kind in (UploadKind.REPORT_CSV, UploadKind.ID_MAP, UploadKind.SECOND_COUNT)
    register = "" if plain or not accepted else describe_changes(facts)
    page.bar(say("Rows read"), read, read, "#9CA3AF", "")
    page.bar(say("   loaded"), accepted, read, "#2E7D32", register)
    page.bar(
        say("   rejected"), rejected, read, "#C2570C", say("not loaded; to be mended") if rejected else ""
    )
    passed = say("blank rows, totals, notes, and repetitions of the same line") if skipped else ""
    page.bar(say("Rows passed over"), skipped, 0, INK, passed)


def _reasons(page: _Page, issues: IssueDigest) -> None:
    order = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}
    titles = {
        Severity.ERROR: say("Why rows were rejected"),
        Severity.WARNING: say("Please check (no reason to reject a row)"),
        Severity.INFO: say("Passed over"),
    }
    last = None
    for code in sorted(issues.codes.values(), key=lambda code: (order[code.severity], -code.count)):
        if code.severity is not last:
            page.heading(titles[code.severity])
            last = code.severity
        place = say("first at {cell}", cell=code.cell) if code.cell else ""
        if code.sheet:
            place = (
                say("{place} of sheet “{sheet}”", place=place, sheet=code.sheet)
                if place
                else say("sheet “{sheet}”", sheet=code.sheet)
            )
        page.line(word(issue_codes.words(code.code)), code.count, place)


def _highlights(page: _Page, facts: ReceiptFacts) -> None:
    notable = [change for change in facts.changes if change["notable"] and change["field"]]
    if not notable:
        return
    page.heading(say("Changes you should see"))
    for change in notable[:_HIGHLIGHTS]:
        page.line(field_word(change["field"]), None, f"{change['name']}: {told(change)}")
    if len(notable) > _HIGHLIGHTS:
        more = notation.number(len(notable) - _HIGHLIGHTS)
        page.line("", None, say("… and {count} more on the sheet “Changes”", count=more))


def _where(page: _Page, facts: ReceiptFacts) -> None:
    if not (facts.parsed.tables or facts.notes or facts.parsed.notes):
        return
    page.heading(say("What was found where"))
    for table in facts.parsed.tables:
        where = say("Sheet “{sheet}”", sheet=table.sheet) if table.sheet else say("The file")
        last = notation.number(table.last_row)
        page.line(where, None, say("headings in row {row}, last row {last}", row=table.header_row, last=last))
        for name, place in _columns(facts, table):
            page.line(f"   {name}", None, place)
    for remark in dict.fromkeys((*facts.parsed.notes, *facts.notes)):
        page.line("", None, note(remark))


def _columns(facts: ReceiptFacts, table: TableFound) -> list[tuple[str, str]]:
    known = {
        UploadKind.REPORT_CSV: EXPORT_COLUMNS,
        UploadKind.ID_MAP: ID_MAP_COLUMNS,
        UploadKind.SECOND_COUNT: COUNT_COLUMNS,
    }.get(UploadKind(facts.parsed.kind), LIST_COLUMNS)
    found = {column.field: column for column in table.columns}
    listed = []
    for column in known:
        name = word(FIELD_WORDS.get(column.field, column.field.replace("_", " ").capitalize()))
        here = found.get(column.field)
        place = (
            say(
                "column {letters}, “{header}”",
                letters=column_letters(here.index),
                header=" ".join(here.header.split()),
            )
            if here
            else say("not in the file")
        )
        listed.append((name, place))
    extra = len([header for header in table.headers if header]) - len(found)
    if extra > 0:
        listed.append((say("Other columns"), say("{count}, not used", count=notation.number(extra))))
    return listed
