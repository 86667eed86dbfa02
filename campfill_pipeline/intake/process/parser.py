"""The door to reading files: each is read in a process of its own, under limits, and never harms its caller.

Belongs here: starting, asking and replacing that process. Does not belong here: what it does (`worker.py`).
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import logging
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextvars import ContextVar
from pathlib import Path
from types import TracebackType
from typing import Any

from campfill_pipeline.domain.errors import CampfillError
from campfill_pipeline.domain.progress import Progress
from campfill_pipeline.domain.uploads import UploadKind
from campfill_pipeline.intake.findings import (
    CellKind,
    ColumnFound,
    Parsed,
    ParseLimits,
    RawCell,
    TableFound,
    UnreadableError,
)
from campfill_pipeline.intake.process.manifest import from_json, load_parsed, save_parsed
from campfill_pipeline.intake.refusals import corrupt, too_much_memory, too_slow
from campfill_pipeline.language.currencies import counted_in
from campfill_pipeline.language.speaking import say

__all__ = [
    "CellKind",
    "ColumnFound",
    "ParseLimits",
    "Parsed",
    "Parser",
    "RawCell",
    "ReadingTroubleError",
    "RowsUnreadableError",
    "TableFound",
    "load_parsed",
]

_GRACE_SECONDS = 20.0
_log = logging.getLogger(__name__)
_ahead: ContextVar[list[subprocess.Popen[bytes]] | None] = ContextVar("begun_ahead", default=None)


class RowsUnreadableError(CampfillError):
    """Original rows could not be fetched again."""


class ReadingTroubleError(CampfillError):
    """A file could not be read for reasons outside of it (a full disk, a missing original): worth another try."""

    def __init__(self, path: Path, problem: str) -> None:
        self.path = path
        super().__init__(
            f"{path.name} could not be read: {problem}.", "Mend that, then ask for the upload again."
        )


class _WorkerGoneError(CampfillError):
    """The reading process ended by itself."""

    def __init__(self) -> None:
        super().__init__("The reading process ended by itself.", "Another one is started.")


class Parser:
    """Reads files in another process, started when first needed. A context manager, for one thread."""

    def __init__(self, limits: ParseLimits, descriptions: Mapping[str, str] | None = None) -> None:
        self._limits = limits
        self._descriptions = dict(descriptions or {})
        self._worker: subprocess.Popen[bytes] | None = None
        self._buffer = b""

    def __enter__(self) -> Parser:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the reading process."""
        worker, self._worker, self._buffer = self._worker, None, b""
        if worker is None:
            return
        if worker.stdin is not None:
            with contextlib.suppress(BrokenPipeError):  # it died with a request unread
                worker.stdin.close()
        try:
            worker.wait(timeout=2)
        except subprocess.TimeoutExpired:
            os.killpg(worker.pid, signal.SIGKILL)  # the worker leads a group of its own, forks included
            worker.wait()
        if worker.stdout is not None:
            worker.stdout.close()

    def parse(
        self,
        path: Path,
        file_name: str,
        work: Path,
        progress: Progress | None = None,
        descriptions: Mapping[str, str] | None = None,
    ) -> Parsed:
        """Read `path`; tables go to `work` as `table-N.arrow`, with a manifest (see `load_parsed`).

        Never raises for a bad file: then `Parsed.reason` is set. `file_name` is the name its sender gave it.
        `descriptions` are those of lists to read it by, by name, as TOML; None: those the parser was made with.
        Raises ReadingTroubleError where the fault is not in the file.
        """
        work.mkdir(parents=True, exist_ok=True)
        request = {
            "do": "parse",
            "path": str(path.absolute()),
            "file_name": file_name,
            "work": str(work.absolute()),
            "descriptions": self._descriptions if descriptions is None else dict(descriptions),
        }
        try:
            parsed = from_json(self._ask(request, progress or (lambda _done, _total: None)), work)
        except UnreadableError as error:
            file_format = Path(file_name).suffix.lower().lstrip(".") or "unknown"
            parsed = Parsed(UploadKind.UNKNOWN, error.reason, error.problem, error.mend, file_format)
        save_parsed(parsed, work)
        return parsed

    def raw_rows(
        self,
        path: Path,
        sheet: str | None,
        rows: Sequence[int],
        descriptions: Mapping[str, str] | None = None,
    ) -> list[list[RawCell]]:
        """The complete original rows (all columns) with these numbers, in the order asked; [] for a missing.

        Raises RowsUnreadableError where they cannot be had, for instance under a time limit.
        """
        request = {
            "do": "rows",
            "path": str(path.absolute()),
            "sheet": sheet,
            "rows": [int(row) for row in rows],
            "descriptions": self._descriptions if descriptions is None else dict(descriptions),
        }
        try:
            answer = self._ask(request, lambda _done, _total: None)
        except (UnreadableError, ReadingTroubleError) as error:
            raise RowsUnreadableError(
                say("The original rows cannot be fetched again. {told}", told=error.problem), error.mend
            ) from error
        return [[RawCell(text, CellKind(kind)) for text, kind in row] for row in answer]

    def _ask(self, request: dict[str, Any], progress: Progress) -> Any:
        """The result of a request. Raises UnreadableError for every way in which it can fail."""
        for attempt in (1, 2):
            try:
                return self._ask_once(request, progress)
            except _WorkerGoneError:
                self._kill()
                if attempt == 2:
                    break
        raise too_much_memory(self._limits)

    def _ask_once(self, request: dict[str, Any], progress: Progress) -> Any:
        worker = self._running()
        line = (
            json.dumps(
                {**request, "limits": dataclasses.asdict(self._limits), "currency": counted_in()}
            ).encode()
            + b"\n"
        )
        assert worker.stdin is not None
        try:
            worker.stdin.write(line)
            worker.stdin.flush()
        except OSError as error:
            raise _WorkerGoneError() from error
        deadline = time.monotonic() + self._limits.seconds + _GRACE_SECONDS
        while True:
            answer = json.loads(self._line(worker, deadline))
            if "progress" in answer:
                progress(*answer["progress"])
            elif "result" in answer:
                return answer["result"]
            elif "trouble" in answer:
                raise ReadingTroubleError(Path(request["path"]), answer["trouble"])
            elif "over" in answer:
                raise (too_slow if answer["over"] == "time" else too_much_memory)(self._limits)
            else:
                _log.error("reading %s failed: %s", request["path"], answer.get("fault") or answer)
                raise corrupt("it made the reader fail, which no sound workbook does")

    def _line(self, worker: subprocess.Popen[bytes], deadline: float) -> bytes:
        assert worker.stdout is not None
        while b"\n" not in self._buffer:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([worker.stdout], [], [], left)[0]:
                self._kill()
                raise too_slow(self._limits)
            data = os.read(worker.stdout.fileno(), 1 << 20)
            if not data:
                raise _WorkerGoneError()
            self._buffer += data
        line, _, self._buffer = self._buffer.partition(b"\n")
        return line

    def _running(self) -> subprocess.Popen[bytes]:
        if self._worker is None:
            self._worker = _begun_ahead() or _start()
        return self._worker

    def _kill(self) -> None:
        if self._worker is not None and self._worker.poll() is None:
            os.killpg(self._worker.pid, signal.SIGKILL)
        self.close()


@contextlib.contextmanager
def begun_ahead() -> Iterator[None]:
    """Start a reading process now, for the first parser within; it imports while its caller does other things."""
    ahead: list[subprocess.Popen[bytes]] = []
    with contextlib.suppress(OSError):  # for want of memory: whoever reads then tries again, and tells it
        ahead.append(_start())
    token = _ahead.set(ahead)
    try:
        yield
    finally:
        _ahead.reset(token)
        for left in ahead:  # nobody had anything to read
            for pipe in (left.stdin, left.stdout):
                if pipe is not None:
                    pipe.close()  # which ends it
            left.wait()


def _begun_ahead() -> subprocess.Popen[bytes] | None:
    ahead = _ahead.get()
    return ahead.pop() if ahead else None


def _start() -> subprocess.Popen[bytes]:
    # One thread each: a fork takes only the calling thread along.
    single = {
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "ARROW_DEFAULT_MEMORY_POOL": "system",
    }
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "campfill_pipeline.intake.process.worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, **single},
        start_new_session=True,
    )
