"""Numbers as people write them: German and English notation, read exactly or refused, never guessed.

Belongs here: how one cell becomes a decimal, and what a column's other cells say about its notation.
Does not belong here: whole columns at once (`column_reading.py`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_EVEN, Context, Decimal
from enum import StrEnum
from functools import cache

from campfill_pipeline.domain.cells import DASHES, CellKind, is_blank, shown, spoiled
from campfill_pipeline.domain.issues import Finding, Severity
from campfill_pipeline.language import currencies


class Notation(StrEnum):
    """Which mark is the decimal mark: the comma (German) or the point (English)."""

    GERMAN = "german"
    ENGLISH = "english"


@dataclass(frozen=True, slots=True)
class NumberRule:
    """What a column may hold: how many decimals it keeps and its range, both ends included."""

    field: str
    what: str
    decimals: int
    least: Decimal
    most: Decimal
    example: str

    @property
    def whole(self) -> bool:
        """True where only whole numbers have a meaning."""
        return self.decimals == 0

    @property
    def money(self) -> bool:
        """True where it is an amount of the home's currency."""
        return self in (BUDGET, CPM)


GOAL = NumberRule("impression_goal", "impression goal", 0, Decimal(1), Decimal(2_000_000_000), "1500000")
BUDGET = NumberRule("budget_eur", "budget", 2, Decimal(0), Decimal("9999999999999.99"), "1234.50")
CPM = NumberRule("cpm_eur", "CPM", 4, Decimal(0), Decimal("999999.9999"), "7.59")
NUMBER_RULES = {rule.field: rule for rule in (GOAL, BUDGET, CPM)}


@dataclass(frozen=True, slots=True)
class NumberRead:
    """A cell's reading: its exact value, or None where it is blank or faulty; and what was found about it."""

    value: Decimal | None
    finding: Finding | None = None


@dataclass(frozen=True, slots=True)
class _Written:
    """A text with the shape of a number. `grouped` is its other reading, where the one mark can be either.

    `currency`: the word for one that stands beside it, where the home counts in another.
    """

    value: Decimal
    grouped: Decimal | None = None
    notation: Notation | None = None
    currency: str | None = None


_SPACE = " \u00a0\u2000-\u200a\u202f\u205f\u3000"
_SIGN = f"[{DASHES}+\uff0b]"
_PLAIN = re.compile(r"[0-9]+")
_ONE_MARK = re.compile(r"(?P<before>[0-9]*)(?P<mark>[.,])(?P<after>[0-9]+)")
_SCIENTIFIC = re.compile(
    r"(?P<whole>[0-9]+)(?:[.,](?P<part>[0-9]+))?e(?P<power>[+-]?[0-9]{1,5})", re.IGNORECASE
)
_SPACED = re.compile(
    f"[1-9][0-9]{{0,2}}(?:(?:[{_SPACE}][0-9]{{3}})+|(?:['’][0-9]{{3}})+)(?:(?P<mark>[.,])(?P<part>[0-9]+))?"
)
_BOTH = {
    Notation.GERMAN: re.compile(r"[1-9][0-9]{0,2}(?:(?:\.[0-9]{3})+,[0-9]+|(?:\.[0-9]{3}){2,})"),
    Notation.ENGLISH: re.compile(r"[1-9][0-9]{0,2}(?:(?:,[0-9]{3})+\.[0-9]+|(?:,[0-9]{3}){2,})"),
}
_NO_CENTS = re.compile(f"(?P<whole>.*[0-9])(?P<mark>[.,]) ?[{DASHES}]{{1,2}}")
_MARK = {",": Notation.GERMAN, ".": Notation.ENGLISH}
_NUMBER_CELL = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_LONGEST = 120
# A spreadsheet keeps 15 significant digits; what a file shows beyond them is binary noise.
_FIFTEEN = Context(prec=15, rounding=ROUND_HALF_EVEN, traps=[])
_EXACT = Context(prec=400, rounding=ROUND_HALF_EVEN)


@cache
def _dress() -> re.Pattern[str]:
    """A number with sign and currency around it; compiled when first needed: its words take 20 ms."""
    currency = currencies.pattern(currencies.every_word())
    return re.compile(
        f"(?P<s1>{_SIGN})?[{_SPACE}]*(?P<c1>{currency})?[{_SPACE}]*(?P<s2>{_SIGN})?[{_SPACE}]*"
        f"(?P<body>[0-9.,].*?)[{_SPACE}]*(?P<c2>{currency})?",
        re.IGNORECASE,
    )


def _written(text: str) -> _Written | None:
    """The shape of a text number, or None where it has no such shape."""
    if len(text) > _LONGEST:
        return None
    dress = _dress().fullmatch(shown(text))
    if dress is None or (dress["c1"] and dress["c2"]) or (dress["s1"] and dress["s2"]):
        return None
    found = _unsigned(dress["body"])
    sign = dress["s1"] or dress["s2"] or "+"
    if found is None:
        return None
    word = dress["c1"] or dress["c2"]
    if word and currencies.meant(word) != currencies.counted_in():
        found = replace(found, currency=word)
    if sign in "+\uff0b":
        return found
    return replace(found, value=-found.value, grouped=None if found.grouped is None else -found.grouped)


def _unsigned(body: str) -> _Written | None:
    if found := _NO_CENTS.fullmatch(
        body
    ):  # `5.000,-`: no cents, so the mark before the dash is the decimal mark
        return _unsigned(f"{found['whole']}{found['mark']}00")
    if _PLAIN.fullmatch(body):
        return _Written(Decimal(body))
    if found := _ONE_MARK.fullmatch(body):
        before, after, notation = found["before"], found["after"], _MARK[found["mark"]]
        value = Decimal(f"{before or 0}.{after}")
        if len(after) == 3 and before not in ("", "0") and len(before) <= 3:
            return _Written(value, grouped=Decimal(before + after), notation=notation)
        return _Written(value, notation=notation)
    if found := _SCIENTIFIC.fullmatch(body):
        # A mantissa is never written in groups, so its mark is a decimal mark.
        part = found["part"] or ""
        shown = _MARK["," if "," in body else "."] if part and len(part) != 3 else None
        return _Written(Decimal(f"{found['whole']}.{part or 0}e{found['power']}"), notation=shown)
    if found := _SPACED.fullmatch(body):
        whole = re.sub("[^0-9]", "", body[: found.start("mark")] if found["mark"] else body)
        return _Written(
            Decimal(f"{whole}.{found['part'] or 0}"), notation=_MARK[found["mark"]] if found["mark"] else None
        )
    for notation, pattern in _BOTH.items():
        if pattern.fullmatch(body):
            thousands, decimal = (".", ",") if notation is Notation.GERMAN else (",", ".")
            return _Written(Decimal(body.replace(thousands, "").replace(decimal, ".")), notation=notation)
    return None


def notation_without_doubt(text: str) -> Notation | None:
    """The notation that this text shows beyond doubt, or None (no number, no mark, or `12.345`).

    Beyond doubt are: both marks in one number; one mark repeated; one mark not followed by exactly three digits,
    or preceded by more than three digits, by a bare 0 or by nothing.
    """
    found = _written(text)
    if found is None or found.grouped is not None:
        return None
    return found.notation


def read_number(text: str | None, kind: int, rule: NumberRule, notation: Notation | None) -> NumberRead:
    """Read one cell of `kind` under the rule of its column, whose text cells show `notation` (None: undecided).

    Values are exact; more decimals than the column holds are rounded half-even with a warning. Source:
    docs/campaign-lists.md, “Numbers are never guessed”.
    """
    if finding := spoiled(text, kind):
        return NumberRead(None, finding)
    if text is None or is_blank(text):
        return NumberRead(None)
    if kind == CellKind.NUMBER:
        value = _FIFTEEN.create_decimal(text) if _NUMBER_CELL.fullmatch(text.strip()) else None
        return _not_a_number(text, kind, rule) if value is None else _within(value, text, rule)
    found = _written(text) if kind == CellKind.TEXT else None
    if found is None:
        return _not_a_number(text, kind, rule)
    if found.currency:
        return _other_money(text, rule) if rule.money else _not_a_number(text, kind, rule)
    if found.grouped is None:
        return _within(found.value, text, rule)
    if rule.whole:
        return _within(found.grouped, text, rule)
    if notation is None:
        return _ambiguous(text, found.value, found.grouped)
    return _within(found.value if found.notation is notation else found.grouped, text, rule)


def _within(value: Decimal, text: str, rule: NumberRule) -> NumberRead:
    if not value.is_finite() or value.adjusted() > 30 or value < min(rule.least, Decimal(0)):
        return _out_of_range(text, rule)
    kept = value.quantize(Decimal(1).scaleb(-rule.decimals), context=_EXACT)
    if rule.whole and kept != value:
        return NumberRead(
            None,
            Finding(
                "not_whole",
                Severity.ERROR,
                f"“{_short(text)}” is not a whole number, and an {rule.what} counts whole impressions.",
                f"Type a whole number without decimals, for example {rule.example}.",
            ),
        )
    if not rule.least <= kept <= rule.most:
        return _out_of_range(text, rule)
    if kept == value:
        return NumberRead(abs(kept))
    return NumberRead(
        abs(kept),
        Finding(
            "rounded",
            Severity.WARNING,
            f"The {rule.what} {_plain(value)} has more than {rule.decimals} decimals; it is read as {kept:f}.",
            f"Nothing to do, if {kept:f} is right. Else type the {rule.what} with {rule.decimals} decimals.",
        ),
    )


def _other_money(text: str, rule: NumberRule) -> NumberRead:
    home = currencies.counted_in()
    return NumberRead(
        None,
        Finding(
            "not_a_number",
            Severity.ERROR,
            f"“{_short(text)}” is not a number of {home}, the currency that this home counts in.",
            f"Convert the {rule.what} to {home}, and type it as a plain number, for example {rule.example}.",
        ),
    )


def _not_a_number(text: str, kind: int, rule: NumberRule) -> NumberRead:
    hint = f"Type the {rule.what} as a plain number, for example {rule.example}."
    message = f"“{_short(text)}” is not a number."
    if kind == CellKind.DATE:
        message = f"The cell holds a date or time ({_short(text)}), not a number."
        hint = f"Format the cell as a number and type the {rule.what} again, for example {rule.example}."
    return NumberRead(None, Finding("not_a_number", Severity.ERROR, message, hint))


def _out_of_range(text: str, rule: NumberRule) -> NumberRead:
    message = (
        f"“{_short(text)}” is out of range: the {rule.what} must be from {rule.least:,} to {rule.most:,}."
    )
    hint = f"Type a number from {rule.least:,} to {rule.most:,}."
    return NumberRead(None, Finding("out_of_range", Severity.ERROR, message, hint))


def _ambiguous(text: str, decimal: Decimal, grouped: Decimal) -> NumberRead:
    digits = _plain(grouped)
    return NumberRead(
        None,
        Finding(
            "ambiguous_number",
            Severity.ERROR,
            f"“{_short(text)}” can mean {grouped:f} or {decimal:f}: the other cells of this column do not show"
            " beyond doubt whether the comma or the point is its decimal mark.",
            f"Type it so that it can mean one thing only: {digits} without any mark,"
            f" or {_plain(decimal)} as a number (not as text).",
        ),
    )


def _plain(value: Decimal) -> str:
    if value.adjusted() <= -30:
        return str(value)
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _short(text: str) -> str:
    bare = " ".join(text.split())
    return bare if len(bare) <= 60 else f"{bare[:59]}…"
