"""How a reading process begins: as a new Python, or as a fork of a process that has hardly begun itself.

A new Python imports for half a second what reading needs. A run of `campfill up` is a fork that has it imported
(`defs.code_server`), so its reading process can be one too: within milliseconds, and what both have imported is in
memory once. Belongs here: only that. Does not belong here: asking it (`parser.py`), what it does (`worker.py`).
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from typing import IO, NoReturn

from campfill_pipeline.forking import Forked, be_called, close_all_but

MODULE = "campfill_pipeline.intake.process.worker"


@dataclass(frozen=True)
class ReadingProcess:
    """A reading process, and both ends of what it is asked through. It leads a session of its own, forks included."""

    process: subprocess.Popen[bytes] | Forked
    requests: IO[bytes]
    answers: IO[bytes]

    @property
    def pid(self) -> int:
        """Its process id."""
        return self.process.pid

    def lives(self) -> bool:
        """Whether it has not ended."""
        return self.process.poll() is None

    def end(self) -> None:
        """End it and its forks, at once: between two answers it has nothing to put in order."""
        self.requests.close()
        if self.lives():  # else its number may be another's by now
            for kill in (os.killpg, os.kill):  # a fork that has just begun does not lead its session yet
                with contextlib.suppress(ProcessLookupError):
                    kill(self.pid, signal.SIGKILL)
            self.process.wait()
        self.answers.close()


def anew() -> ReadingProcess:
    """A new Python. Raises OSError where there is none to be had."""
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", MODULE],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0, start_new_session=True,
        env={**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},  # it forks, which no thread survives
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    return ReadingProcess(process, process.stdin, process.stdout)


def forked() -> ReadingProcess:
    """A fork of this process, which must have no thread and no connection yet. Raises OSError where none can be had."""
    theirs, requests = os.pipe()
    answers, told = os.pipe()
    try:
        pid = os.fork()
    except OSError:
        for end in (theirs, requests, answers, told):
            os.close(end)
        raise
    if pid == 0:
        _be(theirs, told)
    os.close(theirs)
    os.close(told)
    return ReadingProcess(Forked(pid), open(requests, "wb", 0), open(answers, "rb", 0))  # noqa: PTH123


def _be(requests: int, answers: int) -> NoReturn:
    """Be the reading process."""
    code = 1
    try:
        os.setsid()
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        os.dup2(requests, 0)
        os.dup2(answers, 1)
        close_all_but({0, 1, 2})
        be_called([sys.executable, "-P", "-m", MODULE])

        from campfill_pipeline.intake.process import worker  # the caller has it imported, or need not know it

        worker.serve(0, 1)
        code = 0
    except BaseException:  # noqa: BLE001 - the outermost door of a process
        sys.excepthook(*sys.exc_info())
    finally:
        os._exit(code)
