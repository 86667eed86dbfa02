"""The process in which `campfill up` has its other processes forked: it imports once what they all import.

Dagster and what stands on it take a hundred MB and seconds, in the code server, the web UI and the daemon alike. Here
it is imported once; they are forks of this process, so that what they only read is in memory once, and each has begun
within a moment. It has no thread of ours, no connection, and has read no setting; each fork is a session of its own,
runs its module as `python -m` would, and is called so in `ps`. Once all have begun it ends, and they are children of
`campfill up`; before, it ends with that, by whatever death.

Belongs here: both sides of forking. Does not belong here: what the forks do, and their restart: what died is begun as a
new interpreter (`processes`), with the files of then.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import importlib
import os
import runpy
import signal
import socket
import struct
import subprocess
import sys
import threading
import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NoReturn

from campfill_pipeline import forking
from campfill_pipeline.commands import answering, asking
from campfill_pipeline.forking import Forked

FORKED = frozenset(
    {
        "campfill_pipeline.commands.answering",
        "campfill_pipeline.defs.code_server",
        "campfill_pipeline.defs.daemon",
        "campfill_pipeline.door",
        "dagster_webserver",
    }
)
"""What is forked."""

PRELOADED = (
    "campfill_pipeline.door.server",
    "dagster._cli",
    "dagster._core.instance.factory",
    "dagster._daemon.cli",
    "dagster._daemon.controller",
    "dagster._grpc.server_watcher",
    "dagster_webserver.cli",
    "psycopg2.extras",
    "uvicorn.lifespan.on",
)
"""What they import beside what runs need, most of it when first needed. Importing it reads no setting and connects to
nothing."""

READY = b"+"
_PID = struct.Struct("!i")
_PR_SET_CHILD_SUBREAPER = 36
_ROOM = 500  # bytes for what a fork is called


class Nursery:
    """The side of `campfill up`."""

    def __init__(
        self,
        environ: Mapping[str, str],
        cwd: Path,
        given_up: Callable[[], bool],
        keep: Callable[..., None],
        log: Path,
    ) -> None:
        """Begin the process; `given_up` says whether nobody waits for it any more, `keep` writes its words to `log`."""
        self._given_up, self._ready = given_up, False
        self._socket, theirs = socket.socketpair()
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, "-m", __name__, str(theirs.fileno()), " " * _ROOM], env=dict(environ), cwd=cwd,
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
                pass_fds=[theirs.fileno()],
            )  # fmt: skip
        threading.Thread(target=keep, args=(self.process.stdout, log), daemon=True).start()

    def fork(self, command: Sequence[str], output: int) -> Forked | None:
        """The process of `python -m MODULE …`, its output written to the file `output`; None where it is none of these.

        None, too, where the nursery has died: its log says why.
        """
        if command[1:2] != ["-m"] or command[2] not in FORKED:
            return None
        try:
            if not self._ready:
                self._wait()
            asking.send(self._socket, {"words": list(command)}, [output])
            return Forked(_PID.unpack(self._socket.recv(_PID.size, socket.MSG_WAITALL))[0])
        except (OSError, EOFError, struct.error):
            return None

    def _wait(self) -> None:
        """Until it has imported. Raises EOFError where it died, or nobody waits any more."""
        self._socket.settimeout(0.1)
        while not self._ready:
            if self._given_up():
                raise EOFError
            with contextlib.suppress(TimeoutError):
                if self._socket.recv(1) != READY:
                    raise EOFError
                self._ready = True
        self._socket.settimeout(None)

    def end(self) -> None:
        """Let the process end. What it forked goes on, as children of this process."""
        system = ctypes.CDLL(None)
        system.prctl(_PR_SET_CHILD_SUBREAPER, 1)
        self.process.kill()  # it may still import, and has nothing to put in order
        self.process.wait()
        self._socket.close()
        system.prctl(_PR_SET_CHILD_SUBREAPER, 0)


def main(asked: socket.socket) -> None:
    """Fork whenever asked to, until the other side is gone."""
    forking.be_called(sys.orig_argv[:3])
    from campfill_pipeline.defs import code_server  # `campfill up` itself shall not hold all this

    code_server.make_ready()
    for name in PRELOADED:
        importlib.import_module(name)
    answering.prepared()
    gc.freeze()  # else the collector writes to every object, and a page that is written to is no longer shared
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the forks
    asked.sendall(READY)
    while True:
        try:
            told, [output] = asking.receive(asked)
        except (EOFError, ValueError, OSError):
            return
        child = os.fork()
        if child == 0:
            asked.close()
            _be(told["words"], output)
        os.close(output)
        asked.sendall(_PID.pack(child))


def _be(words: list[str], output: int) -> NoReturn:
    """Be the process of this command."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    for number in (1, 2):
        os.dup2(output, number)
    os.close(output)
    forking.be_called(words)
    sys.argv[1:] = words[3:]
    sys.orig_argv[:] = words
    warnings.filterwarnings("ignore", category=RuntimeWarning, module="runpy")  # of what is imported already
    runpy.run_module(words[2], run_name="__main__", alter_sys=True)
    sys.exit()


if __name__ == "__main__":
    main(socket.socket(fileno=int(sys.argv[1])))
