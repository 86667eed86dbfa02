"""Reads the tables of an Office Open XML workbook (XLSX, XLSM and templates, transitional and strict).

Belongs here: going through the sheets, from container to Arrow files. Does not belong here: limits on memory
and time (`worker.py` sets them), and what values mean.
"""

from __future__ import annotations

import contextlib
import itertools
import re
from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from itertools import count
from pathlib import Path

import numpy as np

from campfill_pipeline.domain import care_rows, receipt_sheets
from campfill_pipeline.domain.cells import DOUBT
from campfill_pipeline.domain.list_descriptions import ListDescription
from campfill_pipeline.domain.progress import Progress
from campfill_pipeline.domain.uploads import UploadKind
from campfill_pipeline.intake import care_sheet
from campfill_pipeline.intake.blocks import headers_below
from campfill_pipeline.intake.findings import (
    BEYOND,
    OTHERS,
    CareRow,
    CellKind,
    Corrected,
    Parsed,
    ParseLimits,
    RawCell,
    TableFound,
)
from campfill_pipeline.intake.layout import (
    HEADER_WITHIN,
    NOTHING_KNOWN,
    Exports,
    Known,
    Layout,
    find_described,
    find_layout,
)
from campfill_pipeline.intake.lists.corrected import SHEET, is_corrected, read_corrected
from campfill_pipeline.intake.refusals import (
    columns_absent,
    incomplete,
    no_header,
    too_many_cells,
    too_much_care,
)
from campfill_pipeline.intake.tables import MOST_OTHERS, TableWriter, any_covered, blank_merged, join_others
from campfill_pipeline.intake.xlsx.cells import CellReader
from campfill_pipeline.intake.xlsx.container import Container
from campfill_pipeline.intake.xlsx.package import Package, Sheet, open_package
from campfill_pipeline.intake.xlsx.read_ahead import read_ahead
from campfill_pipeline.intake.xlsx.row_lookup import rows_by_number
from campfill_pipeline.intake.xlsx.shared_strings import load_strings
from campfill_pipeline.intake.xlsx.sheet_events import LAST_COLUMN, SheetEvents, SheetRow
from campfill_pipeline.intake.xlsx.sheet_rows import CHUNK, Read, RowBlock, SheetScan
from campfill_pipeline.intake.xlsx.xml_text import IrregularError, without_doubts
from campfill_pipeline.language import notation
from campfill_pipeline.language.speaking import say

_READ_WITH_DOUBTS = ("name", "buyer")
"""The columns of a list in which an escape that may be meant as written is told of."""

_ID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")

MOST_CARE_ROWS = 20_000
"""Rows of a sheet Care that are read."""

LAST_ROW = 2_000
"""Rows of a corrected proposal that are read: more columns no list has."""

_FIRST_PIECE = 1 << 10
"""Bytes of a sheet in which a header of some columns stands, and hardly a row more."""

_COUNT_FIRST_BYTES = 1_000_000_000
"""Sheets that unpack to more are counted before they are read: a full one of 20 columns has 0.8 GB."""


class Workbook:
    """One opened workbook. Every method raises UnreadableError for what cannot be read."""

    def __init__(self, path: Path, limits: ParseLimits) -> None:
        self._limits = limits
        self._container = Container(path, limits)
        self.package: Package = open_package(self._container)
        self._cells: CellReader | None = None
        self._cells_seen = 0

    def close(self) -> None:
        """Close the file."""
        self._container.close()

    @property
    def cells(self) -> CellReader:
        """What reads the cells; loads the shared strings when first asked."""
        if self._cells is None:
            self._cells = self._cell_reader()
        return self._cells

    def _cell_reader(self, only: Collection[int] | None = None) -> CellReader:
        strings = load_strings(self._container, self.package.strings_part, only)
        package = self.package
        return CellReader(strings, package.date_styles, package.date1904, package.recalculates, package.signs)

    def size(self, sheets: Sequence[Sheet]) -> int:
        """The bytes of these sheets when unpacked."""
        return sum(self._container.size(sheet.part) for sheet in sheets if sheet.part in self._container)

    def rows(self, sheet: Sheet, merges: list[str] | None = None) -> Generator[SheetRow]:
        """All rows of a sheet, as written. The merged ranges are added to `merges` in the end."""
        rows: list[SheetRow] = []
        events = SheetEvents(rows.append, placeholders=self.package.recalculates)
        piece = _FIRST_PIECE  # little at a time: the header is all that most callers want
        with self._container.stream(sheet.part) as read:
            while data := read(piece):
                piece = min(piece * 2, CHUNK >> 8)
                events.feed(data)
                if events.cells_seen > self._limits.max_cells:
                    raise too_many_cells(self._limits)
                yield from rows
                rows.clear()
            events.feed(b"", final=True)
            yield from rows
        if merges is not None:
            merges.extend(events.merges)

    def raw_row(self, row: SheetRow, reader: CellReader | None = None) -> list[RawCell]:
        """All cells of a row, blanks between them included; read by `reader` where one is given."""
        reader = reader or self.cells
        cells = [RawCell("", CellKind.BLANK)] * (row.cells[-1].column + 1 if row.cells else 0)
        for cell in row.cells:
            kind, text = reader.cell(cell.type, cell.style, cell.formula, cell.text)
            cells[cell.column] = RawCell((text or "").replace(DOUBT, ""), kind)
        return cells

    def raw_rows(self, sheet_name: str | None, numbers: Sequence[int]) -> dict[int, list[RawCell]]:
        """The complete rows with these numbers of the sheet with this name."""
        sheet = next((sheet for sheet in self.package.sheets if sheet.name == sheet_name), None)
        if sheet is None:
            return {}
        with ExitStack() as streams:

            def open_stream() -> Read:
                read = streams.enter_context(self._container.stream(sheet.part))
                if self._container.size(sheet.part) <= CHUNK:
                    return read
                return streams.enter_context(read_ahead(read, CHUNK))

            rows = rows_by_number(open_stream, numbers)
        texts = (cell.text or "" for row in rows.values() for cell in row.cells if cell.type == "s")
        # Of a million shared strings some rows need a few: read for them alone, and not kept for others.
        reader = self._cells or self._cell_reader({int(text) for text in texts if text.strip().isdecimal()})
        return {number: self.raw_row(row, reader) for number, row in rows.items()}

    def layout(self, sheet: Sheet, exports: Exports = tuple) -> Layout | None:
        """Where the sheet's table stands, or None."""
        # Row by row: nothing is read beyond a header that is found.
        with contextlib.closing(self.rows(sheet)) as rows:
            return find_layout(((row.number, self._texts(row)) for row in rows), exports=exports)

    def described(self, sheet: Sheet, descriptions: Sequence[ListDescription]) -> Layout | None:
        """Where the sheet's table stands by one of these descriptions, or None."""
        return find_described(self.first_rows(sheet), descriptions)

    def first_rows(self, sheet: Sheet, count: int = HEADER_WITHIN + 1) -> list[tuple[int, dict[int, str]]]:
        """The rows among which a header may stand, as (row number, {column from 0: text})."""
        with contextlib.closing(self.rows(sheet)) as rows:
            return [
                (row.number, self._texts(row))
                for row in itertools.takewhile(lambda row: row.number <= count, rows)
            ]

    def goes_on_after(self, sheet: Sheet, count: int) -> bool:
        """Whether a row below the first ones says something."""
        with contextlib.closing(self.rows(sheet)) as rows:
            return any(row.number > count and self._texts(row) for row in rows)

    def holds_ids(self, sheet: Sheet) -> bool:
        """Whether there are IDs, as lines have, among the first rows of a sheet."""
        return any(_ID.search(text) for _, texts in self.first_rows(sheet) for text in texts.values())

    def first_cells(self, sheet: Sheet, count: int) -> list[tuple[int, dict[int, RawCell]]]:
        """The first rows of a sheet with all that their cells hold."""
        with contextlib.closing(self.rows(sheet)) as rows:
            return [
                (row.number, {index: cell for index, cell in enumerate(self.raw_row(row)) if cell.text})
                for row in itertools.takewhile(lambda row: row.number <= count, rows)
            ]

    def _texts(self, row: SheetRow) -> dict[int, str]:
        return {index: cell.text for index, cell in enumerate(self.raw_row(row)) if cell.text}

    def read_table(
        self,
        sheet: Sheet,
        layout: Layout,
        file: Path,
        advance: Callable[[int], None],
        *,
        until: int | None = None,
    ) -> tuple[TableFound, int]:
        """Write a sheet's table to `file`. Returns what was found and the number of hidden rows among it.

        `until` is the row of the next block's header, if there is one. `advance` is told every few MB how many
        unpacked bytes were read.
        """
        columns, fields = _columns(layout)
        before = self._cells_seen
        if self._container.size(sheet.part) > _COUNT_FIRST_BYTES:
            self._refuse_too_many_cells(sheet)
        with ExitStack() as streams:

            def open_stream(*, ahead: bool) -> Read:
                self._cells_seen = before
                read = streams.enter_context(self._container.stream(sheet.part))
                if ahead and self._container.size(sheet.part) > CHUNK:  # else there is no second piece
                    read = streams.enter_context(read_ahead(read, CHUNK))

                def counted(count: int) -> bytes:
                    data = read(count)
                    advance(len(data))
                    return data

                return counted

            first_count = partial(self._refuse_too_many_cells, sheet)
            scan = SheetScan(self.cells, columns, after_row=layout.row, before_events=first_count)
            try:
                rows, last_row, hidden = self._write(
                    _before(until, scan.blocks(partial(open_stream, ahead=True))), fields, file, before
                )
            except IrregularError:
                scan = SheetScan(self.cells, columns, after_row=layout.row, before_events=first_count)
                rows, last_row, hidden = self._write(
                    _before(until, scan.blocks_by_events(open_stream(ahead=False))), fields, file, before
                )
        if any_covered(columns, scan.merges, layout.row):
            rows, last_row = blank_merged(file, fields, columns, scan.merges)
        if layout.kind == UploadKind.REPORT_CSV:
            join_others(file, fields)
        last_row = max(last_row, layout.row)
        found = TableFound(
            sheet=sheet.name,
            header_row=layout.row,
            columns=layout.columns,
            headers=layout.headers,
            last_row=last_row,
            rows=rows,
            blank_rows=max(last_row - layout.row - rows, 0),
            file=file,
            near=layout.near,
            platform=layout.platform,
            above=layout.above,
        )
        return found, hidden

    def read_blocks(
        self, sheet: Sheet, layout: Layout, files: Iterator[Path], advance: Callable[[int], None]
    ) -> list[tuple[TableFound, int]]:
        """Read a sheet's table, or its blocks where other headers stand below the first; as `read_table` gives them."""
        first = self.read_table(sheet, layout, next(files), advance)

        def texts(numbers: Sequence[int]) -> dict[int, dict[int, str]]:
            rows = self.raw_rows(sheet.name, numbers)
            return {
                number: {index: cell.text for index, cell in enumerate(cells) if cell.text}
                for number, cells in rows.items()
            }

        below = headers_below(first[0], layout.form, texts)
        if not below:
            return [first]
        blocks = [layout, *below]
        ends = [block.top for block in below]
        return [
            self.read_table(sheet, block, first[0].file if not number else next(files), advance, until=end)
            for number, (block, end) in enumerate(zip(blocks, [*ends, None], strict=True))
        ]

    def _refuse_too_many_cells(self, sheet: Sheet) -> None:
        """Count a sheet's cells by its bytes, ten to a hundred times as fast as reading them."""
        cells = 0
        with self._container.stream(sheet.part) as read:
            while data := read(CHUNK):
                cells += data.count(b"<c") + data.count(b":c ") + data.count(b":c/")
                if cells > self._limits.max_cells:
                    raise too_many_cells(self._limits)

    def _write(
        self, blocks: Iterator[RowBlock], fields: Sequence[str], file: Path, before: int
    ) -> tuple[int, int, int]:
        hidden = 0
        with TableWriter(file, fields) as writer:
            for block in blocks:
                self._cells_seen = before + block.cells
                if self._cells_seen > self._limits.max_cells:
                    raise too_many_cells(self._limits)
                hidden += block.hidden
                columns = [
                    column if field in _READ_WITH_DOUBTS else (without_doubts(column[0]), column[1])
                    for field, column in zip(fields, block.columns, strict=True)
                ]
                writer.add(block.numbers, columns, block.anything)
        return writer.rows, writer.last_row, hidden


def _columns(layout: Layout) -> tuple[list[int], list[str]]:
    """The columns to read, ascending, and their fields: known ones, the one beyond them, an export's others."""
    wanted = {column.index: column.field for column in layout.columns}
    if layout.kind == UploadKind.REPORT_CSV:
        others = [index for index, header in enumerate(layout.headers) if header and index not in wanted]
        wanted |= {index: f"{OTHERS}{index}" for index in others[:MOST_OTHERS]}
    if len(layout.headers) < LAST_COLUMN:
        wanted[len(layout.headers)] = BEYOND
    return sorted(wanted), [wanted[index] for index in sorted(wanted)]


def _before(until: int | None, blocks: Iterator[RowBlock]) -> Iterator[RowBlock]:
    """The same blocks without the rows from `until` on."""
    for block in blocks:
        if until is None or not len(block.numbers) or block.numbers[-1] < until:
            yield block
            continue
        kept = int(np.searchsorted(block.numbers, until))
        yield replace(
            block,
            numbers=block.numbers[:kept],
            columns=[(texts.slice(0, kept), kinds[:kept]) for texts, kinds in block.columns],
            anything=block.anything[:kept],
        )


def read_workbook(
    path: Path,
    work: Path,
    limits: ParseLimits,
    progress: Progress,
    known: Known = NOTHING_KNOWN,
) -> Parsed:
    """Read every visible sheet that has the header. Tables go to `work`. Raises UnreadableError."""
    workbook = Workbook(path, limits)
    try:
        return _read(workbook, work, progress, known)
    finally:
        workbook.close()


def _read(workbook: Workbook, work: Path, progress: Progress, known: Known) -> Parsed:
    visible = [sheet for sheet in workbook.package.sheets if not sheet.hidden]
    hidden = [sheet for sheet in workbook.package.sheets if sheet.hidden]
    if (
        care := _care(workbook, visible)
    ) is not None:  # the workbook of campfill itself, whatever else is in it
        return Parsed(UploadKind.CARE, None, "", "", workbook.package.format, care=care)
    layouts = [(sheet, workbook.layout(sheet, known.exports)) for sheet in visible]
    complete = [(sheet, layout) for sheet, layout in layouts if layout is not None and layout.complete]
    if not complete and (lists := known.lists()):
        layouts = [
            (sheet, by if by and (by.complete or layout is None) else layout)
            for sheet, layout in layouts
            for by in (workbook.described(sheet, lists),)
        ]
        complete = [(sheet, layout) for sheet, layout in layouts if layout is not None and layout.complete]
    if not complete and (corrected := _corrected(workbook, visible)) is not None:
        return Parsed(UploadKind.LIST_DESCRIPTION, None, "", "", workbook.package.format, corrected=corrected)
    if not complete:
        raise _no_table(workbook, layouts, hidden)
    form = complete[0][1].form
    total, done = workbook.size([sheet for sheet, _ in complete]), 0

    def advance(count: int) -> None:
        nonlocal done
        done += count
        progress(min(done, total), total)

    tables: list[TableFound] = []
    notes: list[str] = []
    unread: list[str] = []
    files = (work / f"table-{number}.arrow" for number in count(1))
    # A receipt that comes back is meant by its rows to mend alone.
    own = _of_a_receipt(sheet.name for sheet, _ in complete) if len(layouts) > 1 else frozenset()
    for sheet, layout in layouts:
        if (layout is None or not layout.complete) and sheet.name not in own and workbook.holds_ids(sheet):
            unread.append(sheet.name)
        if layout is None:
            notes.append(
                say("Sheet “{sheet}” has no header of a campaign list and was not read.", sheet=sheet.name)
            )
        elif not layout.complete:
            place = say("sheet “{sheet}”, row {row}", sheet=sheet.name, row=layout.row)
            problem = incomplete(
                place,
                layout.missing,
                layout.repeated,
                near=dict(layout.near),
                description=layout.description_name,
            )
            notes.append(say("Sheet “{sheet}” was not read. {told}", sheet=sheet.name, told=problem.problem))
        elif layout.description_name != complete[0][1].description_name or layout.kind != form.kind:
            notes.append(
                say("Sheet “{sheet}” holds a table of another kind and was not read.", sheet=sheet.name)
            )
        else:
            for table, hidden_rows in workbook.read_blocks(sheet, layout, files, advance):
                tables.append(table)
                notes += _notes(table, hidden_rows)
            notes += columns_absent(layout.absent)
    if workbook.package.date1904:
        notes.append(say("The workbook counts dates from 1904."))
    return Parsed(
        kind=form.kind,
        reason=None,
        message="",
        hint="",
        format=workbook.package.format,
        tables=tuple(tables),
        hidden_sheets=tuple(sheet.name for sheet in hidden),
        unread_sheets=tuple(unread),
        notes=tuple(notes),
        content_date=workbook.package.content_date,
        read_by=complete[0][1].description_name,
    )


def _care(workbook: Workbook, visible: Sequence[Sheet]) -> tuple[CareRow, ...] | None:
    """The rows of the sheet Care, where the workbook has one. Raises UnreadableError where it is too long."""
    for sheet in visible:
        if sheet.name == care_rows.SHEET and (found := care_sheet.header_of(workbook.first_rows(sheet))):
            if workbook.goes_on_after(sheet, MOST_CARE_ROWS):
                raise too_much_care(MOST_CARE_ROWS)
            return care_sheet.read_rows(workbook.first_rows(sheet, MOST_CARE_ROWS), *found)
    return None


def _corrected(workbook: Workbook, visible: Sequence[Sheet]) -> Corrected | None:
    """What a corrected proposal says, where the workbook is a receipt with one. Raises UnreadableError."""
    for sheet in visible:
        if sheet.name == SHEET and is_corrected(workbook.first_rows(sheet)):
            return read_corrected(workbook.first_rows(sheet, LAST_ROW))
    return None


def _of_a_receipt(read: Iterable[str]) -> frozenset[str]:
    """What else a receipt that comes back consists of, in any language, where the sheets read are its rows to mend."""
    if not any(name.startswith(receipt_sheets.in_any_language(receipt_sheets.ROWS)) for name in read):
        return frozenset()
    return frozenset(name for one in receipt_sheets.OTHERS for name in receipt_sheets.in_any_language(one))


def _notes(table: TableFound, hidden_rows: int) -> list[str]:
    notes = [
        say(
            "Sheet “{sheet}”: header in row {header_row}, {rows} rows with content up to row {last}, {blank} blank "
            "rows.",
            sheet=table.sheet,
            header_row=table.header_row,
            rows=notation.number(table.rows),
            last=notation.number(table.last_row),
            blank=notation.number(table.blank_rows),
        )
    ]
    if hidden_rows:
        notes.append(
            say(
                "Sheet “{sheet}”: {rows} hidden rows were read like all others.",
                sheet=table.sheet,
                rows=notation.number(hidden_rows),
            )
        )
    return notes


def _no_table(
    workbook: Workbook, layouts: Sequence[tuple[Sheet, Layout | None]], hidden: Sequence[Sheet]
) -> Exception:
    near = [(sheet, layout) for sheet, layout in layouts if layout is not None]
    if near:
        sheet, layout = min(near, key=lambda pair: len(pair[1].missing))
        place = say("sheet “{sheet}”, row {row}", sheet=sheet.name, row=layout.row)
        return incomplete(
            place,
            layout.missing,
            layout.repeated,
            kind=layout.kind,
            near=dict(layout.near),
            description=layout.description_name,
            may_be_count=layout.may_be_count,
        )
    for sheet in hidden:
        if workbook.layout(sheet) is not None:
            return no_header(
                say(
                    "Only the hidden sheet “{sheet}” has the header of a campaign list, and hidden sheets are not "
                    "read. Unhide it and drop the file again.",
                    sheet=sheet.name,
                )
            )
    names = ", ".join(f"“{sheet.name}”" for sheet, _ in layouts[:5])
    return no_header(
        say(
            "No visible sheet has the header of a campaign list (looked at {sheet}).",
            sheet=names or say("none"),
        )
    )
