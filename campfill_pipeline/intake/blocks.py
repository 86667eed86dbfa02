"""Blocks of a sheet below each other, each with a header of its own: no row is ever read by another block's header.

Belongs here: finding further headers among rows that were read by the first one. Does not belong here: recognising one
header (`layout.py`), a header that is merely repeated (it is judged with the rows), reading the sheet.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from campfill_pipeline.domain.cells import is_blank, spoiled
from campfill_pipeline.domain.columns import normal_header
from campfill_pipeline.domain.list_descriptions import Ids
from campfill_pipeline.domain.proposals import is_other_header
from campfill_pipeline.domain.uploads import UploadKind
from campfill_pipeline.intake.findings import CellKind, ColumnFound, TableFound
from campfill_pipeline.intake.layout import PRESENT, Format, Layout, find_layout
from campfill_pipeline.intake.refusals import incomplete
from campfill_pipeline.intake.units import check_units_above, check_units_among
from campfill_pipeline.language.speaking import say

RawTexts = Callable[[Sequence[int]], Mapping[int, Mapping[int, str]]]
"""Complete rows by their numbers, as {column from 0: text}."""

_LONGEST_HEADER = 100
_FEW_KNOWN = 2
_WORD = re.compile(r"[^0-9]*[^\W\d_]{3}[^0-9]*")
_LABEL = re.compile(r"[^0-9]{0,40}[^\W\d_]{2}[^0-9]{0,40}")
_LABELLED = ("runtime", "start_date", "end_date", "impression_goal", "cpm_eur", "id")
_FEW_LABELS = 4
_MOST_ELSEWHERE = 500
"""Rows with nothing in the known columns that are looked at for a header in other columns."""


def headers_below(table: TableFound, form: Format, raw: RawTexts) -> list[Layout]:
    """Other headers among the rows of a table, in order.

    Raises UnreadableError for one that is not complete, and where a row says that figures have another unit.
    """
    if form.kind in (UploadKind.ID_MAP, UploadKind.SECOND_COUNT):
        return []
    kind = form.kind
    check_units_above(table)
    suspects, elsewhere, again = _suspects(table, form)
    numbers = sorted({*suspects, *elsewhere, *(again if suspects or elsewhere else [])})
    if not numbers:
        return []
    texts = raw(sorted({*numbers, *(number + 1 for number in numbers)}))
    found: list[Layout] = []
    read_to = 0
    for number in numbers:
        if number <= read_to:
            continue
        rows = [(row, texts[row]) for row in (number, number + 1) if texts.get(row)]
        layout = find_layout(
            rows, within=number, forms=[form] if form.description or form.export else PRESENT
        )
        if layout is not None and layout.complete and layout.kind == kind:
            read_to = layout.row
            if _places(layout.columns) != _places(found[-1].columns if found else table.columns):
                found.append(layout)  # else it is repeated
        elif number in suspects:
            place = (
                say("sheet “{sheet}”, row {row}", sheet=table.sheet, row=number)
                if table.sheet
                else say("row {row}", row=number)
            )
            if layout is None or layout.kind != kind:
                raise incomplete(place, _known(table), (), kind=kind)
            raise incomplete(place, layout.missing, layout.repeated, kind=kind, near=dict(layout.near))
    return found


def _places(columns: Sequence[ColumnFound]) -> set[tuple[str, int]]:
    return {(column.field, column.index) for column in columns}


def _known(table: TableFound) -> list[str]:
    return [column.header for column in table.columns]


def _suspects(table: TableFound, form: Format) -> tuple[list[int], list[int], list[int]]:
    """Rows with headers in other columns than their own, with nothing in any known column, and the header again."""
    recognise = form.recognise
    suspects: list[int] = []
    elsewhere: list[int] = []
    again: list[int] = []
    with pa.memory_map(str(table.file)) as source, pa.ipc.open_stream(source) as reader:
        for batch in reader:
            at = np.flatnonzero(_no_data(batch, form))
            if not len(at):
                continue
            check_units_among(batch, at, table.columns)
            known = np.zeros(len(at), np.int64)
            foreign = np.zeros(len(at), bool)
            rows: list[list[str]] = [[] for _ in at[:_MOST_ELSEWHERE]]
            nothing = np.ones(len(at), bool)
            for column in table.columns:
                texts = (
                    batch.column(column.field).take(pa.array(at)).dictionary_encode(null_encoding="encode")
                )
                own = normal_header(column.header)
                codes = []
                for text in texts.dictionary.to_pylist():
                    meant = recognise(text) if text and len(text) <= _LONGEST_HEADER else None
                    if meant is None:
                        codes.append(0 if not text or normal_header(text[:_LONGEST_HEADER]) in own else 1)
                    else:
                        codes.append(2 if meant.field == column.field else 3)
                for row, text in zip(rows, texts.slice(0, len(rows)).to_pylist(), strict=True):
                    row.append(text or "")
                of_row = np.array(codes, np.int64)[texts.indices.to_numpy(zero_copy_only=False)]
                known += of_row >= 2
                foreign |= (of_row == 1) | (of_row == 3)
                nothing &= batch.column(f"{column.field}_kind").to_numpy()[at] == CellKind.BLANK
            numbers = batch.column("row_no").to_numpy()[at]
            suspects += numbers[(known >= 2) & foreign].tolist()
            suspects += [
                int(number)
                for number, row, own in zip(numbers, rows, known, strict=False)
                if own < _FEW_KNOWN and form.description is None and is_other_header(row)
            ]
            labels = _all_words if form.kind == UploadKind.REPORT_CSV else _only_labels
            unknown = labels(batch, at) & (known < _FEW_KNOWN)
            # Nothing is read by a last row.
            suspects += numbers[unknown & (numbers < table.last_row)].tolist()
            again += numbers[(known >= 2) & ~foreign].tolist()
            elsewhere += numbers[nothing].tolist()[: max(_MOST_ELSEWHERE - len(elsewhere), 0)]
    return suspects, elsewhere, again


def _all_words(batch: pa.RecordBatch, at: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Of the rows at these places, those with words for a date, an id and a figure: a header in words nobody knows."""
    words = {
        field: np.fromiter(
            map(_is_word, batch.column(field).take(pa.array(at)).to_pylist()), np.bool_, len(at)
        )
        for field in ("date", "campaign_id", "deal_id", "impressions")
        if field in batch.schema.names
    }
    none = np.zeros(len(at), bool)
    ids = words.get("campaign_id", none) | words.get("deal_id", none)
    found: npt.NDArray[np.bool_] = words["date"] & ids & words["impressions"]
    return found


def _only_labels(batch: pa.RecordBatch, at: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Of the rows at these places in a list, those with nothing but different words where figures and days belong: a
    header in words nobody knows. A row of one word again and again (`tbd`) is a line that is not filled in.
    """
    fields = [field for field in _LABELLED if field in batch.schema.names]
    if len(fields) < _FEW_LABELS:
        return np.zeros(len(at), bool)
    rows = zip(*(batch.column(field).take(pa.array(at)).to_pylist() for field in fields), strict=True)
    return np.fromiter(map(_are_labels, rows), np.bool_, len(at))


def _are_labels(texts: tuple[str | None, ...]) -> bool:
    filled = [text for text in texts if text is not None and not is_blank(text)]
    return (
        len(filled) == len(texts)
        and len({text.casefold().strip() for text in filled}) == len(filled)
        and all(_LABEL.fullmatch(text) and spoiled(text, CellKind.TEXT) is None for text in filled)
    )


def _is_word(text: str | None) -> bool:
    return (
        text is not None
        and _WORD.fullmatch(text) is not None
        and not is_blank(text)
        and spoiled(text, CellKind.TEXT) is None
    )


def _no_data(batch: pa.RecordBatch, form: Format) -> npt.NDArray[np.bool_]:
    """Rows without an ID (of an export: without a date), which nearly every row of data has."""
    export = form.kind == UploadKind.REPORT_CSV
    texts = batch.column("date" if export else "id")
    if form.description is not None and form.description.ids is Ids.TEXT:
        data = pc.match_substring_regex(texts, "[0-9]")  # a header has hardly a digit, an ID hardly none
    elif export:
        data = pc.match_substring_regex(texts, r"^\s*[0-9]")
    else:
        data = pc.greater_equal(pc.binary_length(texts), 32)
    found: npt.NDArray[np.bool_] = ~pc.fill_null(data, False).to_numpy(zero_copy_only=False)
    return found
