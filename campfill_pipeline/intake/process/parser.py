"""The door to reading files: each is read in a process of its own, under limits, and never harms its caller.

Belongs here: asking and replacing that process. Does not belong here: how it begins (`beginning.py`), what it does
(`worker.py`).
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import logging
import os
import select
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextvars import ContextVar
from pathlib import Path
from types import TracebackType
from typing import Any

from campfill_pipeline.domain.errors import CampfillError
from campfill_pipeline.domain.progress import Progress
from campfill_pipeline.domain.uploads import UploadKind
from campfill_pipeline.forking import can_tell_ends
from campfill_pipeline.intake.findings import (
    CellKind,
    ColumnFound,
    Parsed,
    ParseLimits,
    RawCell,
    TableFound,
    UnreadableError,
)
from campfill_pipeline.intake.process.beginning import ReadingProcess, anew, forked
from campfill_pipeline.intake.process.forks import write
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
_ahead: ContextVar[list[ReadingProcess] | None] = ContextVar("begun_ahead", default=None)


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
        self._worker: ReadingProcess | None = None
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
        if worker is not None:
            worker.end()

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
                self.close()
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
        try:
            write(worker.requests.fileno(), line)
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

    def _line(self, worker: ReadingProcess, deadline: float) -> bytes:
        while b"\n" not in self._buffer:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([worker.answers], [], [], left)[0]:
                self.close()
                raise too_slow(self._limits)
            data = os.read(worker.answers.fileno(), 1 << 20)
            if not data:
                raise _WorkerGoneError()
            self._buffer += data
        line, _, self._buffer = self._buffer.partition(b"\n")
        return line

    def _running(self) -> ReadingProcess:
        if self._worker is None:
            self._worker = _begun_ahead() or anew()
        return self._worker


@contextlib.contextmanager
def begun_ahead() -> Iterator[None]:
    """Start a reading process now, for the first parser within: while its caller does other things, or as a fork of it.

    To be called by a process that has no connection yet. Where it has no thread either, and the system forks, it is
    forked; else it is a new Python.
    """
    ahead: list[ReadingProcess] = []
    with contextlib.suppress(OSError):  # for want of memory: whoever reads then tries again, and tells it
        ahead.append(forked() if can_tell_ends() and threading.active_count() == 1 else anew())
    token = _ahead.set(ahead)
    try:
        yield
    finally:
        _ahead.reset(token)
        for left in ahead:  # nobody had anything to read
            left.end()


def _begun_ahead() -> ReadingProcess | None:
    ahead = _ahead.get()
    return ahead.pop() if ahead else None
