"""Compares what campfill reads of foreign workbooks with openpyxl's full mode, cell by cell.

Run over a folder by `test_corpus.py`; each file in forks under limits, as files of unknown origin deserve.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import json
import os
import resource
import select
import signal
import time
import warnings
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.cell.cell import MergedCell
from openpyxl.worksheet.cell_range import CellRange

from campfill_pipeline.intake.findings import CellKind, ParseLimits, UnreadableError
from campfill_pipeline.intake.xlsx.container import identify
from campfill_pipeline.intake.xlsx.number_formats import iso_duration
from campfill_pipeline.intake.xlsx.sheet_rows import SheetScan
from campfill_pipeline.intake.xlsx.workbook import Workbook
from campfill_pipeline.intake.xlsx.xml_text import IrregularError, decode_escapes

LIMITS = ParseLimits(max_bytes=250_000_000, memory_mb=2048, seconds=60)
_NAMESPACES = {
    b"http://purl.oclc.org/ooxml/spreadsheetml/main": b"http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    b"http://purl.oclc.org/ooxml/drawingml/": b"http://schemas.openxmlformats.org/drawingml/2006/",
    b"http://purl.oclc.org/ooxml/officeDocument/": b"http://schemas.openxmlformats.org/officeDocument/2006/",
}
EXPLAINED = {
    "LONumbers.xlsx": "number formats like [HH]: openpyxl knows elapsed time in lower case only",
    "MCExecl.xlsx": "an element to be ignored whose content counts: openpyxl ignores both",
    "skip_empty_lines.xlsx": "row 3 holds a cell A4, which Excel calls damage: rejected as corrupt",
    "file_with_sheet_xml_not_matching_content_types.xlsx": "the only sheet is missing: rejected as corrupt",
    "file_with_no_sheets_in_workbook_xml.xlsx": "it has no sheet: rejected as no_header",
    "BadWorkbook.xlsx": "it has no sheet: rejected as no_header",
    "shared_strings02.xlsx": "_x005F_ stands for an underscore: openpyxl drops every x005F_ instead",
    "xl8galry.xlsx": "it has chart sheets only: rejected as no_header",
    "64420.xlsm": "openpyxl takes the formulas of an Excel 4 macro sheet for cells; campfill reads worksheets only",
}
"""Files whose differences are openpyxl's, by name, with the reason."""

Cells = dict[tuple[str, int, int], tuple[int, str]]
"""(sheet, row from 1, column from 0) → (kind, text), without blanks."""


@dataclass(frozen=True)
class Outcome:
    """What became of one file: `verdict` is `same`, `different`, a reason, or how it died; `fast` of its sheets
    were read by the pattern alone."""

    path: Path
    verdict: str
    theirs: str
    differences: tuple[str, ...]
    seconds: float
    fast: int
    sheets: int


_UNTOLD = -1
_PATIENCE_SECONDS = 300


def in_fork(work: Callable[[], Any], seconds: float, memory_mb: int) -> Any:
    """The JSON-able result of `work`, or `{"died": …}`."""
    inward, outward = os.pipe()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            os.close(inward)
            resource.setrlimit(resource.RLIMIT_DATA, (memory_mb << 20, memory_mb << 20))
            with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
                data = json.dumps(work()).encode()
            with open(outward, "wb") as pipe:  # noqa: PTH123
                pipe.write(data)
            code = 0
        except MemoryError:
            code = 77
        except BaseException as error:  # noqa: BLE001
            with open(outward, "wb") as pipe:  # noqa: PTH123
                pipe.write(json.dumps({"died": f"{type(error).__name__}: {error}"[:300]}).encode())
            code = 0
        finally:
            os._exit(code)
    os.close(outward)
    data, deadline = b"", time.monotonic() + seconds
    while True:
        if not select.select([inward], [], [], max(deadline - time.monotonic(), 0))[0]:
            os.kill(child, signal.SIGKILL)
            data = b'{"died": "too slow"}'
            break
        block = os.read(inward, 1 << 20)
        if not block:
            break
        data += block
    os.close(inward)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return json.loads(data) if data else {"died": f"exit code {code}"}


def our_cells(path: Path) -> tuple[Cells, int, int]:
    """All cells by events; and checks that the pattern reads the same where it reads at all."""
    if identify(path, LIMITS) != "zip":
        raise UnreadableError("not_a_workbook", "text", "")
    workbook = Workbook(path, LIMITS)
    cells: Cells = {}
    fast = 0
    for sheet in workbook.package.sheets:
        merges: list[str] = []
        mine: Cells = {}
        for row in workbook.rows(sheet, merges):
            for column, cell in enumerate(workbook.raw_row(row)):
                if cell.kind != CellKind.BLANK:
                    mine[(sheet.name, row.number, column)] = (int(cell.kind), cell.text)
        fast += _check_pattern(workbook, sheet, mine)
        for merge in map(CellRange, merges):
            left, top, right, bottom = merge.bounds
            covered = {
                (row, column - 1) for row in range(top, bottom + 1) for column in range(left, right + 1)
            }
            for place in covered - {(top, left - 1)}:
                mine.pop((sheet.name, *place), None)
        cells |= mine
    return cells, fast, len(workbook.package.sheets)


def _check_pattern(workbook: Workbook, sheet: Any, cells: Cells) -> bool:
    for columns in (range(12), (1, 3, 4, 9)):
        scan = SheetScan(workbook.cells, columns)
        found: Cells = {}
        with contextlib.ExitStack() as streams:
            read = streams.enter_context(workbook._container.stream(sheet.part))
            try:
                for block in scan.blocks(lambda read=read: read):  # type: ignore[misc]
                    for position, column in enumerate(columns):
                        texts, kinds = block.columns[position]
                        for row, text, kind in zip(
                            block.numbers.tolist(), texts.to_pylist(), kinds.tolist(), strict=True
                        ):
                            if kind:
                                found[(sheet.name, row, column)] = (kind, text or "")
            except IrregularError:
                return False
        expected = {place: cell for place, cell in cells.items() if place[2] in columns}
        assert found == expected, f"the pattern reads {sheet.name} differently"
    return True


def their_cells(path: Path) -> Cells:
    """What openpyxl's full mode says, in our words."""
    cells: Cells = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        values = openpyxl.load_workbook(_transitional(path), data_only=True)
        formulas = openpyxl.load_workbook(_transitional(path), data_only=False)
    for sheet in values.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell, MergedCell):
                    continue
                link = cell.hyperlink
                if link is not None and cell.value in (link.target, link.location):
                    # openpyxl fills blank cells with the address of their link: no telling whether it stood there.
                    cells[(sheet.title, cell.row, cell.column - 1)] = _UNTOLD, str(cell.value)
                    continue
                said = _in_our_words(cell.value, cell.data_type)
                if said is None and cell.value is None:
                    other = formulas[sheet.title].cell(cell.row, cell.column)
                    if other.data_type == "f":
                        said = int(CellKind.FORMULA_WITHOUT_VALUE), ""
                if said is not None:
                    cells[(sheet.title, cell.row, cell.column - 1)] = said
    return cells


def _transitional(path: Path) -> Path | io.BytesIO:
    """A strict workbook with the namespaces that openpyxl knows: of strict ones it often gives no cells at all."""
    with zipfile.ZipFile(path) as archive:
        members = {info: archive.read(info) for info in archive.infolist()}
    if not any(b"http://purl.oclc.org/ooxml/" in content for content in members.values()):
        return path
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for info, content in members.items():
            for strict, usual in _NAMESPACES.items():
                content = content.replace(strict, usual)
            archive.writestr(info.filename, content)
    target.seek(0)
    return target


def _in_our_words(value: Any, data_type: str) -> tuple[int, str] | None:
    if value is None or value == "":
        return None
    if data_type == "e":
        return int(CellKind.ERROR), str(value)
    if isinstance(value, bool):
        return int(CellKind.BOOLEAN), "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return int(CellKind.NUMBER), repr(value)
    if isinstance(value, dt.datetime):
        plain = value.time() == dt.time.min and value.tzinfo is None
        return int(CellKind.DATE), value.date().isoformat() if plain else value.isoformat()
    if isinstance(value, dt.date | dt.time):
        return int(CellKind.DATE), value.isoformat()
    if isinstance(value, dt.timedelta):
        return int(CellKind.DATE), iso_duration(value)
    return int(CellKind.TEXT), str(value)


def _agree(ours: tuple[int, str], theirs: tuple[int, str]) -> bool:
    if theirs[0] == _UNTOLD:
        return ours[0] == CellKind.FORMULA_WITHOUT_VALUE or ours[1] == theirs[1]
    if ours[0] != theirs[0]:
        return False
    if ours[0] == CellKind.NUMBER:
        return float(ours[1]) == float(theirs[1])
    if ours[0] == CellKind.TEXT:
        # openpyxl leaves `_x000D_` as it is, and of `_x005F_` drops the second half; Excel shows what they mean.
        return ours[1] in (theirs[1], decode_escapes(theirs[1]))
    return ours[1] == theirs[1]


def _differences(ours: Cells, theirs: Cells) -> Iterator[str]:
    for place in sorted(ours.keys() | theirs.keys()):
        mine, other = ours.get(place), theirs.get(place)
        if mine is None or other is None:
            # A formula whose result is an empty text: openpyxl cannot tell it from one without a result.
            if mine is None and other is not None and other[0] in (CellKind.FORMULA_WITHOUT_VALUE, _UNTOLD):
                continue
            yield f"{place}: ours {mine}, openpyxl's {other}"
        elif not _agree(mine, other):
            yield f"{place}: ours {mine}, openpyxl's {other}"


def compare(path: Path) -> Outcome:
    """Read a file both ways and say how they differ."""

    def ours_work() -> Any:
        try:
            cells, fast, sheets = our_cells(path)
        except UnreadableError as error:
            return {"rejected": error.reason}
        return {"cells": [[*place, *cell] for place, cell in cells.items()], "fast": fast, "sheets": sheets}

    def their_work() -> Any:
        return {"cells": [[*place, *cell] for place, cell in their_cells(path).items()]}

    start = time.monotonic()
    ours = in_fork(ours_work, _PATIENCE_SECONDS, LIMITS.memory_mb)
    seconds = time.monotonic() - start
    theirs = in_fork(their_work, _PATIENCE_SECONDS, LIMITS.memory_mb)
    their_verdict = theirs.get("died", "read")
    if "cells" not in ours:
        verdict = ours.get("rejected") or f"died: {ours['died']}"
        return Outcome(path, verdict, their_verdict, (), seconds, 0, 0)
    fast, sheets = ours["fast"], ours["sheets"]
    if "cells" not in theirs:
        return Outcome(path, "only ours", their_verdict, (), seconds, fast, sheets)
    found = tuple(_differences(_cells(ours), _cells(theirs)))
    return Outcome(path, "different" if found else "same", their_verdict, found, seconds, fast, sheets)


def _cells(answer: Any) -> Cells:
    return {(sheet, row, column): (kind, text) for sheet, row, column, kind, text in answer["cells"]}
