"""Rows that are no data: totals, subtotals, legends, placeholders and formulas pulled down over empty rows.

Belongs here: recognising them in a campaign list, and the words that mark a total in lists and exports alike. Does not
belong here: the verdict on rows that are data (`lines.py`, `report_rows.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from campfill_pipeline.domain.cells import CellKind
from campfill_pipeline.domain.column_reading import Cells, Mask, Positions, ReadColumn
from campfill_pipeline.domain.columns import LIST_COLUMNS, LIST_FIELDS, Column, list_column
from campfill_pipeline.domain.list_descriptions import ListDescription

TOTAL_START = r"^\s*(?:total|summe|gesamt|ergebnis)"
"""How the name of a total begins, whatever follows: `Gesamtsumme`, `Summe Kunde A` (RE2, without regard to case)."""

TOTAL_WORD = (
    r"(?:^|[^\pL])(?:(?:grand|sub|zwischen|gesamt|teil|end|jahres|monats)[\s-]?)?"
    r"(?:totals?|summen?|sum|overall|ergebnis|gesamt|insgesamt|übertrag|saldo|durchschnitt|mittelwert|average"
    r"|gesamtergebnis|somme|totale|suma|razem|итого|всего|totaal|celkem|yhteensä|kokonaissumma|összesen|toplam|ogółem"
    r"|łącznie|i alt|sammanlagt|summa|ukupno|skupaj|spolu|kokku|kopā|iš viso|всього|разом|общо|σύνολο|jumlah|tổng cộng)"
    r"(?:$|[^\pL])"
    r"|^\s*(?:[Σ∑]|合计|合計|总计|總計|小计|小計|합계|총계|소계|المجموع|סה״כ|סך הכל)"
)
"""A word that marks a total anywhere in a cell: `Kunde A Ergebnis`, `Grand Total:` (RE2, without regard to case)."""

_WORDS = ("name", "runtime", "id", "buyer")
_FIGURES = ("impression_goal", "budget_eur", "cpm_eur")
_ZERO = r"^0+(?:\.0*)?$"
# What a formula over an empty row gives for a date: the day that the programs count from.
_EMPTY_DATE = r"^(?:0{1,2}[./]0?1[./](?:19)?00|30\.12\.(?:18)?99)\b"
_UUID = r"[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}"
_FEW = 3
_HEADERS = 2
_LONGEST_HEADER = 100


def total_word(texts: pa.Array) -> Mask:
    """Which of these texts (null where blank) hold a word that marks a total."""
    found = pc.match_substring_regex(texts, TOTAL_WORD, ignore_case=True)
    mask: Mask = pc.fill_null(found, False).to_numpy(zero_copy_only=False)
    return mask


def total_start(texts: pa.Array) -> Mask:
    """Which of these texts (null where blank) begin like the name of a total."""
    found = pc.match_substring_regex(texts, TOTAL_START, ignore_case=True)
    mask: Mask = pc.fill_null(found, False).to_numpy(zero_copy_only=False)
    return mask


@dataclass(frozen=True)
class Asides:
    """Rows of a batch that are passed over, as positions, each with the number of the field to show it at."""

    totals: Positions
    totals_at: Positions
    notes: Positions
    notes_at: Positions
    headers: Positions


def asides(
    cells: Mapping[str, Cells], columns: Mapping[str, ReadColumn], by: ListDescription | None = None
) -> Asides:
    """The totals and notes among rows of a campaign list. None of them has an ID that can be read.

    A total has a total's word in any cell, or nothing but sums. A note has fewer than three of the seven fields, or
    three of which not all can be what their columns hold; or all it has are formulas that gave nothing, or one and the
    same text that is neither a goal nor an error (`TBD`). A row with a runtime, a goal and a buyer is never passed
    over: it is a line whose ID is missing; nor is one with an ID within another cell, which is one line or more cut
    wrongly. A goal or an amount of 0 counts as nothing, as forms are filled with it beforehand. A header again has two
    headers or more, each in its own column. What the list's description fixes for every row (`by`) tells nothing of a
    row.
    """
    rows = np.flatnonzero(~_valid(columns["id"].values))
    if not len(rows):  # the ordinary case: dozens of patterns would look at nothing
        return Asides(rows, rows, rows, rows, rows)
    texts = {field: cells[field].text.take(pa.array(rows)) for field in LIST_FIELDS}
    readable = {field: _valid(columns[field].values)[rows] for field in LIST_FIELDS}
    blank = {field: columns[field].blank[rows] for field in LIST_FIELDS}
    for field in () if by is None else by.fixed:
        blank[field] = np.ones(len(rows), bool)
    if by is None:
        again = headers_again({column.field: texts[column.field] for column in LIST_COLUMNS}, list_column)
    else:
        again = headers_again(
            {
                "start_date" if name == "runtime" and name not in by.columns else name: texts[name]
                for name in texts
            },
            by.column,
        )
    no_id = blank["id"]
    word = {field: total_word(texts[field]) & ~blank[field] for field in _WORDS}
    line_like = readable["runtime"] & readable["impression_goal"] & readable["buyer"]
    some_word = word["name"] | word["runtime"] | word["buyer"]
    total = ~line_like & ~again & (no_id & some_word | word["id"])
    total |= ~again & no_id & blank["runtime"] & readable["name"] & total_start(texts["name"])
    said = [field for field in LIST_FIELDS if by is None or field not in by.fixed]
    nothing = np.all([_gave_nothing(field, texts, cells, columns, rows) for field in said], axis=0)
    only_numbers = no_id & blank["name"] & blank["runtime"] & blank["buyer"]
    total |= only_numbers & ~nothing & (readable["impression_goal"] | readable["budget_eur"])
    names_an_id = np.any([_matches(texts[field], _UUID) for field in LIST_FIELDS], axis=0)
    zero = [_matches(texts[field], _ZERO) for field in _FIGURES]
    filled = len(LIST_FIELDS) - np.sum(list(blank.values()), axis=0) - np.sum(zero, axis=0)
    few = (filled < _FEW) | (filled == _FEW) & (np.sum(list(readable.values()), axis=0) < _FEW)
    same = (filled >= _FEW) & ~readable["impression_goal"] & _one_text(texts, blank)
    note = ~total & ~again & ~names_an_id & (no_id & few | nothing | same)
    at_word = np.argmax([word.get(field, np.zeros(len(rows), bool)) for field in LIST_FIELDS], axis=0)
    first = np.argmin(list(blank.values()), axis=0)  # 0, the name, where only other columns are filled
    at_total = np.where(some_word | word["id"] | ~blank["name"], at_word, first)
    return Asides(rows[total], at_total[total], rows[note], first[note], rows[again])


def headers_again(texts: Mapping[str, pa.Array], recognise: Callable[[str], Column | None]) -> Mask:
    """Which rows hold two headers or more, each in the column (texts by field) that it names."""
    found = np.zeros(len(next(iter(texts.values()))), np.int64)
    for field, column in texts.items():
        encoded = column.dictionary_encode(null_encoding="encode")
        words = encoded.dictionary.to_pylist()
        means = [bool(word) and len(word) <= _LONGEST_HEADER and recognise(word) for word in words]
        own = np.array([isinstance(meant, Column) and meant.field == field for meant in means], np.int64)
        if len(own):
            found += own[encoded.indices.to_numpy(zero_copy_only=False)]
    mask: Mask = found >= _HEADERS
    return mask


def _matches(texts: pa.Array, pattern: str) -> Mask:
    mask: Mask = pc.fill_null(pc.match_substring_regex(texts, pattern), False).to_numpy(zero_copy_only=False)
    return mask


def _one_text(texts: Mapping[str, pa.Array], blank: Mapping[str, Mask]) -> Mask:
    """Where all cells that are not blank hold one and the same text, and none an error or nothing."""
    shown = {
        field: pc.if_else(pa.array(~blank[field]), pc.utf8_lower(column), None)
        for field, column in texts.items()
    }
    first = pc.coalesce(*shown.values())
    found = ~_matches(first, r"^\s*(?:#|$)")
    for field, column in shown.items():
        same: Mask = pc.fill_null(pc.equal(column, first), False).to_numpy(zero_copy_only=False)
        found &= same | blank[field]
    return found


def _valid(values: pa.Array) -> Mask:
    mask: Mask = values.is_valid().to_numpy(zero_copy_only=False)
    return mask


def _gave_nothing(
    field: str,
    texts: Mapping[str, pa.Array],
    cells: Mapping[str, Cells],
    columns: Mapping[str, ReadColumn],
    rows: Positions,
) -> Mask:
    """Where a cell is blank, a formula without a result, a zero, or the date that stands for a zero."""
    kinds, text = cells[field].kind[rows], texts[field]
    zero = _matches(text, _ZERO)
    found: Mask = columns[field].blank[rows] | (kinds == CellKind.NUMBER) & zero
    if field != "id":  # one that was never calculated may be a line's
        found |= kinds == CellKind.FORMULA_WITHOUT_VALUE
    if field == "runtime":
        found |= _matches(text, _EMPTY_DATE)
    return found
