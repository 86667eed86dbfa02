"""What a cell holds, from its type, its style, its formula and its text in the XML.

Belongs here: the meaning of one cell, for single cells and for whole columns at once; both give the same.
Does not belong here: XML, rows, headers.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import compress

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from campfill_pipeline.intake.findings import CellKind, Kinds
from campfill_pipeline.intake.refusals import corrupt
from campfill_pipeline.intake.xlsx.number_formats import DateStyle, beside, iso_date, normal_iso
from campfill_pipeline.intake.xlsx.xml_text import IrregularError, byte_lengths, decode_escapes, to_strings
from campfill_pipeline.language.speaking import say

# Unambiguous, so that a million digits and a letter cost no more than a million steps.
_NUMBER = r"^[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$"
_IS_NUMBER = re.compile(_NUMBER)
_ZERO = re.compile(r"^[+-]?0+(?:\.0*)?(?:[eE][+-]?[0-9]+)?$")
_TYPE = re.compile(rb' t="(\w*+)"')
_STYLE = re.compile(rb' s="(\d{1,6}+)"')
_TEXT_TYPES = ("inlineStr", "str")


@lru_cache(maxsize=4096)
def _attributes(raw: bytes) -> tuple[str, int]:
    """Type and style from a cell's raw attributes, like `` s="3" t="s"``."""
    kind, style = _TYPE.search(raw), _STYLE.search(raw)
    return kind[1].decode() if kind else "n", int(style[1]) if style else 0


@dataclass(frozen=True)
class CellReader:
    """Reads the cells of one workbook. In one that `recalculates`, a formula's 0 is a writer's placeholder.

    A number of one of the styles in `signs` is read as it is shown, as text: `7.59 %`, not 0.0759.
    """

    strings: pa.Array
    date_styles: dict[int, DateStyle]
    date1904: bool
    recalculates: bool = False
    signs: Mapping[int, str] = field(default_factory=dict)

    def cell(self, kind: str, style: int, formula: bool, text: str | None) -> tuple[CellKind, str | None]:
        """One cell's kind and text; the text is None for a blank and a formula without value.

        Raises UnreadableError for a shared string that does not exist.
        """
        if not text or (kind not in _TEXT_TYPES and not (text := text.strip())):
            if formula and (text is None or kind != "str"):
                return CellKind.FORMULA_WITHOUT_VALUE, None
            return (CellKind.ERROR, "#ERROR!") if kind == "e" else (CellKind.BLANK, None)
        if kind == "n":
            if formula and self.recalculates and _ZERO.match(text):
                return CellKind.FORMULA_WITHOUT_VALUE, None
            return self._number(style, text)
        if kind == "s":
            return _text(self._shared(text))
        if kind == "b":
            return CellKind.BOOLEAN, "TRUE" if text in ("1", "true") else "FALSE"
        if kind == "e":
            return CellKind.ERROR, text
        if kind == "d":
            return CellKind.DATE, normal_iso(text)
        return _text(decode_escapes(text))

    def _number(self, style: int, text: str) -> tuple[CellKind, str]:
        if not _IS_NUMBER.match(text):
            return CellKind.TEXT, text
        date_style = self.date_styles.get(style)
        if date_style is None:
            sign = self.signs.get(style)
            return (CellKind.NUMBER, text) if sign is None else (CellKind.TEXT, beside(text, sign))
        moment = iso_date(float(text), date_style, date1904=self.date1904)
        return (CellKind.ERROR, "#VALUE!") if moment is None else (CellKind.DATE, moment)

    def _shared(self, text: str) -> str:
        try:
            index = int(text)
            if not 0 <= index < len(self.strings):
                raise IndexError(index)
        except (ValueError, IndexError) as error:
            raise corrupt(
                say("a cell refers to text {value}, which does not exist", value=repr(text[:20]))
            ) from error
        return str(self.strings[index].as_py())

    def column(
        self, attributes: Sequence[bytes], formulas: Sequence[bytes], values: Sequence[bytes]
    ) -> tuple[pa.Array, Kinds]:
        """Many cells at once: raw attributes, formulas and value texts of equal length.

        Returns texts (string, null where blank) and kinds. Raises IrregularError for what `cell` must decide.
        """
        count = len(values)
        distinct = set(attributes)
        types = {raw: _attributes(raw) for raw in distinct}
        simple = all(
            kind in ("s", "n", *_TEXT_TYPES) and style not in self.date_styles and style not in self.signs
            for kind, style in types.values()
        )
        if not simple or any(formulas):
            return self._one_by_one(attributes, formulas, values)
        if not any(values):
            return pa.nulls(count, pa.string()), np.full(count, CellKind.BLANK, np.int8)
        shared = {raw for raw, (kind, _) in types.items() if kind == "s"}
        if shared == distinct:
            texts = self._all_shared(pa.array(values, pa.binary()))
            kinds = np.full(count, CellKind.TEXT, np.int8)
        elif not shared:
            texts = to_strings(values).cast(pa.string())
            kinds = self._plain_kinds(attributes, types, texts)
        else:
            texts, kinds = self._mixed(attributes, types, values)
        blank = byte_lengths(texts) == 0
        if blank.any():
            texts = pc.if_else(pa.array(blank), pa.scalar(None, pa.string()), texts)
            kinds[blank] = CellKind.BLANK
        return texts, kinds

    def _all_shared(self, values: pa.Array) -> pa.Array:
        """Shared strings by their numbers; '' stays ''."""
        index = values.cast(pa.string())
        blank = byte_lengths(index) == 0
        try:
            if blank.any():
                index = pc.if_else(pa.array(blank), pa.scalar(None, pa.string()), index)
            found = self.strings.take(index.cast(pa.int32()))
        except (pa.ArrowInvalid, pa.ArrowIndexError, IndexError) as error:
            raise IrregularError("a reference to a shared text that does not exist") from error
        return found.cast(pa.string()).fill_null("") if found.null_count else found.cast(pa.string())

    def _plain_kinds(
        self, attributes: Sequence[bytes], types: dict[bytes, tuple[str, int]], texts: pa.Array
    ) -> Kinds:
        codes = {
            raw: int(CellKind.NUMBER if kind == "n" else CellKind.TEXT) for raw, (kind, _) in types.items()
        }
        if len(set(codes.values())) == 1:
            kinds = np.full(len(attributes), next(iter(codes.values())), np.int8)
        else:
            kinds = np.fromiter(map(codes.__getitem__, attributes), np.int8, len(attributes))
        if CellKind.NUMBER in codes.values():
            sound = pc.match_substring_regex(texts, _NUMBER)
            if sound.true_count < len(texts):
                empty = byte_lengths(texts) == 0
                if not (sound.to_numpy(zero_copy_only=False) | empty | (kinds != CellKind.NUMBER)).all():
                    raise IrregularError("a number with white space around it, or none at all")
        return kinds

    def _mixed(
        self,
        attributes: Sequence[bytes],
        types: dict[bytes, tuple[str, int]],
        values: Sequence[bytes],
    ) -> tuple[pa.Array, Kinds]:
        """A column in which some cells refer to shared strings and others hold their text themselves."""
        is_shared = {raw: kind == "s" for raw, (kind, _) in types.items()}
        mask = np.fromiter(map(is_shared.__getitem__, attributes), np.bool_, len(attributes))
        shared = self._all_shared(pa.array(list(compress(values, mask)), pa.binary()))
        own = ~mask
        plain = to_strings(list(compress(values, own))).cast(pa.string())
        places = np.concatenate([np.flatnonzero(mask), np.flatnonzero(own)])
        texts = pa.concat_arrays([shared, plain]).take(pa.array(np.argsort(places)))
        kinds = np.full(len(attributes), CellKind.TEXT, np.int8)
        kinds[own] = self._plain_kinds(list(compress(attributes, own)), types, plain)
        return texts, kinds

    def _one_by_one(
        self, attributes: Sequence[bytes], formulas: Sequence[bytes], values: Sequence[bytes]
    ) -> tuple[pa.Array, Kinds]:
        known: dict[tuple[bytes, bool, bytes], tuple[CellKind, str | None]] = {}
        found: list[tuple[CellKind, str | None]] = []
        for raw, formula, value in zip(attributes, formulas, values, strict=True):
            key = (raw, bool(formula), value)
            if key not in known:
                kind, style = _attributes(raw)
                if formula and not value and kind == "str":
                    raise IrregularError("a formula whose result may be an empty text, or missing")
                text = _scalar_text(value)
                known[key] = self.cell(kind, style, bool(formula), text)
            found.append(known[key])
        texts = pa.array([text for _, text in found], pa.string())
        return texts, np.fromiter((kind for kind, _ in found), np.int8, len(found))


def _scalar_text(value: bytes) -> str:
    text = to_strings([value], escapes=False)[0].as_py()
    return str(text)


def _text(text: str) -> tuple[CellKind, str | None]:
    return (CellKind.TEXT, text) if text else (CellKind.BLANK, None)
