"""A fork of the reading process, seen by who made it: asking it, waiting for it with a clock, what its end means.

Belongs here: pipes, signals and exit codes. Does not belong here: what a fork does (`worker.py`).
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NoReturn

OUT_OF_MEMORY = 77
"""The exit code of a fork that ran out of memory."""

NO_VERDICT = 78
"""The exit code of a fork that read other files before and found something wrong with the last one."""

MORE = b"more"
"""The line after an answer with which a fork says that it may be asked again; else it ends."""


@dataclass(frozen=True)
class Outcome:
    """A fork's answer, or a verdict where there is none: `{"over": …}` or `{"died": …}`."""

    answer: bytes | None
    verdict: dict[str, Any] | None = None

    @property
    def over_time(self) -> bool:
        """Whether time was over: nobody waits for it twice."""
        return self.verdict == {"over": "time"}


class Lines:
    """Lines from a descriptor, waiting for them without reading ahead of what is needed."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor, self._buffer = descriptor, b""

    def next(self) -> bytes | None:
        """The next line, None at the end."""
        while b"\n" not in self._buffer:
            select.select([self._descriptor], [], [])
            data = os.read(self._descriptor, 1 << 16)
            if not data:
                return None
            self._buffer += data
        line, _, self._buffer = self._buffer.partition(b"\n")
        return line


def write(descriptor: int, data: bytes) -> None:
    """Write all of it."""
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


class Fork:
    """One fork. `work` is what it does with the descriptors of its requests and answers; it never returns."""

    def __init__(self, work: Callable[[int, int], NoReturn]) -> None:
        requests, self._requests = os.pipe()
        self._answers, answers = os.pipe()
        self._pid = os.fork()
        if self._pid == 0:
            os.close(self._requests)
            os.close(self._answers)
            work(requests, answers)
        os.close(requests)
        os.close(answers)
        self.alive = True
        self.answered = 0

    def ask(
        self, line: bytes, seconds: float, caller: int, progress: Callable[[bytes], None]
    ) -> Outcome | None:
        """Its answer to a request, within so many seconds; None where the descriptor `caller` ends meanwhile.

        Lines of progress are handed on.
        """
        deadline = time.monotonic() + seconds
        with contextlib.suppress(BrokenPipeError):  # it died with nothing to do: its end is read below
            write(self._requests, line + b"\n")
        answer: bytes | None = None
        buffer = b""
        while True:
            ready, _, _ = select.select([self._answers, caller], [], [], max(deadline - time.monotonic(), 0))
            if not ready:
                self.end()
                return Outcome(None, {"over": "time"})
            if caller in ready:  # only its end can come while a request is served
                self.end()
                return None
            data = os.read(self._answers, 1 << 20)
            if not data:
                verdict = _verdict(self.end(kill=False))
                return Outcome(answer if verdict is None else None, verdict)
            *complete, buffer = (buffer + data).split(b"\n")
            for one in complete:
                if one == MORE:
                    self.answered += 1
                    return Outcome(answer)
                if one.startswith(b'{"progress"'):
                    progress(one + b"\n")
                else:
                    answer = one

    def end(self, *, kill: bool = True) -> int:
        """End it, or wait for its end. Returns its exit code, or minus the signal that ended it."""
        self.alive = False
        os.close(self._requests)
        os.close(self._answers)
        if kill:
            os.kill(self._pid, signal.SIGKILL)
        _, status = os.waitpid(self._pid, 0)
        return os.waitstatus_to_exitcode(status)


def _verdict(exit_code: int) -> dict[str, Any] | None:
    """What the end of a fork means; None where it has answered."""
    if exit_code == 0:
        return None
    if exit_code in (OUT_OF_MEMORY, -signal.SIGKILL):  # killed, but not by us: the system ran out of memory
        return {"over": "memory"}
    if exit_code == -signal.SIGXCPU:
        return {"over": "time"}
    return {"died": exit_code}
