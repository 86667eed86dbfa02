"""Checkouts of campfill, each with an environment of its own, and homes in which they work as a user has them work.

Belongs here: making the build before, starting `campfill up`, running commands, asking the database how far it is.
Does not belong here: what is measured with them.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from bench.speed import meter
from bench.speed.results import BEFORE, NOW, Sample

HERE = Path(__file__).parents[2]
COMMIT_BEFORE = "ffe0d5f"
"""The last commit before the work on speed."""
PATIENCE = 3600.0


@dataclass(frozen=True)
class Build:
    """A checkout with its own `.venv`; `name` is before or now."""

    name: str
    root: Path

    @property
    def python(self) -> str:
        """The interpreter of its environment."""
        own = self.root / ".venv" / "bin" / "python"
        return str(own) if own.exists() else sys.executable

    @property
    def campfill(self) -> str:
        """The command of its environment, as people type it."""
        return str(Path(self.python).parent / "campfill")

    def ask(self, code: str) -> str:
        """Run Python code in this checkout, with its own product and benchmarks; the last line it prints."""
        done = subprocess.run(
            [self.python, "-c", code], cwd=self.root, stdout=subprocess.PIPE, text=True, check=True
        )
        return done.stdout.strip().splitlines()[-1]


def both(other: Path) -> list[Build]:
    """The build before and this one, in the order of their turns."""
    return [Build(BEFORE, other.resolve()), Build(NOW, HERE)]


def make_before(folder: Path) -> Path:
    """The build before, as a worktree in `folder` with an environment made from its own lock; made once."""
    root = folder / COMMIT_BEFORE
    if not root.exists():
        subprocess.run(
            ["git", "-C", str(HERE), "worktree", "add", "--detach", str(root), COMMIT_BEFORE], check=True
        )
    subprocess.run(["make", "-C", str(root), ".venv/.installed-dev"], check=True)
    return root


def free_ports() -> int:
    """A port that is free, as is the one after it."""
    while True:
        with socket.socket() as one, socket.socket() as two:
            one.bind(("127.0.0.1", 0))
            port: int = one.getsockname()[1]
            try:
                two.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
            return port


class Home:
    """A home of one build."""

    def __init__(self, build: Build, folder: Path) -> None:
        self.build, self.folder = build, folder
        self.home = folder / f"home-{build.name}"
        folder.mkdir(parents=True, exist_ok=True)
        # As at a user's: a switch that keeps Python from storing what it compiled would have each process compile all.
        self.environ = {
            name: value for name, value in os.environ.items() if not name.startswith(("CAMPFILL", "PYTHON"))
        }
        self.environ["CAMPFILL_HOME"] = str(self.home)
        self._up: subprocess.Popen[bytes] | None = None
        self.url = ""

    @property
    def page(self) -> Path:
        """The fulfillment page."""
        return self.home / "reports" / "fulfillment.html"

    @property
    def pids(self) -> list[int]:
        """The heads of what works in this home: `up` where it runs, and the server."""
        own = [self._up.pid] if self._up else []
        return [*own, meter.postmaster(self.home / "postgres")]

    def command(self, *words: str, fine: Sequence[int] = (0, 3)) -> Sample:
        """Run a `campfill` command: seconds, and processor seconds of it, the server, and `up`, which may answer it."""
        log = self.folder / f"{self.build.name}.log"
        others = self.pids if self.url else []
        used, began = meter.processor(others), time.perf_counter()
        with log.open("ab") as out:
            child = subprocess.Popen(
                [self.build.campfill, *words],
                env=self.environ, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
            )  # fmt: skip
            _, status, account = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - began
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode not in fine:
            raise SystemExit(f"campfill {' '.join(words)} ended with {child.returncode}: see {log}")
        own = account.ru_utime + account.ru_stime
        return {"seconds": seconds, "processor": own + meter.processor(others) - used}

    def start_database(self) -> None:
        """Start the server; it runs until `close`."""
        words = [self.build.campfill, "db", "url"]
        done = subprocess.run(
            words, env=self.environ, cwd=self.folder, stdout=subprocess.PIPE, text=True, check=True
        )
        self.url = done.stdout.strip().splitlines()[-1]

    def up(self) -> None:
        """Start `campfill up`; `take_in` a small list to know that all of it is at work."""
        self.start_database()
        log = (self.folder / f"{self.build.name}-up.log").open("ab")
        self._up = subprocess.Popen(
            [self.build.campfill, "up", "--port", str(free_ports())],
            env=self.environ, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
        )  # fmt: skip

    def close(self) -> None:
        """Stop all that was started."""
        if self._up:
            self._up.send_signal(signal.SIGTERM)
            self._up.wait()
            self._up = None
        if self.url:
            self.command("db", "stop", fine=(0, 1))
            self.url = ""

    def drop(self, files: list[Path]) -> float:
        """Put files into the inbox, whole at once as a move does; the moment of the first."""
        inbox = self.home / "inbox"
        inbox.mkdir(parents=True, exist_ok=True)
        for file in files:
            (inbox / f".{file.name}").write_bytes(file.read_bytes())
        began = time.time()
        for file in files:
            (inbox / f".{file.name}").rename(inbox / file.name)
        return began

    @contextmanager
    def connection(self, database: str = "") -> Iterator[psycopg.Connection]:
        """A connection that looks from outside; `database` is said after the name of the home's."""
        url = self.url.split("?")[0] + database
        with psycopg.connect(url, autocommit=True) as connection:
            yield connection

    def figures_stored(self, uploads: int) -> float:
        """Wait until so many uploads are loaded and every line has its figures; that moment.

        Ends the program where one is rejected: what is measured then is no drop.
        """
        with self.connection() as connection:

            def all_loaded() -> bool:
                states = dict(
                    connection.execute(
                        "SELECT status, count(*) FROM campfill.upload GROUP BY status"
                    ).fetchall()
                )
                if states.get("rejected"):
                    raise SystemExit(
                        f"{states['rejected']} of {uploads} lists were rejected: see {self.home}"
                    )
                return bool(sum(states.values()) - states.get("received", 0) >= uploads)

            _wait(all_loaded)
            _wait(
                lambda: (
                    connection.execute(
                        "SELECT l > 0 AND l = (SELECT count(*) FROM campfill.fulfillment)"
                        " FROM (SELECT count(*) AS l FROM campfill.line_register) lines"
                    ).fetchone()
                    == (True,)
                )
            )
        return time.time()

    def page_written(self, since: float) -> float:
        """Wait, after the figures are stored, until no run is at work; the moment the page was written, after `since`.

        Figures and page are of one run: once that has ended, the page has these figures.
        """
        with self.connection("_dagster") as connection:

            def quiet() -> bool:
                row = connection.execute(
                    "SELECT count(*) FROM runs WHERE status NOT IN ('SUCCESS', 'FAILURE', 'CANCELED')"
                ).fetchone()
                return row == (0,) and self.page.exists() and self.page.stat().st_mtime >= since

            _wait(quiet)
        return self.page.stat().st_mtime

    def bytes_of_database(self) -> int:
        """What the tables and indexes of this home take."""
        with self.connection() as connection:
            row = connection.execute("SELECT pg_database_size(current_database())").fetchone()
        assert row is not None
        return int(row[0])


def _wait(done: Callable[[], bool]) -> None:
    """Look often, but never so often that looking is much of the machine's work."""
    until = time.monotonic() + PATIENCE
    while True:
        began = time.monotonic()
        if done():
            return
        now = time.monotonic()
        if now > until:
            raise SystemExit(f"Nothing came of it within {PATIENCE:.0f} s.")
        time.sleep(max(0.05, 10 * (now - began)))


@contextmanager
def home(build: Build, folder: Path) -> Iterator[Home]:
    """A new home of this build, closed afterwards."""
    made = Home(build, folder)
    try:
        yield made
    finally:
        made.close()
