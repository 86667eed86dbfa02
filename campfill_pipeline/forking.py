"""What rooms need where a process of ours is a fork of another: whether it may be, its name, its files, its end.

Belongs here: what stands on the system alone. Does not belong here: who forks what, and why (`commands.nursery`,
`defs.code_server`, `intake.process.beginning`), and anything that is slow to import.
"""

from __future__ import annotations

import contextlib
import os
import select
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence


def forks() -> bool:
    """Whether processes are forked here: libraries of other systems than Linux are not made for it."""
    return sys.platform == "linux"


def can_tell_ends() -> bool:
    """Whether this system forks, and tells when a process ends that is not our child, or not known as one."""
    if not forks():
        return False
    try:
        os.close(os.pidfd_open(os.getpid()))
    except OSError:
        return False
    return True


class Forked:
    """A process that was forked: our child, or that of another, which may have become ours since."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        try:
            self._ends: int | None = os.pidfd_open(pid)
        except ProcessLookupError:
            self._ends = None

    def poll(self) -> int | None:
        """None while it lives, then 0: its exit code is known to its parent only."""
        return self._ended(0)

    def wait(self, timeout: float | None = None) -> int | None:
        """Wait until it has ended, at most `timeout` seconds; then what `poll` says."""
        return self._ended(None if timeout is None else timeout * 1000)

    def _ended(self, milliseconds: float | None) -> int | None:
        if self._ends is not None:
            watch = select.poll()
            watch.register(self._ends, select.POLLIN)
            if not watch.poll(milliseconds):
                return None
            os.close(self._ends)
            self._ends = None
            with contextlib.suppress(ChildProcessError):
                os.waitpid(self.pid, os.WNOHANG)
        return 0


def close_all_but(kept: Collection[int | None]) -> None:
    """Close all files that this process has open, but for these descriptors."""
    for opened in map(int, os.listdir("/proc/self/fd")):  # noqa: PTH208 - pathlib takes long to import
        if opened not in kept:
            os.closerange(opened, opened + 1)  # one may be gone: it was that of the look itself


def be_called(words: Sequence[str]) -> None:
    """Let `ps` show this command: it reads the place where the system put the words of ours, as many as fit there."""
    import ctypes

    with open("/proc/self/stat", encoding="utf-8", errors="replace") as told:  # noqa: PTH123 - as above
        facts = told.read().rpartition(")")[2].split()
    begin, end = int(facts[45]), int(facts[46])
    if not 0 < begin < end:  # not every system that calls itself Linux tells the place
        return
    text = b"\0".join(os.fsencode(word) for word in words)[: end - begin - 1]
    ctypes.memmove(begin, text.ljust(end - begin, b"\0"), end - begin)
