"""The process that reads files: long-lived and light, it forks for them, so that no file can harm it.

Run as `python -m campfill_pipeline.intake.process.worker` by `parser.py`. Why fork: a new interpreter with pyarrow
takes 0.4 s, a fork a few ms, and 300 small files at once are ordinary. Why here and not in the caller: the
caller has threads, and forking a process with threads is a gamble. A fork that has read a small file without any
trouble reads the next small one; every other file gets a fork of its own (docs/decisions/0190).

Speaks lines of JSON: a request on stdin; on stdout any number of `{"progress": [done, total]}`, then one of
`{"result": …}`, `{"fault": traceback}`, `{"trouble": what}` (a full disk and the like),
`{"over": "time" | "memory"}` or `{"died": signal or exit code}`.
Ends when stdin ends, and takes a running fork with it.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import resource
import signal
import sys
import time
import traceback
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

import pyarrow

from campfill_pipeline.intake.findings import ParseLimits
from campfill_pipeline.intake.process.forks import (
    MORE,
    NO_VERDICT,
    OUT_OF_MEMORY,
    Fork,
    Lines,
    Outcome,
    write,
)
from campfill_pipeline.intake.process.manifest import to_json
from campfill_pipeline.intake.process.reading import read_file, read_raw_rows
from campfill_pipeline.intake.process.warm_up import warm_up
from campfill_pipeline.language.currencies import count_in

_PROGRESS_SECONDS = 0.5

_SMALL = 1 << 18
"""Bytes of a file that may share a fork with others like it."""

_MOST_FILES = 100
_MOST_GROWTH = 32 << 20
"""Files and bytes of memory after which a fork ends: what they leave behind counts towards the limit of the next."""

Send = Callable[[dict[str, Any]], None]


class _WithoutPandas:
    """Says that pandas and dateutil are not installed: pyarrow would import both for its first array, 0.4 s."""

    def find_spec(self, fullname: str, _path: object = None, _target: object = None) -> None:
        if fullname in ("pandas", "dateutil"):
            raise ModuleNotFoundError("not needed for reading files", name=fullname)


def main() -> None:
    """Be a new Python that reads."""
    sys.meta_path.insert(0, _WithoutPandas())
    serve(sys.stdin.fileno(), sys.stdout.fileno())


def serve(requests: int, answers: int) -> None:
    """Serve the requests of a descriptor until it ends."""
    pyarrow.set_memory_pool(pyarrow.system_memory_pool())  # the other reserves ahead, which a limit counts
    pyarrow.set_cpu_count(1)  # a fork takes only the calling thread along
    warm_up()
    gc.freeze()  # what is here stays: collections in a fork need not look at it, nor copy its memory
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the caller, who then ends the requests
    os.set_blocking(requests, False)
    lines = Lines(requests)
    serving = _Serving(requests, answers)
    while (line := lines.next()) is not None and serving.serve(line):
        pass
    serving.end()


class _Serving:
    """Answers requests, each by a fork. Between two of them at most one fork is kept."""

    def __init__(self, requests: int, answers: int) -> None:
        self._requests, self._answers = requests, answers
        self._kept: Fork | None = None

    def serve(self, line: bytes) -> bool:
        """Answer one request. Returns whether somebody still waits for answers."""
        request = json.loads(line)
        if not _is_small(request):
            self.end()
        fork = self._kept or Fork(_child)
        used = fork.answered > 0
        outcome = self._ask(fork, line, request)
        if outcome is not None and used and outcome.answer is None and not outcome.over_time:
            # It may suffer from an earlier file: a verdict counts only where a file had a fork to itself.
            self.end()
            fork = Fork(_child)
            outcome = self._ask(fork, line, request)
        self._kept = fork if fork.alive else None
        if outcome is None:
            return False
        verdict = json.dumps(outcome.verdict or {}).encode()
        write(self._answers, (outcome.answer or verdict) + b"\n")
        return True

    def _ask(self, fork: Fork, line: bytes, request: dict[str, Any]) -> Outcome | None:
        seconds = ParseLimits(**request["limits"]).seconds
        return fork.ask(line, seconds, self._requests, partial(write, self._answers))

    def end(self) -> None:
        """End the fork that was kept."""
        if self._kept is not None and self._kept.alive:
            self._kept.end()
        self._kept = None


def _is_small(request: dict[str, Any]) -> bool:
    try:
        return Path(request["path"]).stat().st_size <= _SMALL
    except OSError:
        return False  # whoever reads it tells


def _child(requests: int, answers: int) -> NoReturn:
    """Do the work and leave."""
    code = 1
    try:
        gc.disable()  # millions of cells, no cycles among them, and the fork ends soon
        before, inherited = _most_memory(), _data()

        def send(message: dict[str, Any]) -> None:
            write(answers, json.dumps(message).encode() + b"\n")

        lines, read = Lines(requests), 0
        while (line := lines.next()) is not None:
            request = json.loads(line)
            limits = ParseLimits(**request["limits"])
            _restrict(limits, inherited)
            sound, read = _work(request, limits, send), read + 1
            grown = _most_memory() - before
            if not (sound and _is_small(request) and read < _MOST_FILES and grown < _MOST_GROWTH):
                code = 0 if sound or read == 1 else NO_VERDICT
                break
            write(answers, MORE + b"\n")
        else:
            code = 0
    except MemoryError:
        code = OUT_OF_MEMORY
    except BrokenPipeError:
        code = 1
    finally:
        os._exit(code)


def _most_memory() -> int:
    """The most bytes of memory that this process has had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10


def _data() -> int:
    """The bytes of memory of this process that `RLIMIT_DATA` counts, on Linux; 0 elsewhere."""
    try:
        return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[5]) * resource.getpagesize()
    except OSError:
        return 0


def _restrict(limits: ParseLimits, inherited: int) -> None:
    # RLIMIT_DATA rather than RLIMIT_AS: it counts what is used, not what is merely mapped. What was there before a file
    # was read is more in a fork of a run than in a new Python, and no fault of the file's.
    most = inherited + (limits.memory_mb << 20)
    for limit, value in (
        (resource.RLIMIT_DATA, most),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_CPU, int(time.process_time() + limits.seconds) + 5),
    ):
        with contextlib.suppress(ValueError, OSError):  # a tighter limit is already set from outside
            # The hard limit stays: the next file's processor time begins where this one's ends.
            resource.setrlimit(limit, (value, resource.getrlimit(limit)[1]))


def _work(request: dict[str, Any], limits: ParseLimits, send: Send) -> bool:
    """Answer a request. Returns whether there was nothing wrong with its file."""
    count_in(request["currency"])
    try:
        if request["do"] == "parse":
            work = Path(request["work"])
            parsed = read_file(
                Path(request["path"]),
                request["file_name"],
                work,
                limits,
                _progress(send),
                request["descriptions"],
            )
            send({"result": to_json(parsed)})
            return parsed.reason is None
        rows = read_raw_rows(
            Path(request["path"]), request["sheet"], request["rows"], limits, request["descriptions"]
        )
        send({"result": [[[cell.text, int(cell.kind)] for cell in row] for row in rows]})
        return True
    except (MemoryError, BrokenPipeError):
        raise
    except OSError as error:  # no fault of the file's: a full disk, a missing original
        send({"trouble": f"{error.strerror or error} ({error.filename or request['path']})"})
    except Exception:  # noqa: BLE001 - the outermost door: any fault of ours is one file's fault, and is recorded
        send({"fault": traceback.format_exc()})
    return False


def _progress(send: Send) -> Callable[[int, int], None]:
    last = time.monotonic()

    def progress(done: int, total: int) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= _PROGRESS_SECONDS:
            last = now
            send({"progress": [done, total]})

    return progress


if __name__ == "__main__":
    main()
