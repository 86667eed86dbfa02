"""Rows that a running `campfill up` is asked for: a drop, a burst, commands beside it, and what it costs idle.

Belongs here: both builds' homes with `up` at work in them. Does not belong here: commands without `up` (`first_load`).
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.intake import make_list
from bench.speed import meter
from bench.speed.builds import Build, Home, home
from bench.speed.results import Results, Sample, load


@dataclass(frozen=True)
class Sizes:
    """How much a quick or a real run takes."""

    rows: int = 7_057
    files: int = 300
    rows_of_a_file: int = 300
    idle_seconds: float = 30
    turns: int = 5


@contextmanager
def homes(builds: list[Build], warm: int) -> Iterator[list[Home]]:
    """A home of each build with `up` at work, which has taken in one list of `warm` rows."""
    with ExitStack() as stack:
        folder = stack.enter_context(temporary())
        made = [stack.enter_context(home(build, folder / build.name)) for build in builds]
        for each in made:
            each.up()
            began = each.drop([make_list(warm, 7, seed=900)])
            each.figures_stored(1)
            each.page_written(began)
        yield made


@contextmanager
def temporary() -> Iterator[Path]:
    """A folder that the server's user can reach."""
    with tempfile.TemporaryDirectory(prefix="campfill-bench-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o755)
        yield Path(name)


def standing(builds: list[Build], sizes: Sizes) -> Iterator[Results]:
    """Commands, idling, then drops, in homes that have the list's lines from the start."""
    size = f"{sizes.rows:,} rows"
    with homes(builds, sizes.rows) as made:
        before = load()
        samples: dict[str, list[Sample]] = {each.build.name: [] for each in made}
        for _ in range(sizes.turns):
            for each in made:
                samples[each.build.name].append(_commands(each))
        yield Results("commands", f"{sizes.rows:,} lines", samples, load=[before, load()])
        before = load()
        # Both at once: processor time and memory do not depend on who else is there.
        idle = _idle(made, sizes)
        yield Results("idle", f"{sizes.idle_seconds:.0f} s each", idle, load=[before, load()])
        before = load()
        taken: dict[str, list[Sample]] = {each.build.name: [] for each in made}
        for turn in range(sizes.turns):
            for each in made:
                taken[each.build.name].append(
                    dropped(each, [make_list(sizes.rows, 7, seed=901 + turn)], turn + 2)
                )
            yield Results("drop", f"{size}, new lines each time", taken, load=[before, load()])


def burst(builds: list[Build], sizes: Sizes) -> Iterator[Results]:
    """Many small files at once, each turn in a new home."""
    files = [make_list(sizes.rows_of_a_file, 7, seed) for seed in range(1, sizes.files + 1)]
    taken: dict[str, list[Sample]] = {build.name: [] for build in builds}
    before = load()
    for _ in range(sizes.turns):
        for build in builds:
            with homes([build], 30) as [each]:
                taken[build.name].append(dropped(each, files, len(files) + 1))
        size = f"{sizes.files} files × {sizes.rows_of_a_file} rows"
        yield Results("burst", size, taken, load=[before, load()])


def _commands(each: Home) -> Sample:
    with each.connection() as connection:
        row = connection.execute("SELECT id FROM campfill.line_register ORDER BY line_no LIMIT 1").fetchone()
    assert row is not None
    found: Sample = {}
    for words in (["status"], ["line", str(row[0])], ["fulfillment"]):
        cost = each.command(*words)
        found |= {words[0]: cost["seconds"], f"{words[0]} processor": cost["processor"]}
    return found


def _idle(made: list[Home], sizes: Sizes) -> dict[str, list[Sample]]:
    time.sleep(min(20, sizes.idle_seconds))  # what a command had asked for has ended
    taken: dict[str, list[Sample]] = {each.build.name: [] for each in made}
    for _ in range(sizes.turns):
        used = [meter.processor(each.pids) for each in made]
        began = time.monotonic()
        time.sleep(sizes.idle_seconds)
        seconds = time.monotonic() - began
        for each, old in zip(made, used, strict=True):
            share = 100 * (meter.processor(each.pids) - old) / seconds
            taken[each.build.name].append({"of one core": share, "memory": meter.memory_mb(each.pids)})
    return taken


def dropped(each: Home, files: list[Path], uploads: int) -> Sample:
    """Seconds from the drop to stored figures and to the page, and the processor seconds of all of it."""
    used = meter.processor(each.pids)
    began = each.drop(files)
    figures = each.figures_stored(uploads)
    page = each.page_written(began)
    return {"figures": figures - began, "page": page - began, "processor": meter.processor(each.pids) - used}
