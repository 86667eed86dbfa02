"""Forty people at the door at once: what each of them saw, and how long it took."""

from __future__ import annotations

import http.client
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

from campfill_pipeline.lab.bench import Bench


@dataclass(frozen=True)
class Answer:
    """What one caller saw: the HTTP status (None: no answer at all), after how many seconds."""

    name: str
    status: int | None
    seconds: float


@contextmanager
def door(
    bench: Bench, program: str, work_seconds: float | None = None
) -> Iterator[tuple[int, subprocess.Popen[str]]]:
    """The program, serving: its port and its process."""
    told = bench.home / "port"
    told.unlink(missing_ok=True)
    slow = {"WORK_SECONDS": f"{work_seconds}"} if work_seconds else {}
    with bench.running(program, environ=slow) as process:
        until = time.monotonic() + 15
        while (
            not (told.exists() and told.read_text()) and process.poll() is None and time.monotonic() < until
        ):
            time.sleep(0.02)
        yield int(told.read_text()) if told.exists() else 0, process


def ask(port: int, name: str, patience: float = 20) -> Answer:
    """One caller, who hangs up after `patience` seconds."""
    began = time.monotonic()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=patience)
    try:
        connection.request("POST", f"/{name}")
        status: int | None = connection.getresponse().status
    except (OSError, http.client.HTTPException):
        status = None
    finally:
        connection.close()
    return Answer(name, status, time.monotonic() - began)


def call(port: int, clients: int, prefix: str) -> list[Answer]:
    """So many callers at the same moment."""
    with ThreadPoolExecutor(clients) as callers:
        return list(callers.map(lambda number: ask(port, f"{prefix}{number}"), range(clients)))
