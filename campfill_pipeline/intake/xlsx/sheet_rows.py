"""The fast way through a worksheet: one pattern per sheet takes a whole regular row, needed columns only.

Why: calamine materialises every cell and loses error cells; XML events cost a Python call per tag. One
compiled pattern that tiles a row costs less than calamine, in 10 MB (docs/decisions/0010-own-reader.md).
How it stays faithful: the pattern accepts nothing but complete rows of plain cells, and every row must be
accepted; a chunk with any other row goes through `sheet_events.py`, cell by cell.
Does not belong here: what a cell means (`cells.py`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from campfill_pipeline.domain.cells import column_letters
from campfill_pipeline.intake.findings import CellKind, Kinds, UnreadableError
from campfill_pipeline.intake.xlsx.cells import CellReader
from campfill_pipeline.intake.xlsx.sheet_events import LAST_ROW, SheetEvents, SheetRow
from campfill_pipeline.intake.xlsx.xml_parts import has_known_namespace
from campfill_pipeline.intake.xlsx.xml_text import IrregularError, check_plain

CHUNK = 1 << 21
_MOST_HEAD = 1 << 26
_EVENT_ROWS = 8192
_DATA = re.compile(rb"<((?:\w+:)?)sheetData\s*>")
_ENCODING = re.compile(rb"^(?:\xef\xbb\xbf)?<\?xml[^>]*?encoding\s*=\s*[\"']([^\"']+)")
_MERGE = re.compile(rb"<(?:\w+:)?mergeCell\s[^>]*?ref=[\"']([^\"'<>]+)[\"']")
_HIDDEN = re.compile(rb' hidden="(?:1|true|on)"')
_ARRAY = re.compile(rb"<(?:\w+:)?f\s[^<>]*?t=[\"'](?:array|dataTable)[\"'][^<>]*+")
_SEVERAL = re.compile(rb"ref=[\"'][^\"']*:")
_CELL = int.from_bytes(b"<c", "little")
_SOMETHING = re.compile(rb"<(?:\w+:)?(?:v|is|f)[ >/]")

Read = Callable[[int], bytes]


@dataclass(frozen=True, slots=True)
class RowBlock:
    """Some rows: their numbers (int32), and per needed column texts (string) and kinds (int8).

    `anything` says for each row whether any cell, needed or not, holds something. `cells` counts the cells of
    the sheet so far, `hidden` the hidden rows of this block. `last_row` is the number of the last row that was
    looked at, which need not be in the block.
    """

    numbers: npt.NDArray[np.int32]
    columns: list[tuple[pa.Array, Kinds]]
    anything: npt.NDArray[np.bool_]
    cells: int
    hidden: int
    last_row: int


class _Template:
    """The pattern of a regular row for some columns (positions from 0, ascending).

    Groups: the row's number and its other attributes; then for each column the cell's attributes, its formula,
    its text. `inline` also takes cells whose text stands in the cell; without it the pattern is faster.
    """

    def __init__(self, columns: Sequence[int], prefix: bytes, *, inline: bool) -> None:
        names = {b"p": re.escape(prefix)}
        space = b'(?: xml:space="preserve")?+'
        names[b"f"] = rb"<%(p)sf(?:\s[^<>]*+)?(?:(?<=/)>|>[^<]*+</%(p)sf>)" % names
        # Possessive throughout: a row that does not fit fails at once, without trying again in other ways.
        value = rb"<%(p)sv>([^<]*+)</%(p)sv>|<%(p)sv/>"
        if inline:
            value = (
                rb"(?:<%(p)sv" + space + rb">|<%(p)sis><%(p)st" + space + rb">)([^<]*+)"
                rb"(?:</%(p)sv>|</%(p)st></%(p)sis>)|<%(p)sv/>"
            )
        names[b"v"] = value % names
        names[b"skipped"] = names[b"v"].replace(b"([^<]*+)", b"[^<]*+")
        names[b"letters"] = _alternatives(columns)
        skip = (
            rb'<%(p)sc r="(?!(?:%(letters)s)\d)[^<>/]*+'
            rb"(?:><%(p)sv>[^<]*+</%(p)sv></%(p)sc>|/>|>(?:%(f)s)?+(?:%(skipped)s)?+</%(p)sc>)" % names
        )
        pattern = rb'<%(p)srow r="([1-9]\d{0,6}+)"([^<>/]*+)>' % names
        for position, column in enumerate(columns):
            if column > (columns[position - 1] + 1 if position else 0):
                pattern += rb"(?:%s)*+" % skip
            names[b"letter"] = column_letters(column).encode()
            pattern += (
                rb'(?:<%(p)sc r="%(letter)s\1"([^<>/]*+)(?:/>|>(%(f)s)?+(?:%(v)s)?+</%(p)sc>))?+' % names
            )
        compiled = re.compile(pattern + rb"(?:%s)*+</%srow>" % (skip, names[b"p"]))
        self.findall, self.finditer = compiled.findall, compiled.finditer


def _alternatives(columns: Sequence[int]) -> bytes:
    letters = [column_letters(column) for column in columns]
    single = "".join(letter for letter in letters if len(letter) == 1)
    return (
        "|".join(([f"[{single}]"] if single else []) + [x for x in letters if len(x) > 1]).encode() or b"(?!)"
    )


class SheetScan:
    """Reads the rows below `after_row` of one worksheet. After the scan `merges` holds the merged ranges.

    `before_events` is called once, before the first cell is read by events: each then costs a hundred times as much.
    """

    def __init__(
        self,
        cells: CellReader,
        columns: Sequence[int],
        *,
        after_row: int = 0,
        before_events: Callable[[], None] | None = None,
    ) -> None:
        self._before_events = before_events
        self._cells, self._columns, self._after_row = cells, list(columns), after_row
        self._seen = 0
        self._prefix = b""
        self._templates: list[_Template] = []
        self.merges: list[str] = []

    def blocks(self, open_stream: Callable[[], Read]) -> Iterator[RowBlock]:
        """All rows as blocks, in the order of the file.

        Raises UnreadableError for damage, and IrregularError where the sheet must be read by
        `blocks_by_events` (blocks given so far are then void).
        """
        read = open_stream()
        opening, buffer, prefix = sheet_opening(read)
        self._templates = [_Template(self._columns, prefix, inline=inline) for inline in (False, True)]
        row_end = b"</%srow>" % prefix
        self._prefix = prefix
        end_name = b"</%ssheetData" % prefix
        end = re.compile(rb"%s\s*>" % re.escape(end_name))
        last = 0
        while True:
            stop = end.search(buffer, at) if (at := buffer.find(end_name)) >= 0 else None
            cut = stop.start() if stop else buffer.rfind(row_end) + len(row_end)
            if cut >= len(row_end):
                for block in self._chunk(check_plain(buffer[:cut]), row_end, opening, last):
                    last = block.last_row
                    yield block
                buffer = buffer[cut:]
            elif buffer.isspace():
                buffer = b""  # gigabytes of it are a known trick
            if stop:
                break
            more = read(max(CHUNK, len(buffer)))
            if not more:
                raise IrregularError("the sheet's data do not end")
            buffer += more
        self._read_tail(buffer, read)

    def _chunk(self, chunk: bytes, row_end: bytes, opening: bytes, last: int) -> Iterator[RowBlock]:
        self._seen += self._count_cells(chunk)
        self._check_arrays(chunk)
        expected = chunk.count(row_end)  # a row without an end tag is empty
        for template in tuple(self._templates):
            rows = template.findall(chunk)
            if len(rows) == expected:
                try:
                    yield from self._regular(rows, chunk, template, last)
                    return
                except IrregularError:
                    break  # nothing was given yet: `_regular` gives one block, at its end
            self._templates.reverse()  # the next chunk will be like this one: try the other pattern first
        seen = self._seen
        yield from self._events_over(chunk, opening, last)
        self._seen = seen

    def _check_arrays(self, chunk: bytes) -> None:
        """A formula that fills several cells is known only where all of them are read in their order."""
        if b"array" in chunk or b"dataTable" in chunk:
            for found in _ARRAY.finditer(chunk):
                if self._cells.recalculates or _SEVERAL.search(found[0]):
                    raise IrregularError("a formula that fills several cells")

    def _count_cells(self, chunk: bytes) -> int:
        if self._prefix:
            return chunk.count(b"<%sc " % self._prefix)
        # Two characters as one number, at even and at odd places: eight times as fast as looking for the text.
        pairs = (np.frombuffer(chunk, "<u2", (len(chunk) - odd) // 2, odd) for odd in (0, 1))
        return sum(int(np.count_nonzero(pair == _CELL)) for pair in pairs)

    def _regular(
        self, rows: list[tuple[bytes, ...]], chunk: bytes, template: _Template, last: int
    ) -> Iterator[RowBlock]:
        if not rows:
            return
        groups: list[tuple[bytes, ...]] = list(zip(*rows, strict=True))
        numbers = pa.array(groups[0], pa.binary()).cast(pa.string()).cast(pa.int32()).to_numpy()
        if numbers[0] <= last or numbers[-1] > LAST_ROW or (np.diff(numbers) <= 0).any():
            raise IrregularError("rows out of order")
        last_row = int(numbers[-1])
        first = int(np.searchsorted(numbers, self._after_row, side="right"))
        columns = [
            self._cells.column(groups[at][first:], groups[at + 1][first:], groups[at + 2][first:])
            for at in range(2, 2 + 3 * len(self._columns), 3)
        ]
        numbers = numbers[first:]
        anything = np.zeros(len(numbers), np.bool_)
        for _, kinds in columns:
            anything |= kinds != CellKind.BLANK
        if not anything.all():
            self._look_elsewhere(anything, first, chunk, template)
        hiding = {attributes for attributes in set(groups[1]) if _HIDDEN.search(attributes)}
        hidden = sum(attributes in hiding for attributes in groups[1][first:]) if hiding else 0
        yield RowBlock(numbers, columns, anything, self._seen, hidden, last_row)

    def _look_elsewhere(
        self, anything: npt.NDArray[np.bool_], first: int, chunk: bytes, template: _Template
    ) -> None:
        """Mark rows that are blank in the needed columns but hold something in others."""
        for position, match in enumerate(template.finditer(chunk)):
            at = position - first
            if at >= 0 and not anything[at] and _SOMETHING.search(match[0]):
                anything[at] = True  # perhaps only an empty text, which does no harm: it is passed over later

    def blocks_by_events(self, read: Read) -> Iterator[RowBlock]:
        """All rows as blocks, whatever the XML looks like. Raises UnreadableError for damage."""
        self._announce_events()
        self._seen = 0
        rows: list[SheetRow] = []
        events = SheetEvents(rows.append, placeholders=self._cells.recalculates)
        while data := read(CHUNK >> 4):
            events.feed(data)
            self._seen = events.cells_seen
            if len(rows) >= _EVENT_ROWS:
                yield self._block(rows, 0)
                rows.clear()
        events.feed(b"", final=True)
        yield self._block(rows, 0)
        self.merges = events.merges

    def _announce_events(self) -> None:
        announce, self._before_events = self._before_events, None
        if announce is not None:
            announce()

    def _events_over(self, chunk: bytes, opening: bytes, last: int) -> Iterator[RowBlock]:
        self._announce_events()
        rows: list[SheetRow] = []
        events = SheetEvents(rows.append, last_row=last)
        try:
            events.feed(opening)
            for at in range(0, len(chunk), CHUNK):
                events.feed(chunk[at : at + CHUNK])
            events.finish()
        except UnreadableError as error:
            raise IrregularError("not sound by itself") from error
        yield self._block(rows, last)

    def _block(self, rows: list[SheetRow], last: int) -> RowBlock:
        wanted = {column: position for position, column in enumerate(self._columns)}
        last_row = rows[-1].number if rows else last
        rows = [row for row in rows if row.number > self._after_row]
        texts: list[list[str | None]] = [[None] * len(rows) for _ in self._columns]
        kinds = [np.zeros(len(rows), np.int8) for _ in self._columns]
        anything = np.zeros(len(rows), np.bool_)
        for index, row in enumerate(rows):
            for cell in row.cells:
                position = wanted.get(cell.column)
                if position is None and anything[index]:
                    continue
                kind, text = self._cells.cell(cell.type, cell.style, cell.formula, cell.text)
                if kind != CellKind.BLANK:
                    anything[index] = True
                if position is not None:
                    texts[position][index], kinds[position][index] = text, kind
        return RowBlock(
            numbers=np.array([row.number for row in rows], np.int32),
            columns=[(pa.array(text, pa.string()), kind) for text, kind in zip(texts, kinds, strict=True)],
            anything=anything,
            cells=self._seen,
            hidden=sum(row.hidden for row in rows),
            last_row=last_row,
        )

    def _read_tail(self, buffer: bytes, read: Read) -> None:
        while True:
            if b"<!" in buffer or b"<?" in buffer:
                raise IrregularError("a comment or a processing instruction after the data")
            self.merges.extend(match.decode("ascii", "replace") for match in _MERGE.findall(buffer))
            rest = buffer[buffer.rfind(b"<") :] if b"<" in buffer else b""
            if rest.endswith(b">"):
                rest = b""
            more = read(CHUNK)
            if not more:
                break
            buffer = rest + more
        if not buffer.rstrip().endswith(b"worksheet>"):
            raise IrregularError("the sheet does not end")


def sheet_opening(read: Read) -> tuple[bytes, bytes, bytes]:
    """The XML before the first row (with its namespaces), what was read after it, and the prefix of names."""
    buffer = read(CHUNK)
    while (match := _DATA.search(buffer)) is None:
        more = read(CHUNK)
        if not more or len(buffer) > _MOST_HEAD:
            raise IrregularError("no data where they belong")
        buffer += more
    head = buffer[: match.end()]
    encoding = _ENCODING.search(head)
    if (encoding and encoding[1].lower() not in (b"utf-8", b"us-ascii")) or b"<!" in head:
        raise IrregularError("an unusual beginning")
    if not has_known_namespace(head, match[1]):
        raise IrregularError("names of an unknown namespace")
    return head, buffer[match.end() :], match[1]
