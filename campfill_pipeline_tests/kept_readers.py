"""Reading processes go on to the next test: each is 0.5 s of imports, and the tests need hundreds.

Belongs here: lending them out again after they answered. Does not belong here: anything that a test is about; those on
the processes themselves take the parser as it is (`as_shipped`).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from campfill_pipeline.domain.progress import Progress
from campfill_pipeline.intake.findings import UnreadableError
from campfill_pipeline.intake.process.beginning import ReadingProcess
from campfill_pipeline.intake.process.parser import Parser, ReadingTroubleError

_SHIPPED = {name: getattr(Parser, name) for name in ("close", "_running", "_ask_once")}


@contextmanager
def lent() -> Iterator[None]:
    """Parsers leave their process to the next one, for as long as the block lasts."""
    idle: list[ReadingProcess] = []

    def ask_once(self: Parser, request: dict[str, Any], progress: Progress) -> Any:
        self._answered = False  # type: ignore[attr-defined]
        try:
            result = _SHIPPED["_ask_once"](self, request, progress)
        except (UnreadableError, ReadingTroubleError):
            self._answered = True  # type: ignore[attr-defined]
            raise
        self._answered = True  # type: ignore[attr-defined]
        return result

    def running(self: Parser) -> ReadingProcess:
        while self._worker is None and idle:
            known = idle.pop()
            self._worker = known if known.lives() else None
        return _SHIPPED["_running"](self)  # type: ignore[no-any-return]

    def close(self: Parser) -> None:
        worker = self._worker
        if worker is not None and worker.lives() and getattr(self, "_answered", False) and not idle:
            self._worker, self._buffer = None, b""
            idle.append(worker)
        else:
            _SHIPPED["close"](self)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Parser, "_ask_once", ask_once)
        patched.setattr(Parser, "_running", running)
        patched.setattr(Parser, "close", close)
        yield
    for worker in idle:
        worker.end()


@contextmanager
def as_shipped() -> Iterator[None]:
    """Parsers start and end their own process, as in the product."""
    with pytest.MonkeyPatch.context() as patched:
        for name, method in _SHIPPED.items():
            patched.setattr(Parser, name, method)
        yield
