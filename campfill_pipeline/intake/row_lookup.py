"""Fetches single rows of a large worksheet without reading the cells of all the others.

Belongs here: finding rows by their number. Does not belong here: what the cells mean.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection

from campfill_pipeline.intake.findings import UnreadableError
from campfill_pipeline.intake.sheet_events import SheetEvents, SheetRow
from campfill_pipeline.intake.sheet_rows import CHUNK, Read, sheet_opening
from campfill_pipeline.intake.xml_text import IrregularError, check_plain


def rows_by_number(open_stream: Callable[[], Read], wanted: Collection[int]) -> dict[int, SheetRow]:
    """The rows with these numbers, as far as the sheet has them. Raises UnreadableError for damage."""
    try:
        return _by_pattern(open_stream(), set(wanted))
    except IrregularError:
        return _by_events(open_stream(), set(wanted))


def _by_pattern(read: Read, wanted: set[int]) -> dict[int, SheetRow]:
    opening, buffer, prefix = sheet_opening(read)
    start, end = b"<%srow " % prefix, b"</%srow>" % prefix
    numbered = re.compile(rb'<%srow r="(\d{1,7})"[^<>]*>' % re.escape(prefix))
    found: dict[int, SheetRow] = {}
    last = max(wanted, default=0)
    while True:
        cut = buffer.rfind(end) + len(end)
        if cut >= len(end):
            chunk = check_plain(buffer[:cut])
            matches = list(numbered.finditer(chunk))
            if len(matches) != chunk.count(start):
                raise IrregularError("rows that do not say their number first")
            for match in matches:
                if int(match[1]) in wanted and not match[0].endswith(b"/>"):
                    row = _one_row(opening, chunk[match.start() : chunk.index(end, match.end()) + len(end)])
                    if row.number in found:
                        raise IrregularError("a row in several elements")
                    found[row.number] = row
            if matches and int(matches[-1][1]) >= last:
                return found
            buffer = buffer[cut:]
        more = read(max(CHUNK, len(buffer)))
        if not more:
            return found
        buffer += more


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
