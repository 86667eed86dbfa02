"""The same burst with one and with two workers, each pinned to a core; and what handing runs out costs on one machine.

Machines are network namespaces of this one (root, Linux, Redis and PostgreSQL of Debian): `python -m bench.scale`. What
is measured is the time from the drop of the first file to the last list's being loaded. Database, Redis and daemon are
pinned to no core: on two cores they share those of the workers. `--share 0.3` gives each worker three tenths of its
core and no more (a control group of Linux), so that database, Redis and daemon have the rest to themselves, as they
have on machines of their own. Times of a machine that does other things too say little: the load of the last minute is
printed beside them.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

from campfill_pipeline_tests.lists import row, write_list
from campfill_pipeline_tests.scale.hosts import Cluster, cluster, wait_for, why_not

WORKERS = ("one", "two")


def lists(folder: Path, files: int, rows: int) -> list[Path]:
    """`files` lists of `rows` lines, no line in two of them."""
    return [
        write_list(folder / f"{number}.xlsx", [row(number * rows + index + 1) for index in range(rows)])
        for number in range(files)
    ]


def burst(made: Cluster, wave: list[Path]) -> float:
    """Seconds from the first drop until all are loaded."""
    begun = time.monotonic()
    for file in wave:
        made.drop(file)

    def all_loaded() -> bool:
        return made.ask("SELECT count(*) FROM upload WHERE status = 'loaded'") == [(len(wave),)]

    wait_for(all_loaded, 3600, "loading")
    return time.monotonic() - begun


def on_workers(wave: list[Path], workers: int, share: float) -> float:
    """The burst with so many workers, each on a core of its own, or a share of it."""
    with ExitStack() as until_the_end, cluster([*WORKERS[:workers], "keeper"]) as made:
        made.more["CAMPFILL_RUNS"] = str(2 * workers)
        made.up("keeper", "daemon")
        for core, name in enumerate(WORKERS[:workers]):
            worker = made.up(name, "worker", before=["taskset", "-c", str(core % (os.cpu_count() or 1))])
            if share < 1:
                until_the_end.enter_context(no_more_than(share, worker.pid))
        for name in made.ups:
            made.ready(name)
        return burst(made, wave)


@contextmanager
def no_more_than(share: float, pid: int) -> Iterator[None]:
    """Let a process, and those that it starts from now on, have this share of a core at most, idle or not."""
    root, period = Path("/sys/fs/cgroup"), 100_000
    second = (root / "cgroup.controllers").exists()
    group = (root if second else root / "cpu") / f"campfill-bench-{pid}"
    group.mkdir()
    try:
        if second:
            (group / "cpu.max").write_text(f"{int(share * period)} {period}")
        else:
            (group / "cpu.cfs_period_us").write_text(str(period))
            (group / "cpu.cfs_quota_us").write_text(str(int(share * period)))
        (group / "cgroup.procs").write_text(str(pid))
        yield
    finally:
        while (group / "cgroup.procs").read_text():  # they were asked to end
            time.sleep(0.2)
        group.rmdir()


def on_one_machine(wave: list[Path], *, handed_out: bool) -> float:
    """The burst on one machine that does all: by itself, or with its runs handed to its own worker."""
    with cluster(["alone"]) as made:
        if not handed_out:
            made.more["CAMPFILL_BROKER_URL"] = ""
        made.up("alone", "all")
        made.ready("alone")
        return burst(made, wave)


def main() -> int:
    """Measure, and print one line for each way."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--files", type=int, default=120)
    asked.add_argument("--rows", type=int, default=2000)
    asked.add_argument("--rounds", type=int, default=1)
    asked.add_argument("--share", type=float, default=1, help="of a core, for each worker")
    told = asked.parse_args()
    if missing := why_not():
        print(missing)
        return 1
    with tempfile.TemporaryDirectory() as folder:
        wave = lists(Path(folder), told.files, told.rows)
        print(
            f"{told.files} lists of {told.rows} rows, PostgreSQL {server_version()}, {os.cpu_count()} cores"
        )
        core = "one core" if told.share == 1 else f"{told.share:g} of a core"
        ways: dict[str, Callable[[], float]] = {
            f"one worker, {core}": partial(on_workers, wave, 1, told.share),
            f"two workers, {core} each": partial(on_workers, wave, 2, told.share),
            "one machine, runs by itself": partial(on_one_machine, wave, handed_out=False),
            "one machine, runs handed to its worker": partial(on_one_machine, wave, handed_out=True),
        }
        found = {}
        for name, way in ways.items():
            seconds = [way() for _ in range(told.rounds)]
            found[name] = statistics.median(seconds)
            print(f"  {name:<40} {found[name]:7.1f} s   (load {os.getloadavg()[0]:.1f})", flush=True)
    one, two, alone, handed = found.values()
    print(f"two workers are {one / two:.2f} times as fast as one")
    print(f"handing runs out costs {handed - alone:+.1f} s on one machine ({handed / alone - 1:+.0%})")
    return 0


def server_version() -> str:
    """The major version of Debian's PostgreSQL."""
    return max(path.name for path in Path("/usr/lib/postgresql").iterdir())


if __name__ == "__main__":
    sys.exit(main())
