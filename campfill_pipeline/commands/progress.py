"""Progress on a terminal: one bar for what is being done right now, on stderr, and nothing where nobody looks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, Progress, TaskID, TaskProgressColumn, TextColumn, TimeElapsedColumn

from campfill_pipeline.commands import in_language, render
from campfill_pipeline.language.speaking import Language, speaking, word

WORK = ("fetching delivery", "replaying the ledger", "reading {file}", "checking {file}")
"""What can be done, as it is told by those who do it."""


@contextmanager
def progress(*, quiet: bool) -> Iterator[Callable[[str, int, int], None]]:
    """A function to call with what is done, how much of it, and of how much."""
    console = render.console(stderr=True)
    bar = Progress(
        TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn(),
        console=console, transient=True, disable=quiet or not console.is_terminal,
    )  # fmt: skip
    tasks: dict[str, TaskID] = {}
    language = in_language.language()

    def show(what: str, done: int, total: int) -> None:
        if what not in tasks:
            for task in tasks.values():
                bar.update(task, visible=False)
            tasks[what] = bar.add_task(in_words(what, language), total=total)
        bar.update(tasks[what], completed=done, total=total)

    with bar:
        yield show


def in_words(what: str, language: Language) -> str:
    """What is being done, in the language of the house."""
    with speaking(language):
        for work in WORK:
            before, place, _ = work.partition("{file}")
            if what == work or (place and what.startswith(before)):
                return word(work).replace("{file}", what.removeprefix(before))
    return what
