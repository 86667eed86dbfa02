"""The catalogue: for each language but English a file of messages, `messages/de.po`, read as it stands.

Belongs here: reading it, looking up. Does not belong here: which messages there are: `make messages` gathers them, a
test finds what is missing or no longer said.

No file is compiled: reading takes a tenth of a second, once, and only where another language than English is spoken;
there is no step of building that could be forgotten.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog

PAGE = "reports/templates/page/"
"""Where messages of the page's scripts stand, as the file of messages tells it."""

STORED = tuple(
    f"campfill_pipeline/{room}/" for room in ("domain", "warehouse", "intake", "defs", "reporting")
)
"""Where sentences are made that are stored in English; what stands in `SHOWN` is said when it is read."""

RAISED = "a sentence of an error"
"""What the file of messages remarks beside a sentence of an error, or of the parser of the command line."""

FOUND = "a sentence about a cell"
"""What it remarks beside a sentence about a cell of a file."""

SHOWN = "intake/receipt/"


@cache
def read(language: str) -> Catalog:
    """The messages of a language, with the places that say them."""
    from babel.messages.pofile import read_po

    file = resources.files(__package__) / "messages" / f"{language}.po"
    with file.open("rb") as content:
        return read_po(content, locale=language, abort_invalid=True)


@cache
def _messages(language: str) -> dict[str, tuple[str, ...]]:
    """By the English message (the singular, where there are two): its forms."""
    if language == "en":
        return {}
    told: dict[str, tuple[str, ...]] = {}
    for message in read(language):
        if message.id and message.string:
            told[_forms(message.id)[0]] = _forms(message.string)
    return told


@cache
def _each_form(language: str) -> dict[str, str]:
    """By every English form, plurals too: its own in this language."""
    return {
        one: form
        for message in read(language)
        if message.id and message.string
        for one, form in zip(_forms(message.id), _forms(message.string), strict=True)
    }


def _forms(text: str | Sequence[str]) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)


def translated(language: str, message: str) -> str:
    """The message in this language; as it is, where the catalogue does not have it."""
    return message if language == "en" else _each_form(language).get(message, message)


def plural(language: str, one: str, many: str, number: int) -> str:
    """The form for this number of things. English and German have the same two, and the same rule."""
    return _messages(language).get(one, (one, many))[0 if number == 1 else 1]


@cache
def of_scripts(language: str, place: str = PAGE) -> dict[str, str | tuple[str, ...]]:
    """The messages that scripts look up, those of the page or of another place, by the English ones."""
    if language == "en":
        return {}
    said = {
        _forms(message.id)[0]
        for message in read(language)
        if message.id and any(place in at for at, _ in message.locations)
    }
    return {
        message: forms if len(forms) > 1 else forms[0]
        for message, forms in _messages(language).items()
        if message in said
    }


@cache
def found(language: str) -> tuple[str, ...]:
    """The English messages of what is found in a cell of a file, and of its mend."""
    return tuple(
        _forms(message.id)[0] for message in read(language) if message.id and FOUND in message.auto_comments
    )


@cache
def stored(language: str) -> tuple[str, ...]:
    """The English messages of stored and raised sentences, of files, facts and errors; not of a page or a cell."""
    return tuple(
        _forms(message.id)[at]
        for message in read(language)
        if message.id
        and FOUND not in message.auto_comments
        and (
            RAISED in message.auto_comments
            or any(place.startswith(STORED) and SHOWN not in place for place, _ in message.locations)
        )
        for at in range(len(_forms(message.id)))
    )
