"""The process that reads files: long-lived and light, it forks for every file, so that no file can harm it.

Run as `python -m campfill_pipeline.intake.process.worker` by `parser.py`. Why fork: a new interpreter with pyarrow
takes 0.4 s, a fork a few ms, and 300 small files at once are ordinary. Why here and not in the caller: the
caller has threads, and forking a process with threads is a gamble.

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
import select
import signal
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from campfill_pipeline.intake.findings import ParseLimits
from campfill_pipeline.intake.process.manifest import to_json
from campfill_pipeline.intake.process.reading import read_file, read_raw_rows
from campfill_pipeline.intake.process.warm_up import warm_up
from campfill_pipeline.language.currencies import count_in

_PROGRESS_SECONDS = 0.5
_OUT_OF_MEMORY = 77

Send = Callable[[dict[str, Any]], None]


class _WithoutPandas:
    """Says that pandas is not installed: pyarrow would import it for its first array, 0.4 s in every fork."""

    def find_spec(self, fullname: str, _path: object = None, _target: object = None) -> None:
        if fullname == "pandas":
            raise ModuleNotFoundError("not needed for reading files", name="pandas")


def main() -> None:
    """Serve requests until stdin ends."""
    sys.meta_path.insert(0, _WithoutPandas())
    warm_up()
    gc.freeze()  # what is here stays: collections in a fork need not look at it, nor copy its memory
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the caller, who then closes stdin
    requests, answers = sys.stdin.buffer.fileno(), sys.stdout.buffer.fileno()
    os.set_blocking(requests, False)
    lines = _Lines(requests)
    while True:
        line = lines.next()
        if line is None:
            return
        _serve(json.loads(line), requests, answers)


class _Lines:
    """Lines from a descriptor, waiting for them without reading ahead of what is needed."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor, self._buffer = descriptor, b""

    def next(self) -> bytes | None:
        while b"\n" not in self._buffer:
            select.select([self._descriptor], [], [])
            data = os.read(self._descriptor, 1 << 16)
            if not data:
                return None
            self._buffer += data
        line, _, self._buffer = self._buffer.partition(b"\n")
        return line


def _serve(request: dict[str, Any], requests: int, answers: int) -> None:
    limits = ParseLimits(**request["limits"])
    inward, outward = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(inward)
        _child(request, limits, outward)
    os.close(outward)
    verdict, last = None, b""
    deadline = time.monotonic() + limits.seconds
    buffer = b""
    try:
        while True:
            ready, _, _ = select.select([inward, requests], [], [], max(deadline - time.monotonic(), 0))
            if not ready:
                verdict = {"over": "time"}
                break
            if requests in ready:  # only its end can come while a request is served
                os.kill(child, signal.SIGKILL)
                os.waitpid(child, 0)
                os._exit(0)
            data = os.read(inward, 1 << 20)
            if not data:
                break
            buffer += data
            *complete, buffer = buffer.split(b"\n")
            for line in complete:
                if line.startswith(b'{"progress"'):
                    _write(answers, line + b"\n")
                else:
                    last = line
    finally:
        os.close(inward)
    if verdict is not None:
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    if verdict is None:
        verdict = _verdict(os.waitstatus_to_exitcode(status))
    _write(answers, (last if verdict is None else json.dumps(verdict).encode()) + b"\n")


def _verdict(exit_code: int) -> dict[str, Any] | None:
    """What the end of a fork means; None where it has answered."""
    if exit_code == 0:
        return None
    if exit_code in (_OUT_OF_MEMORY, -signal.SIGKILL):  # killed, but not by us: the system ran out of memory
        return {"over": "memory"}
    if exit_code == -signal.SIGXCPU:
        return {"over": "time"}
    return {"died": exit_code}


def _write(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def _child(request: dict[str, Any], limits: ParseLimits, outward: int) -> None:
    """Do the work and leave; never returns."""
    code = 1
    try:
        _restrict(limits)
        gc.disable()  # millions of cells, no cycles among them, and the fork ends with its file

        def send(message: dict[str, Any]) -> None:
            _write(outward, json.dumps(message).encode() + b"\n")

        _work(request, limits, send)
        code = 0
    except MemoryError:
        code = _OUT_OF_MEMORY
    except BrokenPipeError:
        code = 1
    finally:
        os._exit(code)


def _restrict(limits: ParseLimits) -> None:
    # RLIMIT_DATA rather than RLIMIT_AS: it counts what is used, not what is merely mapped.
    most = limits.memory_mb << 20
    for limit, value in (
        (resource.RLIMIT_DATA, most),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_CPU, int(limits.seconds) + 5),
    ):
        with contextlib.suppress(ValueError, OSError):  # a tighter limit is already set from outside
            resource.setrlimit(limit, (value, value))


def _work(request: dict[str, Any], limits: ParseLimits, send: Send) -> None:
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
        else:
            rows = read_raw_rows(
                Path(request["path"]), request["sheet"], request["rows"], limits, request["descriptions"]
            )
            send({"result": [[[cell.text, int(cell.kind)] for cell in row] for row in rows]})
    except (MemoryError, BrokenPipeError):
        raise
    except OSError as error:  # no fault of the file's: a full disk, a missing original
        send({"trouble": f"{error.strerror or error} ({error.filename or request['path']})"})
    except Exception:  # noqa: BLE001 - the outermost door: any fault of ours is one file's fault, and is recorded
        send({"fault": traceback.format_exc()})


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
