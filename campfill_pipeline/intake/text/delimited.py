"""Reads a table from delimited text: CSV, TSV and their relatives.

Belongs here: delimiter and header of a text file, its rows. Does not belong here: the encoding
(`encodings.py`) and what values mean.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from campfill_pipeline.domain.list_descriptions import ListDescription
from campfill_pipeline.domain.progress import Progress
from campfill_pipeline.domain.uploads import UploadKind
from campfill_pipeline.intake.blocks import headers_below
from campfill_pipeline.intake.findings import (
    BEYOND,
    OTHERS,
    CellKind,
    Kinds,
    Parsed,
    ParseLimits,
    RawCell,
    TableFound,
    UnreadableError,
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
from campfill_pipeline.intake.refusals import (
    columns_absent,
    corrupt_text,
    incomplete,
    no_header,
    not_a_workbook,
    swallowed_lines,
    too_many_cells,
)
from campfill_pipeline.intake.tables import TableWriter
from campfill_pipeline.intake.text.encodings import detect_encoding
from campfill_pipeline.intake.text.spilled import (
    columns_of_words,
    funnel,
    is_pushed_out,
    is_rest,
    neighbours,
    spilled_columns,
    wins_exceed_bids,
)
from campfill_pipeline.language import notation
from campfill_pipeline.language.speaking import say

DELIMITERS = {";": "semicolon", ",": "comma", "\t": "tab", "|": "vertical bar"}
_BLOCK_ROWS = 16_384
_MOST_FIELD = 1 << 24
_GUARD = '="'
_LINE = re.compile(r"[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}|\d{4}-\d{2}-\d{2}T\d{2}")
"""What nearly every line of a list or an export holds: an ID, or an hour."""
_MARKUP = ("<!doctype", "<html", "<?xml", "<table", "<svg")


class _Text(NamedTuple):
    codec: str
    encoding: str
    delimiter: str
    layout: Layout | None
    skip: int
    """Lines before the first record: 1 where Excel's `sep=;` stands there."""
    ragged: bool = False
    """Whether a row with more fields than the header is cut wrongly even where the last of them are blank."""
    width: int = 0
    """The fields of the header row, blank ones included."""
    spilled: frozenset[int] = frozenset()
    """Columns that hold what was cut off the figures before them."""
    beside: tuple[int, ...] = ()
    """Figures right after another one, where a cut number may have moved the others to the right."""
    of_words: tuple[int, ...] = ()
    """Columns right after a figure in which no number is at home: one that stands there was moved there."""
    bids: int | None = None
    """Where impressions, bids and wins stand side by side."""


def _records(file: io.TextIOBase, delimiter: str) -> Iterator[list[str]]:
    csv.field_size_limit(_MOST_FIELD)
    guarded = False

    def lines() -> Iterator[str]:
        nonlocal guarded
        for line in file:
            guarded = guarded or _GUARD in line
            yield line.replace("\0", "\ufffd")  # no database takes a NUL in a text

    for record in csv.reader(lines(), delimiter=delimiter):
        yield [_bare(field) for field in record] if guarded else record


def _bare(field: str) -> str:
    """`="0012"`, as programs write a text that Excel shall not take for a number, as Excel shows it: 0012."""
    if field.startswith(_GUARD) and field.endswith('"') and len(field) > len(_GUARD):
        return field[len(_GUARD) : -1].replace('""', '"')
    return field


def _decoded(raw: io.BufferedReader, codec: str, skip: int) -> io.TextIOWrapper:
    # Five bytes mean nothing in Windows-1252; a file is not refused for them.
    file = io.TextIOWrapper(raw, codec, newline="", errors="replace" if codec == "cp1252" else "strict")
    for _ in range(skip):
        file.readline()
    return file


def _inspect(path: Path, known: Known = NOTHING_KNOWN) -> _Text:
    found = detect_encoding(path)
    if found is None:
        raise not_a_workbook("a file of unknown kind")
    codec, encoding = found
    with path.open("rb") as raw:
        file = _decoded(raw, codec, 0)
        start = file.read(4096)
    stripped = start.lstrip("\ufeff \t\r\n").lower()
    if not stripped:
        raise UnreadableError(
            "empty_file",
            "The file holds nothing but white space.",
            "Export the list again and drop the new file.",
        )
    if stripped.startswith(_MARKUP):
        raise _markup(stripped)
    skip, given = 0, None
    if stripped.startswith("sep=") and len(stripped) > 4:
        skip, given = 1, start.lstrip("\ufeff")[4]
    best: _Text | None = None
    for delimiter in [given] if given else DELIMITERS:
        first = _first_records(path, codec, delimiter, skip)
        layout = _layout(first, known.exports)
        if layout is not None and (
            best is None or best.layout is None or len(layout.missing) < len(best.layout.missing)
        ):
            best = _with_layout(codec, encoding, delimiter, skip, first, layout)
    if best is None or best.layout is None or not best.layout.complete:
        found_by = _by_description(
            path, codec, encoding, [given] if given else DELIMITERS, skip, known.lists()
        )
        if found_by is not None and (
            best is None or (found_by.layout is not None and found_by.layout.complete)
        ):
            best = found_by
    return best or _Text(codec, encoding, given or _likely_delimiter(start), None, skip)


def _by_description(
    path: Path,
    codec: str,
    encoding: str,
    delimiters: Iterable[str],
    skip: int,
    descriptions: Sequence[ListDescription],
) -> _Text | None:
    """The text as a described list: complete by one of the descriptions, or at least near to one."""
    near: _Text | None = None
    for delimiter in delimiters:
        first = _first_records(path, codec, delimiter, skip)
        rows = [(number, texts) for number, record in first if (texts := _texts(record))]
        layout = find_described(rows, descriptions)
        if layout is None:
            continue
        found = _with_layout(codec, encoding, delimiter, skip, first, layout)
        if layout.complete:
            return found
        near = near or found
    return near


def _likely_delimiter(start: str) -> str:
    return max(DELIMITERS, key=start.count)


def _first_records(
    path: Path, codec: str, delimiter: str, skip: int, count: int = HEADER_WITHIN + 1
) -> list[tuple[int, list[str]]]:
    first = []
    with path.open("rb") as raw:
        file = _decoded(raw, codec, skip)
        try:
            for number, record in enumerate(_records(file, delimiter), start=1 + skip):
                if number > count:
                    break
                first.append((number, record))
        except csv.Error:
            pass  # a field without an end: what came before may still show the header
    return first


def _texts(record: Sequence[str]) -> dict[int, str]:
    return {index: text for index, text in enumerate(record) if text.strip()}


def _layout(first: Sequence[tuple[int, Sequence[str]]], exports: Exports) -> Layout | None:
    rows = ((number, texts) for number, record in first if (texts := _texts(record)))
    return find_layout(rows, exports=exports)


def _each_is_longer(first: Sequence[tuple[int, Sequence[str]]], header: int, width: int) -> bool:
    """Whether the writer ends each row with a separator, but not the header.

    Else a row with more fields holds a comma that separates nothing: a decimal comma, in a field without quotes.
    """
    lengths = {len(record) for number, record in first if number > header and any(map(str.strip, record))}
    return len(lengths) == 1 and min(lengths) > width


def _with_layout(
    codec: str,
    encoding: str,
    delimiter: str,
    skip: int,
    first: Sequence[tuple[int, list[str]]],
    layout: Layout,
) -> _Text:
    """The text with what its first records and its header show of cut fields; only a comma cuts numbers."""
    width = next(len(record) for number, record in first if number == layout.row)
    text = _Text(codec, encoding, delimiter, layout, skip, width=width)
    if delimiter != ",":
        return text
    return text._replace(
        ragged=not _each_is_longer(first, layout.row, width),
        spilled=spilled_columns([record for number, record in first if number > layout.row], layout.columns),
        beside=neighbours(layout.columns),
        of_words=columns_of_words(
            [record for number, record in first if number > layout.row], layout.columns, layout.headers
        ),
        bids=funnel(layout.columns),
    )


def _markup(text: str) -> UnreadableError:
    if "urn:schemas-microsoft-com:office:spreadsheet" in text:
        return UnreadableError(
            "unsupported_format",
            "This is a workbook in the XML format of Excel 2003, which campfill does not read.",
            "Open it in Excel or LibreOffice, save it as an Excel workbook (.xlsx) and drop that file.",
        )
    if "<table" in text or "<html" in text:
        return not_a_workbook("a web page (some systems call their web pages .xls)")
    return not_a_workbook("an XML document")


def read_delimited(
    path: Path,
    work: Path,
    limits: ParseLimits,
    progress: Progress,
    known: Known = NOTHING_KNOWN,
) -> Parsed:
    """Read the table of a text file. It goes to `work`. Raises UnreadableError."""
    text = _inspect(path, known)
    layout = text.layout
    if layout is None:
        raise no_header(
            "The text has no line with the column headers of a campaign list or a reporting export."
        )
    if not layout.complete:
        near = dict(layout.near)
        raise incomplete(
            say("row {row}", row=layout.row),
            layout.missing,
            layout.repeated,
            kind=layout.kind,
            near=near,
            description=layout.description_name,
            may_be_count=layout.may_be_count,
        )
    tables = _tables(path, text, layout, work, limits, progress)
    mark = DELIMITERS.get(text.delimiter, f"“{text.delimiter}”")
    notes = (
        say("Text in {value}, columns separated by {mark}.", value=text.encoding, mark=mark),
        *(
            say(
                "Header in row {header_row}, {rows} rows with content up to row {last}, {blank} blank rows.",
                header_row=table.header_row,
                rows=notation.number(table.rows),
                last=notation.number(table.last_row),
                blank=notation.number(table.blank_rows),
            )
            for table in tables
        ),
        *columns_absent(layout.absent),
    )
    return Parsed(
        layout.kind, None, "", "", "csv", tables=tuple(tables), notes=notes, read_by=layout.description_name
    )


def _tables(
    path: Path, text: _Text, layout: Layout, work: Path, limits: ParseLimits, progress: Progress
) -> list[TableFound]:
    """The table, or its blocks where other headers stand below the first."""
    first = _write(path, text, layout, work / "table-1.arrow", limits, progress)

    def texts(numbers: Sequence[int]) -> dict[int, dict[int, str]]:
        rows = _raw(path, text, numbers)
        return {number: _texts(record) for number, record in rows.items()}

    below = headers_below(first, layout.form, texts)
    if not below:
        return [first]
    ends = [*(block.top for block in below), None]
    return [
        _write(path, text, block, work / f"table-{number}.arrow", limits, progress, until=end)
        for number, (block, end) in enumerate(zip([layout, *below], ends, strict=True), start=1)
    ]


def _write(
    path: Path,
    text: _Text,
    layout: Layout,
    target: Path,
    limits: ParseLimits,
    progress: Progress,
    *,
    until: int | None = None,
) -> TableFound:
    fields = [*(column.field for column in layout.columns), BEYOND]
    if layout.kind == UploadKind.REPORT_CSV:
        fields.append(OTHERS)
    total, cells = path.stat().st_size, 0
    with path.open("rb") as raw, TableWriter(target, fields) as writer:
        file = _decoded(raw, text.codec, text.skip)
        block: list[list[str]] = []
        number = text.skip
        try:
            for record in _records(file, text.delimiter):
                if number + 1 == until:
                    break
                number += 1
                cells += len(record)
                if number <= layout.row:
                    continue
                block.append(record)
                if len(block) == _BLOCK_ROWS:
                    _add(writer, block, number, layout, text)
                    block = []
                    progress(min(raw.tell(), total), total)
                    if cells > limits.max_cells:
                        raise too_many_cells(limits)
        except (csv.Error, UnicodeError) as error:
            raise corrupt_text(number + 1) from error
        _add(writer, block, number, layout, text)
    last_row = max(writer.last_row, layout.row)
    return TableFound(
        sheet=None,
        header_row=layout.row,
        columns=layout.columns,
        headers=layout.headers,
        last_row=last_row,
        rows=writer.rows,
        blank_rows=max(last_row - layout.row - writer.rows, 0),
        file=target,
        near=layout.near,
        platform=layout.platform,
        above=layout.above,
    )


def _add(writer: TableWriter, records: Sequence[list[str]], last: int, layout: Layout, text: _Text) -> None:
    """Write records of which the last has the row number `last`."""
    first = last - len(records) + 1
    for number, record in enumerate(records, start=first):
        if _swallowed(record, text):
            raise swallowed_lines(number)
    columns = []
    for column in layout.columns:
        at = column.index
        texts = pa.array(
            [(record[at] or None) if at < len(record) else None for record in records], pa.string()
        )
        filled = texts.is_valid().to_numpy(zero_copy_only=False)
        columns.append((texts, np.where(filled, CellKind.TEXT, CellKind.BLANK).astype(np.int8)))
    columns.append(_beyond(records, len(layout.headers), text, _least(layout)))
    if layout.kind == UploadKind.REPORT_CSV:
        columns.append(_others(records, layout))
    anything = np.fromiter((any(map(str.strip, record)) for record in records), np.bool_, len(records))
    writer.add(np.arange(first, last + 1, dtype=np.int32), columns, anything)


def _swallowed(record: Sequence[str], text: _Text) -> bool:
    """Whether a field holds whole lines of the table: its quotation mark was never meant to open it."""
    return any(
        "\n" in field
        and any(
            line.count(text.delimiter) + 1 >= text.width and _LINE.search(line) for line in field.splitlines()
        )
        for field in record
    )


def _least(layout: Layout) -> range:
    """How long a record of an export is that ends within its figures: a field before them is missing, most likely.

    A program that leaves out blank fields at the end of a row leaves out all figures behind the impressions.
    """
    if layout.kind != UploadKind.REPORT_CSV:
        return range(0)
    impressions = next((column.index for column in layout.columns if column.field == "impressions"), 0)
    return range(impressions + 2, max(column.index for column in layout.columns) + 1)


def _beyond(
    records: Sequence[list[str]], width: int, text: _Text, too_short: range
) -> tuple[pa.Array, Kinds]:
    """What stands in each record beyond the last column with a header; `CellKind.ERROR` where it ends too early."""
    found: list[str | None] = [None] * len(records)
    short: list[int] = []
    for index, record in enumerate(records):
        cut = next((record[at] for at in text.spilled if at < len(record) and record[at].strip()), None)
        if cut is None:
            cut = next((record[at] for at in text.beside if is_rest(record, at)), None)
        if cut is None:
            cut = next((record[at] for at in text.of_words if is_pushed_out(record, at)), None)
        if cut is None and text.bids is not None and wins_exceed_bids(record, text.bids):
            cut = record[text.bids]
        if cut is not None:
            found[index] = cut
        elif len(record) in too_short:
            found[index] = str(len(record))
            short.append(index)
        elif len(record) > width:
            rest = record[width:]
            if any(map(str.strip, rest)) or (text.ragged and len(record) > text.width and any(record)):
                found[index] = text.delimiter.join(rest) or text.delimiter
    texts = pa.array(found, pa.string())
    filled = texts.is_valid().to_numpy(zero_copy_only=False)
    kinds = np.where(filled, CellKind.TEXT, CellKind.BLANK).astype(np.int8)
    kinds[short] = CellKind.ERROR
    return texts, kinds


def _others(records: Sequence[list[str]], layout: Layout) -> tuple[pa.Array, Kinds]:
    """The texts of the columns that mean nothing, joined: what may tell rows apart that look alike otherwise."""
    known = {column.index for column in layout.columns}
    others = [index for index, header in enumerate(layout.headers) if header and index not in known]
    joined = ["\x1f".join(record[at].strip() for at in others if at < len(record)) for record in records]
    return pa.array(joined, pa.string()), np.zeros(len(records), np.int8)


def raw_records(path: Path, wanted: Sequence[int], known: Known = NOTHING_KNOWN) -> dict[int, list[RawCell]]:
    """The complete records with these row numbers."""
    found = _raw(path, _inspect(path, known), wanted)
    return {
        number: [RawCell(field, CellKind.TEXT if field else CellKind.BLANK) for field in record]
        for number, record in found.items()
    }


def _raw(path: Path, text: _Text, wanted: Sequence[int]) -> dict[int, list[str]]:
    numbers, last = set(wanted), max(wanted, default=0)
    found: dict[int, list[str]] = {}
    with path.open("rb") as raw:
        file = _decoded(raw, text.codec, text.skip)
        for number, record in enumerate(_records(file, text.delimiter), start=1 + text.skip):
            if number > last:
                break
            if number in numbers:
                found[number] = record
    return found


def first_rows(path: Path, count: int) -> Iterator[list[tuple[int, list[str]]]]:
    """The first records of a text, once for each separator that may be its own. Raises UnreadableError."""
    text = _inspect(path)
    for delimiter in dict.fromkeys((text.delimiter, *DELIMITERS)):
        yield _first_records(path, text.codec, delimiter, text.skip, count)
