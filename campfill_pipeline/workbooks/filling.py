"""How cells get into a workbook's file: XlsxWriter makes the frames of the sheets, cells are put into them as XML.

Belongs here: the parts of the file. Does not belong here: cells (`cells`), what a sheet holds (who writes it).

XlsxWriter makes a call and an object for each cell, a dozen times what the cell costs as XML. So it makes only what
stands around them: the file it made is copied part by part, and each sheet that waits gets its cells meanwhile.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

from campfill_pipeline.workbooks.cells import Strings

# A third of the time of zlib's usual level 6 for a file that is an eighth larger.
LEVEL = 4
PORTION = 1_000  # rows at a time
TEXTS = "xl/sharedStrings.xml"
TEXTS_HEAD = re.compile(rb'count="(\d+)" uniqueCount="(\d+)">')


@dataclass(frozen=True)
class Waiting:
    """A sheet that waits for its cells. `filled` makes the whole XML of it, by portions, of its frame's.

    `large` says that it may become larger than 2 GB: the zip format of those is one that Excel offers to repair.
    """

    filled: Callable[[bytes, Strings], Iterator[bytes]]
    large: bool = False


def part_of(number: int) -> str:
    """The part of the file that holds the sheet of this number, from 1."""
    return f"xl/worksheets/sheet{number}.xml"


def fill(
    frames: BytesIO, waiting: Mapping[str, Waiting], target: Path | BytesIO, *, texts_stay: bool = True
) -> None:
    """Write the workbook `frames` to `target`, with the cells that its parts wait for. Raises OSError.

    The frames must hold a text, else their file has no table of texts. `texts_stay` is False where no frame's text is
    in the sheets as they are filled.
    """
    with ZipFile(frames) as source, ZipFile(target, "w", ZIP_DEFLATED, compresslevel=LEVEL) as made:
        texts = source.read(TEXTS)
        head = TEXTS_HEAD.search(texts)
        assert head is not None
        used, first = (int(head[1]), int(head[2])) if texts_stay else (0, 0)
        strings = Strings(first)
        for part in source.namelist():
            if part in waiting:
                one = waiting[part]
                _write(made, part, one.filled(source.read(part), strings), large=one.large)
            elif part != TEXTS:
                _write(made, part, iter([source.read(part)]))
        counts = f'count="{used + strings.used}" uniqueCount="{first + len(strings)}">'
        kept = texts[head.end() : texts.rindex(b"</sst>")] if texts_stay else b""
        _write(made, TEXTS, _texts(texts[: head.start()] + counts.encode() + kept, strings))


def _texts(begin: bytes, strings: Strings) -> Iterator[bytes]:
    yield begin
    for some in strings.entries():
        yield some.encode()
    yield b"</sst>"


def _write(made: ZipFile, part: str, content: Iterator[bytes], *, large: bool = False) -> None:
    with made.open(part, "w", force_zip64=large) as out:
        for some in content:
            out.write(some)
