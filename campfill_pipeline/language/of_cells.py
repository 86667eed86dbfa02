"""Sentences about a cell of a file, stored in English, said in the language spoken: what is wrong there, the mend.

Belongs here: recognising such a sentence and its parts. Does not belong here: finding something in a cell (`domain`,
`intake`), other stored sentences (`retelling`).

They have a module of their own because what a cell holds stands in them: a figure as it was found, a text, a year are
quoted as they are, while limits and the readings of a number are written as the language does.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

from campfill_pipeline.language import catalogue
from campfill_pipeline.language.retelling import FIGURES, pattern_of, retold
from campfill_pipeline.language.speaking import Language, spoken

FIGURED = {
    "asked", "cpm", "count", "days", "decimal", "decimals", "example", "fitting", "grouped", "kept", "LARGEST_COUNT",
    "least", "len", "LONGEST", "LONGEST_ID", "most", "normalize", "plain", "rows", "times", "TIMES", "usual",
}  # fmt: skip
"""Placeholders that hold a number of ours; all others hold words of ours, or what somebody else wrote."""

WORDED = {"what", "says", "side", "follows", "beside", "said", "error", "HINT"}
"""Placeholders that hold words of ours."""

SHAPES = {"beside": "(?: .*)?", "examples": r"(?:(?!\. ).)*", "follows": r"(?:(?!\. ).)*"}
"""Placeholders after which another sentence may follow, or that may hold nothing."""

_PLACE = re.compile(r"\{(\w+)\}")
_LISTED = re.compile(
    r"row (?P<row_no>\d+) of sheet “(?P<sheet>[^”]*)”|(?P<count>[\d,]+) more|(?P<word>rows? | and )"
)


def told(text: str) -> str | None:
    """What was found, or its mend, in the language spoken; None where it is not known."""
    if spoken() is Language.ENGLISH or not text:
        return text
    return _told(spoken(), text)


@cache
def _patterns(language: Language) -> list[tuple[re.Pattern[str], str]]:
    """Messages with placeholders, the one with the most words of its own first."""
    made = []
    for message in catalogue.found(language):
        if _PLACE.search(message):
            pattern = pattern_of(message.lstrip(), SHAPES)
            made.append((len(_PLACE.sub("", message)), pattern, message))
    return [(pattern, message) for _, pattern, message in sorted(made, key=lambda one: -one[0])]


@lru_cache(maxsize=4096)
def _told(language: Language, text: str) -> str | None:
    for stored in (text, f" {text}"):  # a second sentence is kept with the space before it
        if (plain := catalogue.translated(language, stored)) != stored:
            return plain if stored == text else plain.lstrip()
    for pattern, message in _patterns(language):
        if found := pattern.fullmatch(text):
            values = {name: _value(language, name, value) for name, value in found.groupdict().items()}
            return catalogue.translated(language, message).lstrip().format(**values)
    at = text.find(". ")
    while at >= 0:
        first, last = _told(language, text[: at + 1]), _told(language, text[at + 2 :])
        if first is not None and last is not None:
            return f"{first} {last}"
        at = text.find(". ", at + 1)
    return None if (other := retold(text)) == text else other


def _value(language: Language, name: str, value: str) -> str:
    name = name.rstrip("0123456789")
    if name in WORDED:
        return _told(language, value) or value
    if name == "others":
        return _LISTED.sub(lambda found: _of_list(language, found), value)
    if name == "examples":
        return value.replace(" or ", catalogue.translated(language, " or "))
    if name in FIGURED:
        for pattern, written in FIGURES[:1]:
            if found := pattern.fullmatch(value):
                return written(found)
    return value


def _of_list(language: Language, found: re.Match[str]) -> str:
    if found["word"]:
        return catalogue.translated(language, found["word"])
    if found["count"]:
        count = FIGURES[0][0].fullmatch(found["count"])
        return catalogue.translated(language, "{count} more").format(
            count=FIGURES[0][1](count) if count else found["count"]
        )
    return catalogue.translated(language, "row {row_no} of sheet “{sheet}”").format(
        row_no=found["row_no"], sheet=found["sheet"]
    )
