"""Saying a message in the language that is spoken now; English until somebody says otherwise.

Belongs here: the language spoken, looking a message up, filling it in. Does not belong here: notations (`notation`),
the file of messages (`catalogue`).

A message stands in English in the code, as gettext has it: `say("{lines} lines", lines=…)`. Words of a table are
looked up by `word`; the tables that are looked up so are named in `campfill_pipeline_tests/messages.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from enum import StrEnum

from campfill_pipeline.language import catalogue


class Language(StrEnum):
    """What campfill speaks, by its ISO 639 code."""

    ENGLISH = "en"
    GERMAN = "de"


_spoken: ContextVar[Language] = ContextVar("language", default=Language.ENGLISH)


def spoken() -> Language:
    """The language spoken now."""
    return _spoken.get()


@contextmanager
def speaking(language: Language) -> Iterator[None]:
    """Everything said inside is said in this language."""
    before = _spoken.set(language)
    try:
        yield
    finally:
        _spoken.reset(before)


def say(message: str, **values: object) -> str:
    """The message in the language spoken, its `{placeholders}` filled in."""
    told = word(message)
    return told.format(**values) if values else told


def say_many(one: str, many: str, number: int, **values: object) -> str:
    """Like `say`, in the form that this number of things takes; only the number decides, `values` are what is shown."""
    return catalogue.plural(spoken(), one, many, number).format(**values)


def word(text: str) -> str:
    """A word of a table in the language spoken."""
    return catalogue.translated(spoken(), text)


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence that is said where it is shown, in the language spoken there: `made_by(*of)`."""

    made_by: Callable[..., str]
    of: tuple[object, ...]

    def __str__(self) -> str:
        return self.made_by(*self.of)


def in_each(sentence: object) -> dict[str, str]:
    """A sentence in every language, for who chooses it later: the page's reader."""
    told = {}
    for language in Language:
        with speaking(language):
            told[str(language)] = str(sentence)
    return told


def in_each_language(text: str) -> dict[str, str]:
    """A word of a table in every language."""
    return {str(language): catalogue.translated(language, text) for language in Language}
