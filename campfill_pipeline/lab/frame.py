"""What a lab is: a situation, a question, a judgement, hints and an answer.

Belongs here: the shape that all labs share. Does not belong here: homes and servers (`bench`), the order in which a
lab is played (`play`).
"""

from __future__ import annotations

import inspect
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from campfill_pipeline.domain.errors import CampfillError
from campfill_pipeline.lab.bench import Bench, Ran


class LabError(CampfillError):
    """A lab cannot do what was asked."""


@dataclass(frozen=True)
class Question:
    """What the reader is asked to predict. Without `choices` the answer is a number, counted in `unit`."""

    text: str
    choices: Mapping[str, str] = field(default_factory=dict)
    unit: str = ""

    def read(self, answer: str) -> str:
        """The answer in one notation. Raises LabError naming what may be answered."""
        said = answer.strip().upper()
        if self.choices:
            if said in self.choices:
                return said
            raise LabError(
                f"{answer!r} is no answer to this.", f"Answer with one of {', '.join(self.choices)}."
            )
        try:
            return f"{float(said.replace(',', '.')):g}"
        except ValueError:
            raise LabError(f"{answer!r} is no number.", f"Answer with a number of {self.unit}.") from None


@dataclass(frozen=True)
class Observation:
    """What happened when it was tried: the right answer to the question, and what was seen, line by line."""

    answer: str
    seen: tuple[str, ...]


@dataclass(frozen=True)
class Verdict:
    """Whether the reader's system is right; if not, what is wrong with it, and the assumption behind that."""

    solved: bool
    what_is_wrong: str = ""
    assumption: str = ""
    seen: tuple[str, ...] = ()


def solved(*seen: str) -> Verdict:
    """All is as it should be; `seen` says by what that was judged."""
    return Verdict(True, seen=seen)


def not_yet(what_is_wrong: str, assumption: str, *seen: str) -> Verdict:
    """Something is still wrong, and somebody believes something that is not so."""
    return Verdict(False, what_is_wrong, assumption, seen)


class Lab(ABC):
    """One lab. What it puts before the reader lies in files beside the module of its class."""

    number: ClassVar[int]
    title: ClassVar[str]
    page: ClassVar[str]
    """Its page in docs/learn."""
    goal: ClassVar[str]
    """What the reader can do or explain afterwards."""
    minutes: ClassVar[int]
    program: ClassVar[str]
    """The file in the lab's home that the reader changes; empty where there is none."""
    situation: ClassVar[str]
    question: ClassVar[Question]
    look: ClassVar[tuple[str, ...]]
    """Where to look."""
    hints: ClassVar[tuple[str, ...]]
    explanation: ClassVar[str]
    wrong_ways: ClassVar[Mapping[str, str]]
    """Plausible wrong answers (files beside the module), each with words of the assumption that `check` must name."""

    @abstractmethod
    def prepare(self, bench: Bench) -> None:
        """Put tables and files there as they are at the beginning; also called before each judgement."""

    @abstractmethod
    def observe(self, bench: Bench) -> Observation:
        """Let happen what the question asks about, for real, and measure it."""

    @abstractmethod
    def check(self, bench: Bench) -> Verdict:
        """Judge the reader's system by what is in its database, files and processes."""

    def begin(self, bench: Bench) -> None:
        """Give the reader the program to change."""
        if self.program:
            bench.put(self.program, self.material("begin"))

    def rehearse(self, bench: Bench) -> Ran:
        """Run the reader's program once, as `campfill lab try` does."""
        return bench.run(self.program)

    def solve(self, bench: Bench) -> None:
        """Apply the answer."""
        bench.put(self.program, self.material("solved"))

    def go_wrong(self, bench: Bench, way: str) -> None:
        """Apply a plausible wrong answer."""
        bench.put(self.program, self.material(way))

    def answer(self) -> str:
        """The answer, to be shown."""
        return self.material("solved")

    def material(self, name: str) -> str:
        """Text of the file `name`, with the program's ending, beside the lab's module."""
        suffix = Path(self.program).suffix or ".sql"
        folder = Path(inspect.getfile(type(self))).parent
        return (folder / f"{name}{suffix}").read_text(encoding="utf-8")

    def sql(self, name: str = "situation") -> str:
        """Text of an SQL file beside the lab's module."""
        return (Path(inspect.getfile(type(self))).parent / f"{name}.sql").read_text(encoding="utf-8")
