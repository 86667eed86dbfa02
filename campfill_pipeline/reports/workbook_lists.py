"""How the lists of the workbook get into its file: XlsxWriter makes the workbook, rows are put into it as XML.

Belongs here: the lists and the file's parts. Does not belong here: cells (`workbook_cells`), which lists there are
(`workbook`).

XlsxWriter writes a hundred thousand lines in half a minute, a call and an object for each cell. So it only makes each
list's frame: header, widths, filter, bars, and a last row that is blank. The file it made is copied part by part, and
where that blank row stands the rows take its place, with the formats it had.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from campfill_pipeline.language.speaking import word
from campfill_pipeline.reports.workbook_cells import ROW, Strings, cells
from campfill_pipeline.reports.workbook_tables import Column, Formats, write_frame

MOST_ROWS = 1_048_575  # a sheet's limit, its header taken off
PORTION = 1_000  # rows at a time
# A third of the time of zlib's usual level 6 for a file that is an eighth larger.
LEVEL = 4
TEXTS = "xl/sharedStrings.xml"
TEXTS_HEAD = re.compile(rb'count="(\d+)" uniqueCount="(\d+)"')
MOST_CELL = 60  # bytes
MOST_PLAIN = 2**31 - 1  # bytes of a part; beyond, the zip format is one that Excel offers to repair

Row = Sequence[object]


@dataclass(frozen=True)
class Listed:
    """A list with a sheet of its own: of `items`, each is a row by `values`."""

    name: str
    columns: tuple[Column, ...]
    items: Sequence[Any]
    values: Callable[[Any], Row] = tuple


def sheets(lists: Sequence[Listed], most: int = MOST_ROWS) -> list[Listed]:
    """The lists as they go into sheets: one that is too long for a sheet goes on in `Lines 2`, and so on."""
    return [
        Listed(word(whole.name) + (f" {at // most + 1}" if at else ""), whole.columns,
               whole.items[at : at + most] if len(whole.items) > most else whole.items, whole.values)
        for whole in lists
        for at in range(0, max(len(whole.items), 1), most)
    ]  # fmt: skip


def add_frames(book: Any, formats: Formats, lists: Sequence[Listed]) -> dict[str, Listed]:
    """Add a sheet for each list to `book`, without its rows; answers which part of the file waits for which."""
    waiting = {}
    for one in lists:
        write_frame(book.add_worksheet(one.name), formats, one.columns, len(one.items))
        if one.items:
            waiting[f"xl/worksheets/sheet{len(book.worksheets())}.xml"] = one
    return waiting


def fill(frames: BytesIO, waiting: dict[str, Listed], target: Path | BytesIO) -> None:
    """Write the workbook `frames` to `target`, with the rows that its parts wait for."""
    with ZipFile(frames) as source, ZipFile(target, "w", ZIP_DEFLATED, compresslevel=LEVEL) as made:
        texts = source.read(TEXTS)
        head = TEXTS_HEAD.search(texts)
        assert head is not None
        strings = Strings(first=int(head[2]))
        for part in source.namelist():
            if part in waiting:
                one = waiting[part]
                large = len(one.items) * len(one.columns) * MOST_CELL > MOST_PLAIN
                _write(made, part, _sheet(source.read(part), one, strings), large=large)
            elif part != TEXTS:
                _write(made, part, iter([source.read(part)]))
        counts = f'count="{int(head[1]) + strings.used}" uniqueCount="{strings.first + len(strings)}"'
        end = texts.rindex(b"</sst>")
        _write(
            made, TEXTS, _texts(texts[: head.start()] + counts.encode() + texts[head.end() : end], strings)
        )


def _texts(begin: bytes, strings: Strings) -> Iterator[bytes]:
    yield begin
    for some in strings.entries():
        yield some.encode()
    yield b"</sst>"


def _write(made: ZipFile, part: str, content: Iterator[bytes], *, large: bool = False) -> None:
    with made.open(part, "w", force_zip64=large) as out:
        for some in content:
            out.write(some)


def _sheet(frame: bytes, one: Listed, strings: Strings) -> Iterator[bytes]:
    """The sheet's XML, with rows where the blank one stands."""
    blank = re.search(rb'<row r="%d"[^>]*>(.*?)</row>' % (len(one.items) + 1), frame)
    assert blank is not None
    begins = [
        f'<c r="{letters.decode()}{ROW}" s="{style.decode()}"'
        for letters, style in re.findall(rb'<c r="([A-Z]+)\d+" s="(\d+)"/>', blank[1])
    ]
    yield frame[: blank.start()]
    for at in range(0, len(one.items), PORTION):
        columns = zip(*map(one.values, one.items[at : at + PORTION]), strict=True)
        shown = [
            cells(column.kind, begin, values, strings)
            for column, begin, values in zip(one.columns, begins, columns, strict=True)
        ]
        yield "".join(
            f'<row r="{ROW}">{"".join(row)}</row>'.replace(ROW, str(number))
            for number, row in enumerate(zip(*shown, strict=True), at + 2)
        ).encode()
    yield frame[blank.end() :]
