"""The seven columns of a campaign list, each with its ordinary notations and the rule for everything else.

Belongs here: which notations need no second look, so that a million cells are read at once. Does not belong here: the
rules themselves (numbers, runtimes, names).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from campfill_pipeline.domain.cells import CellKind
from campfill_pipeline.domain.column_reading import ColumnReader, Readers, Shape
from campfill_pipeline.domain.issues import Finding
from campfill_pipeline.domain.kinds import LineKind
from campfill_pipeline.domain.names import LONGEST, NOT_SET, buyer_parts, read_buyer, read_id, read_name
from campfill_pipeline.domain.numbers import (
    BUDGET,
    CPM,
    GOAL,
    Notation,
    NumberRule,
    notation_without_doubt,
    read_number,
)
from campfill_pipeline.domain.runtimes import LONG, read_runtime

FLIGHT = pa.struct([("runtime", pa.string()), ("start_date", pa.date32()), ("end_date", pa.date32())])
BUYER = pa.struct([(name, pa.string()) for name in ("buyer", "kind", "agency", "platform", "seat")])
_NUMBER_TYPES = {GOAL: pa.int64(), BUDGET: pa.decimal128(15, 2), CPM: pa.decimal128(10, 4)}

_TEXT = frozenset({int(CellKind.TEXT)})
_NUMBER = frozenset({int(CellKind.NUMBER)})
_HEX = "-".join(f"[0-9a-fA-F]{{{length}}}" for length in (8, 4, 4, 4, 12))
# Visible characters that stay as they are under NFC: ASCII, Latin letters, dashes, quotes, the euro sign.
_VISIBLE = "[!-~\u00a1-\u00ac\u00ae-\u017f\u2010-\u2027\u2030-\u205e\u20ac]"


def _same(text: pa.Array) -> pa.Array:
    return text


def _noisy(digits: int, decimals: int) -> str:
    """Number cells whose digits beyond the fifteenth are noise: 5464.8000000000002 and 5464.7999999999997."""
    forms = []
    # One digit less than the column holds: a run of nines may round up to one digit more.
    for whole in range(1, min(digits, 10)):
        beyond = 15 - whole - decimals
        forms.append(
            rf"[1-9][0-9]{{{whole - 1}}}\.[0-9]{{{decimals}}}(?:0{{{beyond}}}[0-4]|9{{{beyond}}}[6-9])[0-9]{{0,3}}"
        )
    return f"^(?:{'|'.join(forms)})$"


def _number_shapes(rule: NumberRule) -> tuple[Shape, ...]:
    kind = _NUMBER_TYPES[rule]

    def cast(text: pa.Array) -> pa.Array:
        return text.cast(kind)

    def ungrouped(thousands: str, decimal: str = ".") -> Shape:
        def convert(text: pa.Array) -> pa.Array:
            plain = pc.replace_substring(text, thousands, "")
            return cast(plain if decimal == "." else pc.replace_substring(plain, decimal, "."))

        group = rf"\{thousands}[0-9]{{3}}"
        groups = (
            f"(?:{group}){{1,2}}"
            if rule.whole
            else rf"(?:(?:{group}){{1,3}}\{decimal}[0-9]{{1,2}}|(?:{group}){{2,3}})"
        )
        return Shape(_TEXT, f"^[1-9][0-9]{{0,2}}{groups}$", convert)

    if rule.whole:
        return (Shape(_TEXT | _NUMBER, "^[1-9][0-9]{0,8}$", cast), ungrouped("."), ungrouped(","))
    digits = 12 if rule is BUDGET else 6

    def without_noise(text: pa.Array) -> pa.Array:
        return pc.round(text.cast(pa.decimal128(38, 20)), ndigits=rule.decimals).cast(kind)

    return (
        Shape(_TEXT | _NUMBER, rf"^[0-9]{{1,{digits}}}(?:\.[0-9]{{1,2}})?$", cast),
        Shape(_NUMBER, rf"^[0-9]{{1,{digits}}}\.[0-9]{{1,{rule.decimals}}}$", cast),
        Shape(
            _TEXT,
            f"^[0-9]{{1,{digits}}},[0-9]{{1,2}}$",
            lambda text: cast(pc.replace_substring(text, ",", ".")),
        ),
        Shape(_NUMBER, _noisy(digits, rule.decimals), without_noise),
        *((ungrouped(".", ","), ungrouped(",", ".")) if rule is BUDGET else ()),
    )


def _number_reader(rule: NumberRule, notation: Notation | None) -> ColumnReader:
    def read_one(text: str | None, kind: int) -> tuple[Any, Finding | None]:
        read = read_number(text, kind, rule, notation)
        return (int(read.value) if rule.whole and read.value is not None else read.value), read.finding

    return ColumnReader(_NUMBER_TYPES[rule], _number_shapes(rule), read_one)


# Years up to 2099, so that nothing but the calendar, the order and the length of a flight is left to look at.
_DAY = r"[0-3][0-9]\.[01][0-9]\.20[0-9]{2}"
_WRITTEN_OUT = len("01.03.2026-31.03.2026")


def _flights(text: pa.Array) -> pa.Array:
    """Flights of two full dates, all written with 21 characters; null for those that want a second look."""
    count = len(text)
    first = int(np.frombuffer(text.buffers()[1], np.int32, 1, 4 * text.offset)[0])
    data = np.frombuffer(text.buffers()[2], np.uint8, count * _WRITTEN_OUT, first)
    digits = data.reshape(count, _WRITTEN_OUT).astype(np.int64) - ord("0")
    ends, sure = [], np.ones(count, bool)
    for at in (0, 11):
        day, month, year = (digits[:, at + place] * 10 + digits[:, at + place + 1] for place in (0, 3, 8))
        begins = ((2000 - 1970 + year) * 12 + month - 1).astype("datetime64[M]")
        ends.append(begins.astype("datetime64[D]") + (day - 1))
        sure &= (month >= 1) & (month <= 12) & (day >= 1) & (ends[-1].astype("datetime64[M]") == begins)
    days = (ends[1] - ends[0]).astype(np.int64) + 1
    sure &= (days >= 1) & (days <= LONG)
    start, end = (pa.array(day, pa.date32()) for day in ends)
    return pa.StructArray.from_arrays([text, start, end], fields=list(FLIGHT), mask=pa.array(~sure))


def _flight(text: str | None, kind: int) -> tuple[Any, Finding | None]:
    read = read_runtime(text, kind)
    flight = read.flight
    if flight is None:
        return None, read.finding
    return {"runtime": flight.runtime, "start_date": flight.start, "end_date": flight.end}, read.finding


def _buyer(text: str | None, kind: int) -> tuple[Any, Finding | None]:
    read = read_buyer(text, kind)
    if read.value is None:
        return None, read.finding
    parts = buyer_parts(read.value)
    return {
        "buyer": read.value,
        "kind": LineKind.CAMPAIGN if read.value == NOT_SET else LineKind.DEAL,
        "agency": parts.agency,
        "platform": parts.platform,
        "seat": parts.seat,
    }, read.finding


def _name(text: str | None, kind: int) -> tuple[Any, Finding | None]:
    read = read_name(text, kind)
    return read.value, read.finding


def _id(text: str | None, kind: int) -> tuple[Any, Finding | None]:
    read = read_id(text, kind)
    return read.value, read.finding


def readers(notations: Mapping[str, Notation | None]) -> Readers:
    """A reader for each of the seven fields; `notations` says what the budget and CPM columns of the sheet show."""
    return {
        # Eight characters at least: shorter names may be blanks (`NULL`) or errors (`Err:502`) in words.
        "name": ColumnReader(
            pa.string(),
            (
                Shape(
                    _TEXT,
                    f"^[0-9A-Za-z](?:{_VISIBLE}| {_VISIBLE}){{7}}(?: ?{_VISIBLE})*$",
                    _same,
                    longest=LONGEST,
                ),
            ),
            _name,
        ),
        "runtime": ColumnReader(FLIGHT, (Shape(_TEXT, f"^{_DAY}-{_DAY}$", _flights),), _flight),
        "impression_goal": _number_reader(GOAL, None),
        "budget_eur": _number_reader(BUDGET, notations.get("budget_eur")),
        "cpm_eur": _number_reader(CPM, notations.get("cpm_eur")),
        "id": ColumnReader(
            pa.string(),
            (
                Shape(_TEXT, f"^{_HEX}$", pc.ascii_lower),
                Shape(
                    _TEXT,
                    rf"^\{{{_HEX}\}}$",
                    lambda text: pc.ascii_lower(pc.utf8_slice_codeunits(text, 1, 37)),
                ),
            ),
            _id,
        ),
        "buyer": ColumnReader(BUYER, (), _buyer),
    }


_PLAIN = "^[0-9]{1,15}$"
_CERTAIN = {
    Notation.GERMAN: r"^(?:[0-9]{1,15},[0-9]{1,2}|[1-9][0-9]{0,2}(?:\.[0-9]{3}){1,4},[0-9]{1,4})$",
    Notation.ENGLISH: r"^(?:[0-9]{1,15}\.[0-9]{1,2}|[1-9][0-9]{0,2}(?:,[0-9]{3}){1,4}\.[0-9]{1,4})$",
}


def notations_shown(text: pa.Array, kind: npt.NDArray[np.int8]) -> set[Notation]:
    """The notations that the text cells among these cells of one column show without doubt."""
    rest = text.filter(pa.array(kind == CellKind.TEXT)).drop_null()
    if not len(rest):
        return set()
    rest = rest.filter(pc.invert(pc.match_substring_regex(rest, _PLAIN)))
    shown: set[Notation] = set()
    for notation, pattern in _CERTAIN.items():
        certain = pc.match_substring_regex(rest, pattern)
        if pc.any(certain).as_py():
            shown.add(notation)
            rest = rest.filter(pc.invert(certain))
    for value in rest.unique().to_pylist():
        if len(shown) == 2:
            break
        notation_found = notation_without_doubt(value)
        if notation_found is not None:
            shown.add(notation_found)
    return shown
