"""Names, buyers and ids: text brought to one canonical form, and what names and buyers tell by their pattern.

Belongs here: what makes two texts the same, near misses of `Not set`, placement and advertiser, agency, platform and
seat. Does not belong here: whole columns at once (`line_columns.py`).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from campfill_pipeline.domain.cells import DASHES, DOUBT, CellKind, is_blank, shown, spoiled
from campfill_pipeline.domain.issues import Finding, Severity

NOT_SET = "Not set"
"""The buyer of a campaign; any other buyer makes the line a deal."""

LONGEST = 500
"""Most characters of a name or a buyer, after trimming."""

NAME_PATTERN = "^[0-9]{4}_[0-9]+_[0-9]+_[^_]+_(?P<placement>[^_]+)_(?P<advertiser>[^_]+)_(?s:.+)$"
"""YEAR_ORDER_POSITION_TYPE_PLACEMENT_ADVERTISER_DESCRIPTION_DATES: what most names follow (RE2 syntax)."""


@dataclass(frozen=True, slots=True)
class TextRead:
    """A cell's reading: its canonical text, or None where it is blank or faulty."""

    value: str | None
    finding: Finding | None = None


@dataclass(frozen=True, slots=True)
class BuyerParts:
    """What a deal's buyer tells, where it reads `AGENCY < PLATFORM (Seat N)`."""

    agency: str | None = None
    platform: str | None = None
    seat: str | None = None


_CONTROL = re.compile("[\x00-\x08\x0e-\x1b\x7f\x80-\x84\x86-\x9f]")
_BUYER = re.compile(
    r"(?P<agency>[^<>]*[^<>\s])\s*<\s*(?P<platform>[^<>]*[^<>\s])\s*\(\s*seat\s+(?P<seat>[^\s()]+)\s*\)", re.I
)
_UUID = re.compile(
    r"(?P<open>\{)?(?:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-f]{32})(?(open)\})"
)
_ID_DASHES = str.maketrans(dict.fromkeys(DASHES, "-"))
_DOUBTFUL = re.compile(f"{DOUBT}(?:(?P<escape>_x[0-9A-Fa-f]{{4}}_)|(?P<character>.))", re.S)
_NOT_A_LETTER = re.compile(r"[\W_]+")


def clean(text: str) -> str:
    """NFC text with every run of white space made one space, none around it, and no control characters."""
    return unicodedata.normalize("NFC", " ".join(_CONTROL.sub(" ", text.replace(DOUBT, "")).split()))


def _as_text(text: str, kind: int) -> str:
    """A number cell as a person sees it: `2025`, not `2025.0` or `2.025E3`."""
    if kind != CellKind.NUMBER or not re.fullmatch(r"[0-9]{1,15}\.0+", text):
        return text
    return text.partition(".")[0]


def _read(text: str | None, kind: int, what: str) -> TextRead:
    # What is read is what would be kept: `-` beside a control character is a dash, and so a blank.
    value = None if text is None else clean(_as_text(text, kind))
    if finding := spoiled(value, kind):
        return TextRead(None, finding)
    if value is None or is_blank(value):
        return TextRead(None)
    if len(value) > LONGEST:
        return TextRead(
            None,
            Finding(
                "too_long",
                Severity.ERROR,
                f"The {what} has {len(value):,} characters; at most {LONGEST} are kept.",
                f"Shorten it to {LONGEST} characters or less.",
            ),
        )
    return TextRead(value, _doubt(text or "", what))


def _doubt(text: str, what: str) -> Finding | None:
    """The warning that an escape like `_x1920_` may be meant as written, or not; both readings are in it."""
    match = _DOUBTFUL.search(text)
    if match is None:
        return None
    written = match["escape"] or f"_x{ord(match['character']):04X}_"
    character = match["character"] or chr(int(written[2:6], 16))
    code = f"U+{ord(character):04X}"
    seen = f"“{character}” ({code})" if character.isprintable() else code
    kept, other = (f"“{written}”", seen) if match["escape"] else (seen, f"“{written}”")
    return Finding(
        "escaped_character",
        Severity.WARNING,
        f"The file writes “{written}” in the {what}. Excel reads this as the character {seen}, but most programs write"
        f" it where they mean it as it stands. Kept is {kept}, not {other}.",
        f"If {other} is meant, type it in Excel, save the file, and drop it again.",
    )


def read_name(text: str | None, kind: int) -> TextRead:
    """Read a line's name: 1 to 500 characters after trimming."""
    return _read(text, kind, "name")


def read_buyer(text: str | None, kind: int) -> TextRead:
    """Read a buyer; a near miss of `Not set` (case, white space, punctuation) is `Not set`, with a warning."""
    read = _read(text, kind, "buyer")
    if read.value is None or text == NOT_SET or _NOT_A_LETTER.sub("", read.value).casefold() != "notset":
        return read
    return TextRead(
        NOT_SET,
        Finding(
            "buyer_spelling",
            Severity.WARNING,
            f"The buyer “{read.value}” is taken as “{NOT_SET}”: the line is a campaign.",
            f"Write it exactly as {NOT_SET}, without spaces around it. If it is a deal, write the buyer's name.",
        ),
    )


def read_id(text: str | None, kind: int) -> TextRead:
    """Read an id to its canonical form: 36 characters, lower case. Any case and braces around it are fine."""
    if finding := spoiled(text, kind):
        return TextRead(None, finding)
    if text is None or is_blank(text):
        return TextRead(None)
    bare = shown(text).translate(_ID_DASHES).lower()
    if kind == CellKind.TEXT and _UUID.fullmatch(bare):
        digits = bare.strip("{}").replace("-", "")
        parts = (digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:])
        return TextRead("-".join(parts))
    shortened = bare if len(bare) <= 60 else f"{bare[:59]}…"
    return TextRead(
        None,
        Finding(
            "not_a_uuid",
            Severity.ERROR,
            f"“{shortened}” is not a campaign or deal ID.",
            "Copy the ID from the source system: 8-4-4-4-12 characters from 0-9 and a-f,"
            " like 0b5f1d7e-2a64-4c1f-9b5e-1f0c5d1a7e42.",
        ),
    )


def buyer_parts(buyer: str) -> BuyerParts:
    """Agency, platform and seat of a buyer like `DENTSU_AEGIS < Easymedia_rtb (Seat 608194)`."""
    found = _BUYER.fullmatch(buyer)
    return BuyerParts() if found is None else BuyerParts(found["agency"], found["platform"], found["seat"])
