"""Which tests run which function and which SQL statement: a plugin of pytest, loaded by `python -m bench.mutations`.

Belongs here: watching tests. Does not belong here: faults (mutants.py), judging tests by them (mutations.py).
"""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import CodeType, FrameType

import hypothesis
import pytest

SQL = "campfill_pipeline/warehouse/"


class Watch:
    """Notes, for each test that passes, what of campfill it ran. `found` is where the notes are written at the end."""

    def __init__(self, root: Path, found: Path) -> None:
        self.root, self.found = f"{root}/", found
        self.codes: dict[int, CodeType] = {}
        self.seen: set[int] = set()
        self.statements: set[str] = set()
        self.tests: dict[str, dict[str, object]] = {}
        self.broken: set[str] = set()
        self._listen_to_statements()

    def _listen_to_statements(self) -> None:
        from campfill_pipeline.warehouse import statements

        asked, parts, whole = statements.query, statements.sections, statements.statement

        def query(name: str, section: str) -> bytes:
            self.statements.add(f"{SQL}{name}.sql {section}")
            return asked(name, section)

        def sections(name: str) -> dict[str, str]:
            self.statements.add(f"{SQL}{name}.sql ")
            return parts(name)

        def statement(name: str) -> str:
            self.statements.add(f"{SQL}{name}.sql ")
            return whole(name)

        statements.query, statements.sections, statements.statement = query, sections, statement  # type: ignore[assignment]

    def pytest_collection_finish(self) -> None:
        """A few examples show what a property reaches as well as a hundred do."""
        hypothesis.settings.register_profile("few", deadline=None, derandomize=True, max_examples=5)
        hypothesis.settings.load_profile("few")

    def trace(self, frame: FrameType, event: str, argument: object) -> None:
        """Called by Python at each call of a function."""
        code = frame.f_code
        number = id(code)
        if number not in self.seen:
            self.seen.add(number)
            self.codes[number] = code

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        self.seen, self.statements = set(), set()
        started = time.perf_counter()
        sys.settrace(self.trace)
        threading.settrace(self.trace)
        try:
            return (yield)
        finally:
            sys.settrace(None)
            threading.settrace(None)
            self._note(item.nodeid, time.perf_counter() - started)

    def _note(self, test: str, seconds: float) -> None:
        ran = {self.codes[number] for number in self.seen}
        places = {
            f"{code.co_filename.removeprefix(self.root)} {code.co_qualname.replace('.<locals>', '')}"
            for code in ran
            if code.co_filename.startswith(f"{self.root}campfill_pipeline/")
        }
        self.tests[test] = {"seconds": round(seconds, 3), "ran": sorted(places | self.statements)}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if not report.passed:
            self.broken.add(report.nodeid)

    def pytest_sessionfinish(self) -> None:
        kept = {test: noted for test, noted in self.tests.items() if test not in self.broken}
        self.found.write_text(json.dumps(kept), "utf-8")
