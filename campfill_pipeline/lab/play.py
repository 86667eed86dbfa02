"""Playing a lab: start, try, check, hint, solve, clean, in a folder with a server that runs only meanwhile.

Belongs here: what each of the commands does. Does not belong here: how it is printed (`commands.lab`), what the labs
are about (`labs`).
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import psycopg

from campfill_pipeline.lab import homes, server
from campfill_pipeline.lab.bench import Bench, Ran
from campfill_pipeline.lab.catalog import LABS
from campfill_pipeline.lab.frame import Lab, LabError, Observation, Verdict, not_yet
from campfill_pipeline.language.currencies import EURO
from campfill_pipeline.warehouse.postgres import backup


@dataclass(frozen=True)
class Listed:
    """One lab in the list: `state` is open, started or solved."""

    lab: Lab
    state: str


@dataclass(frozen=True)
class Hint:
    """One hint, and how many there are."""

    number: int
    of: int
    text: str


def find(number: int) -> Lab:
    """The lab with this number. Raises LabError naming the numbers there are."""
    for lab in LABS:
        if lab.number == number:
            return lab
    raise LabError(f"There is no lab {number}.", "`campfill lab` lists the labs there are.")


def listed(root: Path) -> list[Listed]:
    """All labs with their state."""

    def state(number: int) -> str:
        known = homes.read(root, number)
        return "open" if known is None else "solved" if known.solved_at else "started"

    return [Listed(lab, state(lab.number)) for lab in LABS]


@contextmanager
def bench_of(root: Path, number: int) -> Iterator[Bench]:
    """The lab's folder and database, with the server running for as long as the block lasts."""
    with server.running(root) as running:
        yield Bench(homes.home_of(root, number), server.database_of(running, number))


def _started(root: Path, number: int) -> homes.State:
    find(number)
    state = homes.read(root, number)
    if state is None:
        raise LabError(f"Lab {number} is not started here.", f"Type `campfill lab start {number}` first.")
    return state


def start(root: Path, number: int) -> bool:
    """Put the situation there. False where the lab was started before: then the reader's work stays as it is."""
    lab = find(number)
    if homes.read(root, number) is not None:
        return False
    homes.make(root, number)
    try:
        with bench_of(root, number) as bench:
            lab.prepare(bench)
            lab.begin(bench)
    except BaseException:
        homes.remove(root, number)  # half a lab is none
        raise
    return True


def predict(root: Path, number: int, answer: str) -> tuple[str, Observation]:
    """Take the reader's prediction, then let it happen: the prediction in one notation, and what was seen."""
    lab, state = find(number), _started(root, number)
    said = lab.question.read(answer)
    homes.keep(root, replace(state, prediction=said))
    with bench_of(root, number) as bench:
        lab.prepare(bench)
        return said, lab.observe(bench)


def attempt(root: Path, number: int, words: Sequence[str]) -> Ran | int:
    """Run the lab's program, or another one of its home; or else type `campfill WORDS` inside the lab's home."""
    lab = find(number)
    _started(root, number)
    with bench_of(root, number) as bench:
        if not words and lab.program.endswith(".py"):
            return lab.rehearse(bench)
        if words and words[0].endswith(".py") and "/" not in words[0] and (bench.home / words[0]).is_file():
            return bench.run(*words)
        if not words and lab.program.endswith(".sql"):
            rows = bench.ask((bench.home / lab.program).read_text(encoding="utf-8"))
            lines = (" | ".join("" if value is None else str(value) for value in row) + "\n" for row in rows)
            return Ran(0, "".join(lines), "", 0)
        if not words:
            raise LabError(
                f"Lab {number} has no program to run.", f"Try a command: `campfill lab try {number} status`."
            )
        if lab.program and tuple(words[:2]) == (
            "db",
            "psql",
        ):  # the product's tables are not what this lab is about
            return backup.psql(bench.url, words[2:], schema="public")
        return inside(bench, words)


def inside(bench: Bench, words: Sequence[str]) -> int:
    """Type `campfill WORDS` with the lab's home and database; the exit code. Never in a user's home."""
    import subprocess

    command = [sys.executable, "-m", "campfill_pipeline.cli", *words]
    done = subprocess.run(command, cwd=bench.home, env=bench.environment(product_values(bench)), check=False)
    return done.returncode


def product_values(bench: Bench) -> dict[str, str]:
    """The settings with which the product works inside a lab."""
    # The labs' lists are in euros, whatever the home at hand counts in.
    return {
        "CAMPFILL_HOME": str(bench.home), "CAMPFILL_DATABASE_URL": bench.url, "CAMPFILL_CURRENCY": EURO,
    }  # fmt: skip


def check(root: Path, number: int) -> Verdict:
    """Judge the reader's system."""
    lab, state = find(number), _started(root, number)
    if lab.program and not (homes.home_of(root, number) / lab.program).is_file():
        raise LabError(
            f"{lab.program} is not there any more.",
            f"Write it anew, or begin again: `campfill lab clean {number}`, `campfill lab start {number}`.",
        )
    with bench_of(root, number) as bench:
        try:
            verdict = lab.check(bench)
        except psycopg.Error as error:
            verdict = not_yet(
                f"The tables are not as they were: {str(error).strip().splitlines()[0]}.",
                "that nobody else reads a table. Its name and its columns are what others rely on, `check` too",
            )
    if verdict.solved:
        homes.mark_solved(root, state)
    return verdict


def hint(root: Path, number: int) -> Hint:
    """The next hint; after the last one, the last one again."""
    lab, state = find(number), _started(root, number)
    given = min(state.hints_given + 1, len(lab.hints))
    homes.keep(root, replace(state, hints_given=given))
    return Hint(given, len(lab.hints), lab.hints[given - 1])


def solve(root: Path, number: int) -> str:
    """Apply the answer, keeping the reader's own program beside it; the answer's text."""
    lab = find(number)
    _started(root, number)
    with bench_of(root, number) as bench:
        file = bench.home / lab.program
        if lab.program and file.exists():
            shutil.copy(file, file.with_name(f"{file.stem}.yours{file.suffix}"))
        lab.solve(bench)
    return lab.answer()


def clean(root: Path, number: int | None) -> list[int]:
    """Remove one lab or all of them; the last one takes the server along. Says which were removed."""
    numbers = [lab.number for lab in LABS] if number is None else [find(number).number]
    removed = [n for n in numbers if homes.read(root, n) is not None]
    if removed and number is not None:
        with server.running(root) as running:
            for n in removed:
                server.drop_database(running, n)
    for n in removed:
        homes.remove(root, n)
    if not any(homes.read(root, lab.number) for lab in LABS):
        server.remove(root)
    return removed
