"""The processes of a running, dying or dead cluster.

Belongs here: finding the server of a folder, waiting for it, clearing away what a crash left. Does not belong here:
starting and stopping it (`cluster`). psutil is imported by what needs it: where a server runs, a command only asks
for its working folder, and starts a thirtieth of a second sooner.
"""

from __future__ import annotations

import contextlib
import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

from campfill_pipeline.warehouse.postgres.binaries import OWN_FOLDER


@dataclass(frozen=True)
class Postmaster:
    """The process that leads a running server; `status` is PostgreSQL's word: starting, ready, stopping."""

    pid: int
    status: str


def find(folder: Path) -> Postmaster | None:
    """The server that runs on the cluster in `folder`, or None: a dead one's file is not taken for it."""
    data = folder / "data"
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
        pid = int(lines[0])
    except (FileNotFoundError, IndexError, ValueError):
        return None
    if not _works_in(pid, data):
        return None
    return Postmaster(pid, lines[7].strip() if len(lines) > 7 else "starting")


def _works_in(pid: int, data: Path) -> bool:
    """Whether process `pid` has `data` as its working folder, as all of a cluster have."""
    try:
        if OWN_FOLDER.exists():
            return data.samefile(f"/proc/{pid}/cwd")
    except OSError:
        return False
    import psutil

    try:
        return data.samefile(psutil.Process(pid).cwd())
    except (OSError, psutil.Error):
        return False


def clear_wreckage(folder: Path) -> None:
    """End what a killed server left running, and remove the pid file whose number another process now has.

    To be called only where no postmaster runs, by whoever holds the folder's lock.
    """
    data = folder / "data"
    for end in (signal.SIGQUIT, signal.SIGKILL):
        # SIGQUIT is PostgreSQL's own immediate shutdown; the write-ahead log makes either safe.
        leftovers = _processes_in(data)
        for pid in leftovers:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, end)
        until = time.monotonic() + 5
        while leftovers and time.monotonic() < until:
            time.sleep(0.02)
            leftovers = [pid for pid in leftovers if _works_in(pid, data)]
        if not leftovers:
            break
    if not leftovers:
        (data / "postmaster.pid").unlink(missing_ok=True)


def kill(folder: Path) -> None:
    """End every process of the cluster in `folder` this moment, whatever it does or waits for.

    Nothing is lost: what the next start finds (`clear_wreckage`), and the write-ahead log, make it whole.
    """
    for pid in _processes_in(folder / "data"):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _processes_in(data: Path) -> list[int]:
    import psutil

    named = ((process.pid, process.info["name"]) for process in psutil.process_iter(["name"]))
    return [pid for pid, name in named if (name or "").startswith("postgres") and _works_in(pid, data)]


def wait_while(folder: Path, status: str, seconds: float) -> Postmaster | None:
    """Wait until the server is no longer `status`, at most `seconds`; return it as it is then."""
    until = time.monotonic() + seconds
    while (found := find(folder)) and found.status == status and time.monotonic() < until:
        time.sleep(0.05)
    return found


def wait_until_gone(pid: int) -> None:
    """Wait until process `pid` is gone, at most ten seconds."""
    import psutil

    until = time.monotonic() + 10
    while time.monotonic() < until:
        try:
            if psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
                return
        except psutil.NoSuchProcess:
            return
        time.sleep(0.02)
