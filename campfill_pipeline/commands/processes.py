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
from typing import IO, Any

import psutil

from campfill_pipeline.commands.nursery import Nursery
from campfill_pipeline.forking import Forked

GRACE_SECONDS = 5.0  # of the ten within which `up` ends; what is killed then is done again
NICENESS = 10
_BOOT = Path("/proc/sys/kernel/random/boot_id")
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
    process: subprocess.Popen[bytes] | Forked
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
    nursery: Nursery | None = None,
) -> Child:
    """Start `command` in a session of its own, its output appended to `log`: plain text, and bounded.

    What `yields` gives way, with all that it starts, to processes for which a person waits. What `dies_with_us` is
    told to end when this process is gone, by whatever death (on Linux). It is forked in the `nursery` where that can.
    """
    forked = _forked(nursery, command) if nursery and not dies_with_us else None
    process, output = forked or _begun_anew(command, environ, cwd, dies_with_us=dies_with_us)
    threading.Thread(target=keep_log, args=(output, log), daemon=True).start()
    if yields:
        _give_way(process.pid)
    return Child(name, command, environ, log, process, yields, dies_with_us)


def _forked(
    nursery: Nursery, command: Sequence[str]
) -> tuple[subprocess.Popen[bytes] | Forked, IO[bytes]] | None:
    ours, theirs = os.pipe()
    try:
        process = nursery.fork(command, theirs)
    finally:
        os.close(theirs)
    if process is None:
        os.close(ours)
        return None
    return process, os.fdopen(ours, "rb")


def _begun_anew(
    command: Sequence[str], environ: Mapping[str, str], cwd: Path, *, dies_with_us: bool
) -> tuple[subprocess.Popen[bytes] | Forked, IO[bytes]]:
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
    return process, process.stdout


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
    file = None
    for line in output:  # whatever the disk says: a process whose words nobody takes would stand still
        try:
            if file is None:
                file = log.open("ab", buffering=0)
            if file.tell() + len(line) > most:
                file.close()
                file = None
                newest, older = log.with_name(f"{log.name}.1"), log.with_name(f"{log.name}.2")
                with contextlib.suppress(FileNotFoundError):
                    newest.replace(older)
                log.replace(newest)
                file = log.open("ab", buffering=0)
            file.write(_COLOURS.sub(b"", line))
        except OSError:  # a full disk: this line is lost, the next is tried
            continue
    if file is not None:
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
            kill_sessions(leaders)
            break
        time.sleep(0.1)


def kill_sessions(leaders: Sequence[int]) -> None:
    """End every process of these sessions this moment."""
    for process in [process for leader in leaders for process in _session(leader)]:
        with contextlib.suppress(psutil.Error):
            process.kill()


def remember(children: Sequence[Child], file: Path) -> None:
    """Write down which processes run, so that a later start can find leftovers."""
    facts = []
    for child in children:
        with contextlib.suppress(psutil.Error, OSError):
            facts.append({"pid": child.process.pid, "started": _begun(child.process.pid)})
    with contextlib.suppress(OSError):  # a full disk shall not end what runs
        beside = file.with_name(f"{file.name}.new")
        beside.write_text(json.dumps(facts), encoding="utf-8")
        beside.replace(file)


def _begun(pid: int) -> list[str | float]:
    """When a process began: a name for this run of the machine, and a moment in it.

    Not by the clock, where the system tells it otherwise: after the clock was set, a process would be another one's.
    """
    if _BOOT.exists():
        told = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
        return [_BOOT.read_text(encoding="utf-8").strip(), float(told.rpartition(")")[2].split()[19])]
    return ["", psutil.Process(pid).create_time()]


def _is_of_session(fact: dict[str, Any]) -> bool:
    """Whether the remembered process still runs, or others of its session do while it is gone."""
    boot, moment = fact["started"]
    pids = [fact["pid"]] if psutil.pid_exists(fact["pid"]) else [each.pid for each in _session(fact["pid"])]
    for pid in pids:
        with contextlib.suppress(OSError, psutil.Error):
            now_boot, begun = _begun(pid)
            if now_boot == boot and (begun == moment if pid == fact["pid"] else begun >= moment):
                return True
    return False


def stop_leftovers(file: Path) -> int:
    """Stop what an earlier, killed `up` left running. Returns how many sessions were stopped."""
    if not file.exists():
        return 0
    try:
        facts = json.loads(file.read_text(encoding="utf-8"))
        # The leader may be gone while its children live on; then its session id is still theirs.
        leaders = [fact["pid"] for fact in facts if _is_of_session(fact)]
    except (ValueError, TypeError, KeyError):  # of an older campfill, or cut off by a full disk
        leaders = []
    stop_sessions(leaders)
    file.unlink()
    return len(leaders)
