"""The faithful way through a worksheet: XML events, every cell, any shape the standard allows.

Belongs here: rows and cells as the XML holds them. Does not belong here: what a cell's type and style mean
(`cells.py`), and speed: where it matters, `sheet_rows.py` reads regular rows and leaves the rest to this.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple
from xml.parsers import expat

from campfill_pipeline.domain.cells import column_index
from campfill_pipeline.intake.refusals import corrupt
from campfill_pipeline.intake.xlsx.xml_parts import NAMESPACES, event_parser
from campfill_pipeline.language import notation
from campfill_pipeline.language.speaking import say

LAST_ROW, LAST_COLUMN = 1_048_576, 16_384
_WIDEST_ARRAY = 256
"""Columns of one array formula that are looked at: wider ones hold no table of ours."""
_NOTHING = re.compile(r"\s*[+-]?0*(?:\.0*)?\s*")
_ROW, _CELL, _VALUE, _FORMULA, _INLINE, _TEXT, _PHONETIC, _MERGE = range(1, 9)
_NAMES = ("row", "c", "v", "f", "is", "t", "rPh", "mergeCell")
_CODES = {f"{space} {name}": code for space in NAMESPACES for code, name in enumerate(_NAMES, start=1)}
_REFERENCE = re.compile(r"\$?([A-Za-z]{1,3})\$?(\d{1,7})")


class SheetCell(NamedTuple):
    """A cell as written. `column` counts from 0; `text` is None where it has no value element."""

    column: int
    type: str
    style: int
    formula: bool
    text: str | None


class SheetRow(NamedTuple):
    """A row as written; `number` counts from 1. Cells are in the order of their columns, each column once."""

    number: int
    hidden: bool
    cells: list[SheetCell]


class SheetEvents:
    """Calls `on_row` for every row of a worksheet that is fed to it; keeps the merged ranges in `merges`.

    Some programs write an element per cell, all with the number of their row: these are one row. So a row is told
    when the next begins, the last one by `finish` or the final `feed`.
    """

    def __init__(
        self, on_row: Callable[[SheetRow], None], *, last_row: int = 0, placeholders: bool = False
    ) -> None:
        """`placeholders`: a formula's 0 was put there by a writer that calculates nothing."""
        self._on_row = on_row
        self._placeholders = placeholders
        self._filled: dict[int, int] = {}
        self._owed: dict[int, int] = {}
        self._range: str | None = None
        self.merges: list[str] = []
        self.cells_seen = 0
        self._row, self._column = last_row, -1
        self._hidden = self._in_row = self._in_cell = self._collect = self._phonetic = False
        self._cells: list[SheetCell] = []
        self._pending: SheetRow | None = None
        self._type, self._style, self._formula = "n", 0, False
        self._pieces: list[str] | None = None
        self._columns: dict[str, int] = {}
        self._parser = event_parser()
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._characters

    def feed(self, data: bytes, *, final: bool = False) -> None:
        """Parse the next bytes. Raises UnreadableError where they are not sound or name impossible cells."""
        try:
            self._parser.Parse(data, final)
        except expat.ExpatError as error:
            raise corrupt("one of its sheets is not sound XML") from error
        if final:
            self.finish()

    def finish(self) -> None:
        """Tell the last row."""
        pending, self._pending = self._pending, None
        if pending is not None:
            self._on_row(pending)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        code = _CODES.get(name)
        if code is None:
            return
        if code == _CELL:
            self._start_cell(attributes)
        elif code in (_VALUE, _INLINE):
            # An inline text counts only in a cell that says so, and there its value does not.
            if self._in_cell and (code == _INLINE) == (self._type == "inlineStr"):
                self._pieces = []
                self._collect = code == _VALUE
        elif code == _TEXT:
            self._collect = self._pieces is not None and self._type == "inlineStr" and not self._phonetic
        elif code == _FORMULA:
            self._formula = True
            if attributes.get("t") in ("array", "dataTable"):
                self._range = attributes.get("ref", "")
        elif code == _PHONETIC:
            self._phonetic = True
        elif code == _ROW:
            self._start_row(attributes)
        elif code == _MERGE and not self._in_row:
            self.merges.append(attributes.get("ref", ""))

    def _start_row(self, attributes: dict[str, str]) -> None:
        self._in_row, self._cells, self._column = True, [], -1
        number, before = attributes.get("r"), self._row
        if number is None:
            self._row += 1
        else:
            try:
                self._row = int(float(number)) if "." in number else int(number)
            except (ValueError, OverflowError) as error:
                raise corrupt(say("a row has the number {value}", value=repr(number[:20]))) from error
        if not 1 <= self._row <= LAST_ROW:
            raise corrupt(
                say(
                    "it has a row {number}, and a sheet ends at row {last}",
                    number=self._row,
                    last=notation.number(LAST_ROW),
                )
            )
        if self._row < before or (self._row == before and self._pending is None):
            raise corrupt(
                say(
                    "row {number} stands below row {before}",
                    number=notation.number(self._row),
                    before=notation.number(before),
                )
            )
        self._hidden = attributes.get("hidden") in ("1", "true", "on")

    def _start_cell(self, attributes: dict[str, str]) -> None:
        if not self._in_row:
            return
        self.cells_seen += 1
        self._in_cell, self._formula, self._pieces, self._range = True, False, None, None
        self._type = attributes.get("t", "n")
        style = attributes.get("s", "0")
        self._style = int(style) if style.isdecimal() else 0
        reference = attributes.get("r")
        if reference is None:
            self._column += 1
        else:
            match = _REFERENCE.fullmatch(reference)
            if match is None or int(match[2]) != self._row:
                raise corrupt(
                    say(
                        "row {number} holds a cell with the address {value}",
                        number=self._row,
                        value=repr(reference[:20]),
                    )
                )
            letters = match[1]
            if letters not in self._columns:
                self._columns[letters] = column_index(letters)
            self._column = self._columns[letters]
        if self._column >= LAST_COLUMN:
            raise corrupt(
                say(
                    "it has a cell in column {column}, and a sheet ends at {last}",
                    column=notation.number(self._column + 1),
                    last=notation.number(LAST_COLUMN),
                )
            )

    def _end(self, name: str) -> None:
        code = _CODES.get(name)
        if code is None:
            return
        if code == _CELL:
            if self._in_cell:
                text = None if self._pieces is None else "".join(self._pieces)
                if self._range is not None:
                    self._begin_array(self._range, text)
                elif self._filled:
                    if text and self._owed.get(self._column) == LAST_ROW:
                        del self._owed[self._column], self._filled[self._column]
                    self._formula |= self._row <= self._filled.get(self._column, 0)
                self._cells.append(SheetCell(self._column, self._type, self._style, self._formula, text))
                self._in_cell = False
        elif code in (_VALUE, _TEXT):
            self._collect = False
        elif code == _PHONETIC:
            self._phonetic = False
        elif code == _ROW:
            self._in_row = False
            self._end_row()

    def _begin_array(self, cells: str, text: str | None) -> None:
        """One formula fills several cells: the others hold its results and no formula of their own.

        Where it was never calculated these cells are placeholders, or left out. How far a dynamic one reaches that
        names itself only, nobody knows: to the next cell below that holds something.
        """
        first, _, last = cells.partition(":")
        match, end = _REFERENCE.fullmatch(first), _REFERENCE.fullmatch(last or first)
        if match is None or end is None:
            return
        owed = not text or (self._placeholders and _NOTHING.fullmatch(text) is not None)
        left, right = sorted((column_index(match[1]), column_index(end[1])))
        bottom = int(end[2])
        if not last and owed and self._placeholders:
            bottom = LAST_ROW
        for column in range(left, min(right + 1, left + _WIDEST_ARRAY)):
            self._filled[column] = bottom
            if owed:
                self._owed[column] = bottom

    def _left_out(self) -> list[SheetCell]:
        """The cells of this row that a formula without results left out."""
        present = {cell.column for cell in self._cells}
        missing = [
            SheetCell(column, "n", 0, True, None)
            for column, bottom in self._owed.items()
            if self._row <= bottom and column not in present
        ]
        self.cells_seen += len(missing)
        return missing

    def _end_row(self) -> None:
        if self._owed and self._cells:
            self._cells = _in_order(self._cells + self._left_out())
        before = self._pending
        if before is not None and before.number == self._row:
            row = SheetRow(self._row, before.hidden or self._hidden, _in_order(before.cells + self._cells))
        else:
            self.finish()
            row = SheetRow(self._row, self._hidden, _in_order(self._cells))
        self._pending = row

    def _characters(self, data: str) -> None:
        if self._collect and self._pieces is not None:
            self._pieces.append(data)


def _in_order(cells: list[SheetCell]) -> list[SheetCell]:
    """Cells by column; of two with one address the later counts, as in spreadsheet programs."""
    if all(left.column < right.column for left, right in pairwise(cells)):
        return cells
    by_column = {cell.column: cell for cell in cells}
    return [by_column[column] for column in sorted(by_column)]
