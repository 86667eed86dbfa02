"""Sentences that were stored in English, said in the language spoken: found again by the message they were made of.

Belongs here: recognising a stored sentence and its figures. Does not belong here: saying new ones (`speaking`).

What happened is kept once, in English, in tables that outlive a change of language and that others read. A sentence
that no message fits stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from functools import cache, lru_cache

from campfill_pipeline.language import catalogue, notation
from campfill_pipeline.language.speaking import Language, spoken

VERBATIM = {
    "name", "line", "site", "file", "sheet", "column", "value", "found", "text", "header", "id", "path", "source",
    "folder", "home", "data", "wanted", "given", "host", "file_name", "strerror", "error", "strip", "log", "programs",
    "table", "shown", "asked", "ids", "clean", "variable", "env", "campaign_id", "deal_id",
}  # fmt: skip
"""Placeholders that hold what somebody else wrote: never taken for a figure or a sentence of ours."""

_NUMBER = r"-?\d{1,3}(?:,\d{3})*(?:\.\d+)?|-?\d+(?:\.\d+)?"

SHAPES = {"why": "(?:; .*)?", "pace": "(?: at .*?)?", "header": "“[^”]*”(?:(?:, | and )“[^”]*”)*",
          "count": rf"(?:{_NUMBER})", "campaign_id": r"\S+", "deal_id": r"\S+", "hour_utc": r"\S+",
          "figures": "[-0-9.,/ ]+", "identity": "[^;]*",
          "listed": r"(?:(?!\. [A-Z][a-z]+ ).)*", "status": r"\w+", "request": r"[A-Z]+ \S+"}  # fmt: skip
"""Placeholders that hold a part of a sentence, or nothing; others hold anything."""

_QUOTED = re.compile("“([^”]*)”")
_PLACE = re.compile(r"\{(\w+)\}")
_SIGN = r"[€$£¥₺₹₽₩₪₴]|[^\W\d_]{2,3}\u00a0"  # letters stand apart: CHF 1,234.50
_DAY = r"\d{1,2} (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"


def _decimal(text: str) -> Decimal:
    return Decimal(text.replace(",", ""))


def _of_year(text: str) -> datetime:
    return datetime.strptime(f"{text} 2000", "%d %b %Y")


FIGURES: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    (re.compile(rf"({_NUMBER})"), lambda found: notation.number(_decimal(found[1]))),
    (re.compile(rf"(?:{_SIGN})({_NUMBER})"), lambda found: notation.money(_decimal(found[1]))),
    (
        re.compile(rf"((?:{_NUMBER})(?: / (?:{_NUMBER}))+)"),
        lambda found: " / ".join(notation.number(_decimal(each)) for each in found[1].split(" / ")),
    ),
    (re.compile(rf"({_NUMBER}) %"), lambda found: notation.percent(_decimal(found[1]))),
    (
        re.compile(rf"({_DAY} \d{{4}})(.*)"),
        lambda found: notation.day(datetime.strptime(found[1], "%d %b %Y").date()) + found[2],
    ),
    (re.compile(rf"({_DAY})(.*)"), lambda found: notation.day_of_year(_of_year(found[1]).date()) + found[2]),
    (
        re.compile(r"(\d{4}-\d{2}-\d{2})"),
        lambda found: notation.day(datetime.strptime(found[1], "%Y-%m-%d").date()),
    ),
)


def retold(text: str) -> str:
    """The stored sentence in the language spoken; as it is, where no message fits."""
    if spoken() is Language.ENGLISH or not text:
        return text
    return _told(spoken(), text) or text


def pattern_of(message: str, shapes: Mapping[str, str]) -> re.Pattern[str]:
    """What a sentence made of this message looks like. `shapes`: of placeholders that do not hold anything."""
    pieces = enumerate(_PLACE.split(message))
    return re.compile(
        "".join(
            f"(?P<{piece}>{shapes.get(piece, '.*?')})" if at % 2 else re.escape(piece) for at, piece in pieces
        ),
        re.DOTALL,
    )


@cache
def _patterns(language: Language) -> list[tuple[re.Pattern[str], str]]:
    """Messages with placeholders, the one with the most words of its own first."""
    told = []
    for message in catalogue.stored(language):
        if parts := _PLACE.findall(message):
            literal = _PLACE.sub("", message)
            if len(literal.strip()) > 2 and len(parts) == len(set(parts)):
                told.append((len(literal), pattern_of(message, SHAPES), message))
    return [(pattern, message) for _, pattern, message in sorted(told, key=lambda one: -one[0])]


@lru_cache(maxsize=4096)
def _told(language: Language, text: str) -> str | None:
    """What the sentence, or each of several one after another, is in this language; None where one is not known."""
    plain = catalogue.translated(language, text)
    if plain != text:
        return plain
    lines = text.splitlines(keepends=True)
    if len(lines) > 1 and all(
        line.startswith("  ") for line in lines[1:]
    ):  # a list of faults, each for itself
        told_lines = [_line(language, line) for line in lines]
        return "".join(told_lines) if told_lines != lines else None
    half = None  # a message of which the sentence within is not known: several sentences may fit better
    for pattern, message in _patterns(language):
        if found := pattern.fullmatch(text):
            values = {name: _value(language, name, value) for name, value in found.groupdict().items()}
            told = catalogue.translated(language, message).format(**values)
            is_told = values.get("told") != found.groupdict().get("told") or "told" not in values
            if is_told and told != text:  # `{env}: {error}.` fits much, and says it in no other language
                return told
            half = half or told
    for mark in (". ", "? ", ": ", "; "):  # sentences first: what stands before a colon may be one of ours
        at = text.find(mark)
        while at >= 0:
            before, after = text[: at + 1], text[at + 2 :]
            last = _told(language, after)
            if last is not None and mark == ": ":
                return f"{before} {last}"
            if last is not None and mark == "; " and (first := _told(language, before[:-1])) is not None:
                return f"{first}; {last}"
            if last is not None and (first := _told(language, before)) is not None:
                return f"{first} {last}"
            at = text.find(mark, at + 1)
    return half


def _line(language: Language, line: str) -> str:
    plain = line.strip()
    told = _told(language, plain) if plain else None
    return line if told is None else line.replace(plain, told)


def _value(language: Language, name: str, value: str) -> str:
    if name == "header":
        listed = value.replace("” and “", f"”{catalogue.translated(language, ' and ')}“")
        return _QUOTED.sub(catalogue.translated(language, "“{text}”").format(text=r"\1"), listed)
    if name in VERBATIM or not value:
        return value
    for pattern, written in FIGURES:
        if found := pattern.fullmatch(value):
            return written(found)
    return _told(language, value) or value
