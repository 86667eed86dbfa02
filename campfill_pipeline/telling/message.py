"""The words of a message: one for all that is to be told, as plain text and as HTML.

Belongs here: titles, sections, how a long one is cut. Does not belong here: which items it is made of.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from jinja2 import Environment, StrictUndefined, Template

from campfill_pipeline.domain.notices import WORDS, Kind
from campfill_pipeline.language import notation
from campfill_pipeline.language.retelling import retold
from campfill_pipeline.language.speaking import say, spoken, word
from campfill_pipeline.warehouse.notices.outbox import Item

SHOWN = 20
"""So many entries of a section are written out, the dearest ones; the others are counted."""


_NAME = "\ue000"
"""Stands for a name while its sentence is taken apart: a name may hold what parts the sentence."""


@dataclass(frozen=True)
class Entry:
    """A sentence of a section; `name` is that of its line, file or site, which stays whole."""

    text: str
    name: str | None = None

    def __str__(self) -> str:
        return self.text

    @property
    def parts(self) -> tuple[str, str]:
        """What it is about, and what is told of it; '' and all of it where it has no such parts."""
        text = self.text.replace(self.name, _NAME, 1) if self.name else self.text
        head, mark, told = text.partition(": ")
        name = self.name or ""
        return (head.replace(_NAME, name), told.replace(_NAME, name)) if mark else ("", self.text)


def stored(text: str, name: str | None) -> Entry:
    """A stored sentence in the language spoken, whatever stands in the name."""
    hidden = text.replace(name, _NAME, 1) if name else text
    return Entry(retold(hidden).replace(_NAME, name or ""), name)


@dataclass(frozen=True)
class Section:
    """A heading and its entries; `more` counts those left out."""

    heading: str
    entries: tuple[Entry, ...]
    more: int = 0


@dataclass(frozen=True)
class Worded:
    """A message in both forms."""

    title: str
    text: str
    html: str


def of_items(items: Sequence[Item], link: str | None) -> Worded:
    """One message that tells every item once: what began by kind, then what is over."""
    ended_too = {item.notice_no for item in items if item.is_over}
    begun_too = {item.notice_no for item in items if not item.is_over}
    begun = [item for item in items if not item.is_over and item.notice_no not in ended_too]
    over = [item for item in items if item.is_over]
    sections = [
        section(word(WORDS[kind].heading), (stored(item.begun, item.name) for item in _dearest(begun, kind)))
        for kind in Kind
        if any(item.kind == kind for item in begun)
    ]
    if over:
        sections.append(
            section(
                say("Over"),
                (
                    _both(stored(item.begun, item.name), stored(item.over or "", item.name))
                    if item.notice_no in begun_too
                    else stored(item.over or "", item.name)
                    for item in sorted(over, key=lambda item: (-item.weight, item.item_no))
                ),
            )
        )
    return worded(title_of(begun, over), sections, link)


def _both(begun: Entry, over: Entry) -> Entry:
    """That it began and that it is over, in one entry; the name that both begin with is said once."""
    head, told = begun.parts
    once = over.text.removeprefix(f"{head}: ") if head and told else over.text
    return Entry(f"{begun.text} {once}", begun.name)


def _dearest(items: Iterable[Item], kind: Kind) -> list[Item]:
    return sorted(
        (item for item in items if item.kind == kind), key=lambda item: (-item.weight, item.item_no)
    )


def title_of(begun: Sequence[Item], over: Sequence[Item]) -> str:
    """What it is about in a few words: `campfill: 2 lines behind, 1 file rejected; 3 over`."""
    counted = [(kind, sum(item.kind == kind for item in begun)) for kind in Kind]
    parts = [
        f"{notation.number(number)} {word(WORDS[kind].one if number == 1 else WORDS[kind].many)}"
        for kind, number in counted
        if number
    ]
    told = ", ".join(parts)
    if over:
        past = say("{count} over", count=notation.number(len(over)))
        told = f"{told}; {past}" if told else past
    return f"campfill: {told}"


def section(heading: str, entries: Iterable[Entry]) -> Section:
    """A section of at most SHOWN entries."""
    every = list(entries)
    return Section(
        f"{heading} ({notation.number(len(every))})", tuple(every[:SHOWN]), max(len(every) - SHOWN, 0)
    )


def worded(title: str, sections: Sequence[Section], link: str | None) -> Worded:
    """Both forms of these sections."""
    facts = {
        "title": title,
        "sections": sections,
        "link": link,
        "say": say,
        "language": spoken(),
        "number": notation.number,
    }
    return Worded(
        title, _template("message.txt.j2").render(facts), _template("message.html.j2").render(facts)
    )


@cache
def _template(name: str) -> Template:
    text = (resources.files(__package__) / name).read_text(encoding="utf-8")
    spaces = Environment(
        autoescape=name.endswith(".html.j2"), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return spaces.from_string(text)
