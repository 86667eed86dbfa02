"""The sheet `Rows to mend`: rejected rows, complete, in their own columns, ready to be mended and dropped again.

Belongs here: writing original cells so that they are read again as what they were. Does not belong here: any
other sheet of the receipt. Each cell keeps its kind; only a text that is a number beyond doubt *in its own
column* (`12.345` among German numbers) is written as that number, because the few rows of a receipt may not
show the column's notation.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from campfill_pipeline.domain.cells import CellKind, column_letters, is_blank, spoiled
from campfill_pipeline.domain.issues import Issue, Severity
from campfill_pipeline.domain.numbers import NUMBER_RULES, Notation, NumberRule, read_number
from campfill_pipeline.domain.receipt_sheets import ROWS
from campfill_pipeline.domain.uploads import UploadKind
from campfill_pipeline.intake.findings import Parsed, RawCell, TableFound
from campfill_pipeline.intake.process.parser import RowsUnreadableError
from campfill_pipeline.intake.receipt.facts import MOST_ROWS, IssueDigest, ReceiptFacts, issues_of_rows
from campfill_pipeline.intake.receipt.sheet import GREY, ORANGE, YELLOW, Book, write_text
from campfill_pipeline.intake.receipt.words import of_issue
from campfill_pipeline.language.speaking import say, word

_MOST_CELLS = 400_000
_MOST_COMMENTS = 20_000


@dataclass(frozen=True)
class MendTable:
    """A table with rejected rows: those its sheet `name` in the receipt shows, by number, of `wanted` in all."""

    name: str
    table: TableFound
    shown: list[int]
    wanted: int


@dataclass(frozen=True)
class MendSheet:
    """What was written: the sheet, the rows on it, and the rows it should have held."""

    name: str
    table: TableFound
    written: int
    wanted: int


def tables_to_mend(parsed: Parsed, to_mend: Mapping[str | None, list[int]]) -> list[MendTable]:
    """The tables with rows to mend, in the order of the file's sheets; `to_mend` holds row numbers by sheet."""
    found: list[MendTable] = []
    for table in parsed.tables:
        of_sheet = to_mend.get(table.sheet, [])
        if rows := [row for row in of_sheet if table.header_row < row <= table.last_row]:
            shown = rows[: max(20, min(MOST_ROWS, _MOST_CELLS // max(1, len(table.headers))))]
            name = word(ROWS) if not found else f"{word(ROWS)} {len(found) + 1}"
            found.append(MendTable(name, table, shown, len(rows)))
    return found


def write_rows_to_mend(
    book: Book, facts: ReceiptFacts, issues: IssueDigest
) -> tuple[list[MendSheet], str | None]:
    """One sheet for every table with rejected rows, in the order of the file's sheets.

    Also says why rows are not there, where the file could not be read again.
    """
    sheets: list[MendSheet] = []
    if facts.issues is None:
        return sheets, None
    comments = _MOST_COMMENTS
    for mend in tables_to_mend(facts.parsed, issues.to_mend):
        table = mend.table
        try:
            original = facts.raw_rows(table.sheet, mend.shown)
        except RowsUnreadableError as error:
            return sheets, error.problem
        sheet = _Sheet(book, mend.name, table, issues.notations.get(table.sheet or "", {}), comments)
        found = issues_of_rows(facts.issues, table.sheet, mend.shown)
        sheet.mixed = {
            issue.column for row in found.values() for issue in row if issue.code == "ambiguous_number"
        }
        for row_no, cells in zip(mend.shown, original, strict=True):
            if cells:
                sheet.write(row_no, cells, found.get(row_no, []))
        comments = sheet.comments_left
        sheets.append(MendSheet(mend.name, table, sheet.rows, mend.wanted))
    return sheets, None


class _Sheet:
    def __init__(
        self, book: Book, name: str, table: TableFound, notations: dict[str, Notation], comments_left: int
    ) -> None:
        self.rows = 0
        self.comments_left = comments_left
        self.mixed: set[str | None] = set()
        self._book, self._table, self._notations = book, table, notations
        self._sheet = book.sheet(name)
        self._fields = {column.index: column.field for column in table.columns}
        for index, header in enumerate(table.headers):
            self._sheet.frame.set_column(index, index, _width(self._fields.get(index), header))
            if header:
                looks: dict[str, Any] = {"bold": True, "bg_color": GREY, "bottom": 1, "text_wrap": True}
                write_text(book, self._sheet, 0, index, header, **looks)
        self._sheet.frame.freeze_panes(1, 0)
        # Text that looks like a number is meant to be text here: no green corners beside the orange cells.
        self._sheet.frame.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})

    def write(self, row_no: int, cells: list[RawCell], issues: list[Issue]) -> None:
        """Write one original row, its faulty cells coloured and commented."""
        self.rows += 1
        by_cell: dict[str, list[Issue]] = {}
        for issue in issues:
            by_cell.setdefault(issue.cell or "", []).append(issue)
        width = max(len(cells), len(self._table.headers))
        for index in range(width):
            cell = cells[index] if index < len(cells) else RawCell("", CellKind.BLANK)
            found = by_cell.get(f"{column_letters(index)}{row_no}", []) if by_cell else []
            self._cell(index, cell, found)
            if found and self.comments_left:
                self.comments_left -= 1
                self._comment(index, row_no, found)

    def _cell(self, index: int, cell: RawCell, found: list[Issue]) -> None:
        looks: dict[str, Any] = {}
        field = self._fields.get(index)
        rule = NUMBER_RULES.get(field or "")
        if found:
            error = any(issue.severity is Severity.ERROR for issue in found)
            looks = {"bg_color": ORANGE if error else YELLOW, "border": 1}
        if rule is None:
            # Text cells stay text when they are typed over: no date or number is made of what is typed.
            looks["num_format"] = "@"
        value = self._value(cell, field, rule, found)
        if isinstance(value, str):
            write_text(self._book, self._sheet, self.rows, index, value, **looks)
            return
        if isinstance(value, datetime):
            looks["num_format"] = "yyyy-mm-dd hh:mm:ss" if value.time() else "yyyy-mm-dd"
        elif isinstance(value, float):
            looks["num_format"] = "General"
        if value is not None or found:
            self._sheet.write(self.rows, index, value, self._book.format(**looks))

    def _value(
        self, cell: RawCell, field: str | None, rule: NumberRule | None, found: list[Issue]
    ) -> str | bool | datetime | float | None:
        # A figure that was merged over lines is in none of these cells: as words, it stays the error that it is.
        if merged := next((issue.value for issue in found if issue.code == "merged_cell"), None):
            return merged
        match cell.kind:
            case CellKind.BLANK:
                return None
            case CellKind.NUMBER:
                number = float(cell.text)
                return number if math.isfinite(number) else cell.text
            case CellKind.BOOLEAN:
                return cell.text.upper() == "TRUE"
            case CellKind.DATE:
                return _moment(cell.text)
            case CellKind.FORMULA_WITHOUT_VALUE if field is None:
                return None
            case CellKind.ERROR | CellKind.FORMULA_WITHOUT_VALUE:
                # As words, which are read as the same error: a receipt holds no formula, not even a broken one.
                return cell.text if spoiled(cell.text, CellKind.TEXT) else "#VALUE!"
        faulty = any(issue.severity is Severity.ERROR for issue in found)
        settled = None if faulty or rule is None else self._settled(cell.text, str(field), rule)
        return cell.text if settled is None else float(settled)

    def _settled(self, text: str, field: str, rule: NumberRule) -> Decimal | None:
        """The value of a sound text number that would be in doubt, or cast doubt, away from its column."""
        if is_blank(text):
            return None
        read = read_number(text, CellKind.TEXT, rule, self._notations.get(field))
        alone = read_number(text, CellKind.TEXT, rule, None)
        header = next(column.header for column in self._table.columns if column.field == field)
        return read.value if alone.finding is not None or header in self.mixed else None

    def _comment(self, index: int, row_no: int, found: list[Issue]) -> None:
        parts = ["\n".join(of_issue(issue, UploadKind.CAMPAIGN_LIST)) for issue in found]
        text = "\n\n".join([*parts, say("(Row {row} of your file.)", row=row_no)])
        self._sheet.frame.write_comment(
            self.rows,
            index,
            text[:2_000],
            {
                "author": "campfill",
                "width": 320,
                "height": 40 + 16 * math.ceil(len(text) / 40),
                "font_size": 9,
            },
        )


def _moment(text: str) -> datetime | str:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    # A workbook counts days from 1900; what lies before stays text.
    return moment if date(1900, 3, 1) <= moment.date() else text


def _width(field: str | None, header: str) -> float:
    widths = {"name": 60, "runtime": 24, "id": 40, "buyer": 40}
    return widths.get(field or "", max(10, min(30, len(header) + 2)))
