"""Fetches single rows of a large worksheet without reading the cells of all the others.

Belongs here: finding rows by their number. Does not belong here: what the cells mean.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

from campfill_pipeline.intake.findings import UnreadableError
from campfill_pipeline.intake.xlsx.sheet_events import SheetEvents, SheetRow
from campfill_pipeline.intake.xlsx.sheet_rows import CHUNK, Read, sheet_opening
from campfill_pipeline.intake.xlsx.xml_text import IrregularError, check_plain


def rows_by_number(open_stream: Callable[[], Read], wanted: Collection[int]) -> dict[int, SheetRow]:
    """The rows with these numbers, as far as the sheet has them. Raises UnreadableError for damage."""
    try:
        return _by_pattern(open_stream(), set(wanted))
    except IrregularError:
        return _by_events(open_stream(), set(wanted))


def _by_pattern(read: Read, wanted: set[int]) -> dict[int, SheetRow]:
    """Looks for each number in turn: no other row costs more than being passed over."""
    opening, buffer, prefix = sheet_opening(read)
    start, end, bare = b"<%srow " % prefix, b"</%srow>" % prefix, b"<%srow>" % prefix
    found: dict[int, SheetRow] = {}
    left = sorted(wanted, reverse=True)
    before = b""
    while left or before:
        cut = buffer.rfind(end) + len(end)
        if cut >= len(end):
            chunk = check_plain(buffer[:cut])
            if chunk.count(start) != chunk.count(start + b'r="') or bare in chunk:
                raise IrregularError("rows that do not say their number first")
            at = 0
            while before or left:
                if before and chunk[at : at + 1000].lstrip().startswith(before):
                    raise IrregularError("a row in several elements")
                before = b""
                named = b'%sr="%d"' % (start, left[-1]) if left else b""
                begin = chunk.find(named, at) if left else -1
                if begin < 0:
                    break
                number, opened = left.pop(), chunk.index(b">", begin) + 1
                at = opened
                if chunk[opened - 2 : opened] != b"/>":
                    at = chunk.index(end, opened) + len(end)
                    found[number] = _one_row(opening, chunk[begin:at])
                before = named
            buffer = buffer[cut:]
        more = read(max(CHUNK, len(buffer)))
        if not more:
            break
        buffer += more
    if left:
        raise IrregularError("rows that are not where their number says")
    return found


def _one_row(opening: bytes, row: bytes) -> SheetRow:
    rows: list[SheetRow] = []
    events = SheetEvents(rows.append)
    try:
        events.feed(opening)
        events.feed(row)
        events.finish()
    except UnreadableError as error:
        raise IrregularError("a row that is not sound by itself") from error
    if len(rows) != 1:
        raise IrregularError("a row within a row")
    return rows[0]


def _by_events(read: Read, wanted: set[int]) -> dict[int, SheetRow]:
    found: dict[int, SheetRow] = {}

    def keep(row: SheetRow) -> None:
        if row.number in wanted:
            found[row.number] = row

    events = SheetEvents(keep)
    while data := read(CHUNK):
        events.feed(data)
    events.feed(b"", final=True)
    return found
