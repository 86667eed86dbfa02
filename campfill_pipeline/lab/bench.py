"""What a lab works with: its folder, its database, and the processes it starts there.

Belongs here: files, queries and child processes of one lab. Does not belong here: which labs there are, and the server
they share (`server`).
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import psycopg

MEGABYTE = 1024 * 1024
# Runs a program and tells the peak of its memory in kB (the kernel's own figure, or, elsewhere, that of getrusage) and
# its processor seconds.
_MEASURED = """
import atexit, os, resource, runpy, sys, time
def tell():
    try:
        with open("/proc/self/status") as status:
            peak = next(line.split()[1] for line in status if line.startswith("VmHWM"))
    except OSError:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    with open(".peak", "w") as file:
        file.write(f"{peak} {time.process_time() + sum(os.times()[2:4])}")
atexit.register(tell)
sys.argv = sys.argv[1:]
sys.path[0] = "."
runpy.run_path(sys.argv[0], run_name="__main__")
"""


@dataclass(frozen=True)
class Ran:
    """How a program ended: exit code (negative: killed by that signal; None: took too long), words, time, memory.

    `cpu_seconds` is what the processor worked for it and its children, however busy the machine was.
    """

    code: int | None
    output: str
    error: str
    seconds: float
    peak_mb: float = 0.0
    cpu_seconds: float = 0.0

    @property
    def last_words(self) -> str:
        """The line in which it says what happened: the last one that is no detail of another."""
        lines = [line for line in (self.error.strip() or self.output.strip()).splitlines() if line]
        telling = [line for line in lines if not line.startswith((" ", "DETAIL", "CONTEXT", "HINT", "LINE"))]
        return telling[-1] if telling else ""


@dataclass(frozen=True)
class Bench:
    """One lab's folder `home` and its database at `url`."""

    home: Path
    url: str = field(repr=False)

    def connect(self) -> psycopg.Connection:
        """An open connection to the lab's database; each statement is committed by itself."""
        return psycopg.connect(self.url, autocommit=True)

    def ask(self, query: str, *parameters: object) -> list[tuple[Any, ...]]:
        """The rows that a query answers."""
        with self.connect() as connection:
            return connection.execute(query.encode(), parameters or None).fetchall()

    def one(self, query: str, *parameters: object) -> Any:
        """The single value that a query answers."""
        ((value,),) = self.ask(query, *parameters)
        return value

    def execute(self, script: str) -> None:
        """Run statements that answer nothing."""
        with self.connect() as connection:
            connection.execute(script.encode())

    def put(self, name: str, text: str) -> Path:
        """Write a file of the lab's home."""
        file = self.home / name
        file.write_text(text, encoding="utf-8")
        return file

    def environment(self, more: Mapping[str, str] | None = None) -> dict[str, str]:
        """What the lab's programs know: the lab's database, and nothing of the user's own campfill."""
        kept = {n: text for n, text in os.environ.items() if not n.startswith(("CAMPFILL_", "DAGSTER_"))}
        return kept | {"LAB_DATABASE_URL": self.url, "PYTHONDONTWRITEBYTECODE": "1"} | dict(more or {})

    def run(self, program: str, *words: str, memory_mb: int | None = None, seconds: float = 30) -> Ran:
        """Run a Python program of the lab's home to its end, with at most `memory_mb` of memory for its data."""
        command = [sys.executable, "-c", _MEASURED, program, *words]
        told = self.home / ".peak"
        told.unlink(missing_ok=True)
        ran = self.run_command(command, memory_mb=memory_mb, seconds=seconds)
        if not told.exists():
            return ran  # killed, before it could tell
        peak, cpu = told.read_text().split()
        return replace(ran, peak_mb=float(peak) / 1024, cpu_seconds=float(cpu))

    def run_command(
        self, command: Sequence[str], *, memory_mb: int | None = None, seconds: float = 30,
        environ: Mapping[str, str] | None = None,
    ) -> Ran:  # fmt: skip
        """Run any command in the lab's home to its end."""

        def limit() -> None:
            if memory_mb:
                resource.setrlimit(resource.RLIMIT_DATA, (memory_mb * MEGABYTE, memory_mb * MEGABYTE))

        began = time.monotonic()
        try:
            done = subprocess.run(
                command, cwd=self.home, env=self.environment(environ), capture_output=True, text=True,
                timeout=seconds, check=False, stdin=subprocess.DEVNULL, preexec_fn=limit if memory_mb else None,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return Ran(None, "", f"it was not done after {seconds:g} s", time.monotonic() - began)
        return Ran(done.returncode, done.stdout, done.stderr, time.monotonic() - began)

    @contextmanager
    def running(
        self, program: str, *words: str, environ: Mapping[str, str] | None = None
    ) -> Iterator[subprocess.Popen[str]]:
        """A Python program of the lab's home, running beside us; killed at the end of the block if it still lives."""
        process = subprocess.Popen(
            [sys.executable, program, *words], cwd=self.home, text=True,
            env=self.environment({"PGAPPNAME": "lab run"} | dict(environ or {})),
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            yield process
        finally:
            process.kill()
            process.communicate()
