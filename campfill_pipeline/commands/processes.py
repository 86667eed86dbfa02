"""Child processes that `campfill up` starts: each in a session of its own, remembered on disk, stopped as a whole.

Killing only the parent of a Dagster process leaves its children running; so we wait for the whole session, and what an
earlier, killed `up` left behind is found by the remembered pids and their start times.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import psutil

GRACE_SECONDS = 20.0
NICENESS = 10
_PR_SET_PDEATHSIG = 1
MOST_LOG_BYTES = 5_000_000  # of a log file; two older ones are kept
_COLOURS = re.compile(rb"\x1b\[[0-9;]*[A-Za-z]")


@dataclass
class Child:
    """A running process with its log and the command that starts it again."""

    name: str
    command: Sequence[str]
    environ: Mapping[str, str]
    log: Path
    process: subprocess.Popen[bytes]
    yields: bool = False
    dies_with_us: bool = False

    @property
    def running(self) -> bool:
        """Whether the process itself still lives."""
        return self.process.poll() is None


def start(
    name: str,
    command: Sequence[str],
    environ: Mapping[str, str],
    log: Path,
    cwd: Path,
    *,
    yields: bool = False,
    dies_with_us: bool = False,
) -> Child:
    """Start `command` in a session of its own, its output appended to `log`: plain text, and bounded.

    What `yields` gives way, with all that it starts, to processes for which a person waits. What `dies_with_us` is
    told to end when this process is gone, by whatever death (on Linux).
    """
    process = subprocess.Popen(
        command,
        env=dict(environ),
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        preexec_fn=_end_with_parent if dies_with_us and sys.platform == "linux" else None,
    )
    assert process.stdout is not None, "it was asked for"
    threading.Thread(target=keep_log, args=(process.stdout, log), daemon=True).start()
    if yields:
        _give_way(process.pid)
    return Child(name, command, environ, log, process, yields, dies_with_us)


def _end_with_parent() -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _give_way(pid: int) -> None:
    """Lower what the process and its children may take of the processor while others want it."""
    with contextlib.suppress(psutil.Error):  # it may have ended, which its log tells
        own = psutil.Process(pid)
        own.nice(min(own.nice() + NICENESS, 19))
    # Linux may weigh sessions instead of processes; then only this file tells how much a session counts.
    with contextlib.suppress(OSError):
        Path(f"/proc/{pid}/autogroup").write_text(str(NICENESS), encoding="utf-8")


def keep_log(output: IO[bytes], log: Path, *, most: int = MOST_LOG_BYTES) -> None:
    """Write what comes to `log` until it ends, without colour codes; at `most` bytes it goes to `log`.1, that to .2."""
    file = log.open("ab")
    try:
        for line in output:
            if file.tell() + len(line) > most:
                file.close()
                newest, older = log.with_name(f"{log.name}.1"), log.with_name(f"{log.name}.2")
                with contextlib.suppress(FileNotFoundError):
                    newest.replace(older)
                log.replace(newest)
                file = log.open("ab")
            file.write(_COLOURS.sub(b"", line))
            file.flush()
    finally:
        file.close()


def _session(leader: int) -> list[psutil.Process]:
    members = []
    for process in psutil.process_iter():
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if os.getsid(process.pid) == leader:
                members.append(process)
    return members


def stop_sessions(leaders: Sequence[int], *, grace: float = GRACE_SECONDS) -> None:
    """Ask every process of these sessions to end, wait, and kill what has not ended after `grace` seconds."""
    for leader in leaders:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(leader, signal.SIGTERM)
    deadline = time.monotonic() + grace
    asked = False
    while left := [process for leader in leaders for process in _session(leader)]:
        if all(process.status() == psutil.STATUS_ZOMBIE for process in left if process.is_running()):
            break
        if not asked and time.monotonic() > deadline - grace * 0.7:
            asked = True  # the leader is gone or slow: ask the others directly
            for process in left:
                with contextlib.suppress(psutil.Error):
                    process.terminate()
        if time.monotonic() > deadline:
            for process in left:
                with contextlib.suppress(psutil.Error):
                    process.kill()
            break
        time.sleep(0.1)


def remember(children: Sequence[Child], file: Path) -> None:
    """Write down which processes run, so that a later start can find leftovers."""
    facts = []
    for child in children:
        with contextlib.suppress(psutil.Error):
            facts.append(
                {"pid": child.process.pid, "started": psutil.Process(child.process.pid).create_time()}
            )
    file.write_text(json.dumps(facts), encoding="utf-8")


def stop_leftovers(file: Path) -> int:
    """Stop what an earlier, killed `up` left running. Returns how many sessions were stopped."""
    if not file.exists():
        return 0
    leaders = []
    for fact in json.loads(file.read_text(encoding="utf-8")):
        # The leader may be gone while its children live on; then its session id is still theirs.
        try:
            same = psutil.Process(fact["pid"]).create_time() == fact["started"]
        except psutil.NoSuchProcess:
            same = any(process.create_time() >= fact["started"] for process in _session(fact["pid"]))
        if same:
            leaders.append(fact["pid"])
    stop_sessions(leaders)
    file.unlink()
    return len(leaders)
