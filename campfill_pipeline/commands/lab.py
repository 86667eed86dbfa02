"""`campfill lab`: the labs on a terminal."""

from __future__ import annotations

import sys
import textwrap
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape

from campfill_pipeline.commands import render
from campfill_pipeline.lab import homes, play
from campfill_pipeline.lab.frame import Lab, Verdict

COURSE = "docs/learn/"


def root() -> Path:
    """The folder in which labs live: below the one where the command is typed, never a user's home.

    Typed inside a lab, where the files to mend are, it is the folder of that lab.
    """
    here = Path.cwd()
    return next((folder for folder in (here, *here.parents) if homes.is_root(folder)), here / homes.ROOT)


def facts() -> list[dict[str, Any]]:
    """All labs with goal, minutes and state."""
    return [
        {"number": item.lab.number, "title": item.lab.title, "goal": item.lab.goal, "minutes": item.lab.minutes,
         "state": item.state, "page": COURSE + item.lab.page}
        for item in play.listed(root())
    ]  # fmt: skip


_STATES = {"open": "[dim]○ open[/]", "started": "[yellow]◐ started[/]", "solved": "[blue]● solved[/]"}


def show_list() -> None:
    """The labs, one below the other."""
    console = render.console()
    for item in play.listed(root()):
        lab = item.lab
        console.print(
            f"[bold]{lab.number:>2}  {escape(lab.title)}[/]  {_STATES[item.state]}  [dim]{lab.minutes} min[/]"
        )
        _say(console, f"    to {lab.goal}")
    _say(console, "")
    _say(console, f"Begin with `campfill lab start 1`; read along in {COURSE}README.md.")


def start(number: int, answer: str | None) -> None:
    """Put the situation there, ask what will happen, and let it happen."""
    console, lab = render.console(), play.find(number)
    if answer is not None:
        lab.question.read(answer)  # refused before anything is made
    with render.console(stderr=True).status("preparing …"):
        fresh = play.start(root(), number)
    home = homes.home_of(root(), number)
    console.print(f"[bold]Lab {lab.number}: {escape(lab.title)}[/]", highlight=False)
    if not fresh:
        _say(
            console,
            f"It was started before; your files in {home} stay as they are, and the tables begin anew once you "
            f"predict. `campfill lab clean {number}` throws all of it away.",
        )
    _say(console, lab.situation)
    console.print()
    _ask(console, lab)
    if answer is None and sys.stdin.isatty():
        answer = console.input("Your answer: ").strip() or None
    if answer is None:
        _say(console, f"Predict first, then see: `campfill lab start {number} --answer …`")
    else:
        _compare(console, number, answer)
    console.print()
    _say(console, f"Where to look, in {home}:")
    for place in lab.look:
        _say(console, f"  · {place}")
    _say(
        console,
        f"Then mend it. `campfill lab check {number}` judges, `campfill lab hint {number}` helps. "
        f"The page: {COURSE}{lab.page}",
    )


def _say(console: Console, text: str) -> None:
    """Print `text`; where it goes on in the next line, it keeps its own indent."""
    body = text.lstrip(" ·")
    lead = text[: len(text) - len(body)]
    for number, line in enumerate(
        textwrap.wrap(body, max(console.width - len(lead), 30), break_on_hyphens=False) or [""]
    ):
        console.print((" " * len(lead) if number else lead) + escape(line), soft_wrap=True)


def _ask(console: Console, lab: Lab) -> None:
    asked = "What will happen, and why?"
    first, *rest = textwrap.wrap(
        f"{asked} {lab.question.text}", max(console.width, 30), break_on_hyphens=False
    )
    console.print(f"[bold]{asked}[/]{escape(first.removeprefix(asked))}", highlight=False, soft_wrap=True)
    for line in rest:
        console.print(escape(line), highlight=False, soft_wrap=True)
    for letter, text in lab.question.choices.items():
        _say(console, f"  {letter}  {text}")
    if lab.question.unit:
        _say(console, f"  (a number of {lab.question.unit})")


def _compare(console: Console, number: int, answer: str) -> None:
    with render.console(stderr=True).status("letting it happen …"):
        said, observation = play.predict(root(), number, answer)
    unit = play.find(number).question.unit
    if unit:
        _say(console, f"You predicted {said}; it was {observation.answer} {unit}.")
    else:
        right = said == observation.answer
        _say(console, f"You predicted {said}; it was {observation.answer}" + (": just so." if right else "."))
    for line in observation.seen:
        _say(console, f"  · {line}")


def attempt(number: int, words: list[str]) -> int:
    """Run the lab's program, or a command inside the lab; its exit code."""
    result = play.attempt(root(), number, words)
    if isinstance(result, int):
        return result
    sys.stdout.write(result.output)
    sys.stderr.write("".join(line for line in result.error.splitlines(True) if not _ours(line)))
    memory = f", at most {result.peak_mb:.0f} MB of memory" if result.peak_mb else ""
    render.console(stderr=True).print(f"[dim]exit code {result.code}, {result.seconds:.1f} s{memory}[/]")
    return 1 if result.code is None else abs(result.code)


def _ours(line: str) -> bool:
    """Whether a traceback's line tells only how the program was started."""
    return line.startswith(('  File "<frozen runpy>"', '  File "<string>"'))


def check(number: int) -> Verdict:
    """Judge the reader's system."""
    with render.console(stderr=True).status("looking at your system …"):
        return play.check(root(), number)


def show_verdict(number: int, verdict: Verdict) -> None:
    """What is right, or what is still wrong and what somebody believed."""
    console, lab = render.console(), play.find(number)
    if verdict.solved:
        console.print(f"[blue]●[/] [bold]Lab {number} is solved.[/]", highlight=False)
        for line in verdict.seen:
            _say(console, f"  · {line}")
        _say(console, lab.explanation)
        return
    console.print("[yellow]◐[/] [bold]Not yet.[/]")
    _say(console, verdict.what_is_wrong)
    for line in verdict.seen:
        _say(console, f"  · {line}")
    _say(console, f"The assumption behind it: {verdict.assumption}.")


def hint(number: int) -> None:
    """The next hint."""
    given = play.hint(root(), number)
    _say(render.console(), f"Hint {given.number} of {given.of}: {given.text}")


def solve(number: int) -> None:
    """Apply the answer, show it, explain it."""
    console, lab = render.console(), play.find(number)
    text = play.solve(root(), number)
    if lab.program:
        _say(console, f"{lab.program} is now (yours is kept beside it):\n")
    sys.stdout.flush()
    console.print(text, highlight=False, markup=False, soft_wrap=True)
    _say(console, lab.explanation)
    _say(console, f"See that it holds: `campfill lab check {number}`")


def clean(number: int | None) -> None:
    """Remove one lab, or all."""
    removed = play.clean(root(), number)
    _say(
        render.console(),
        "Removed: " + ", ".join(map(str, removed)) if removed else "There was nothing to remove.",
    )
