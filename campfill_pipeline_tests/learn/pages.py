"""The pages of the course as they are tested: every code block runs, and what it shows is compared with what comes.

`python` blocks run as they stand, or as a session with `>>>`. In an `sql` block the last lines, `-- a | b`, are the
rows that its last statement answers. A `console` block types `campfill lab …`; measured figures (seconds, memory,
times) differ from machine to machine and are compared by their place only.
"""

from __future__ import annotations

import contextlib
import doctest
import io
import os
import re
from pathlib import Path
from typing import Any
from unittest import mock

import psycopg
from sybil import Example
from sybil.document import Document
from sybil.parsers.markdown import CodeBlockParser, PythonCodeBlockParser

from campfill_pipeline import cli

LEARN = Path(__file__).parents[2] / "docs" / "learn"
PAGES = sorted(LEARN.glob("[0-9][0-9]-*.md"))
_MEASURED = re.compile(r"\d[\d.,]*(?= ?(?:s|ms|MB|kB|%|times|seconds|bytes)\b|%)")


def type_command(words: list[str], folder: Path) -> tuple[str, int]:
    """What `campfill WORDS`, typed in `folder`, prints on a terminal of 80 columns, and its exit code."""
    printed = io.StringIO()
    before = Path.cwd()
    os.chdir(folder)
    try:
        with (
            mock.patch.dict(os.environ, {"COLUMNS": "80", "TERM": "dumb"}),
            contextlib.redirect_stdout(printed),
            contextlib.redirect_stderr(io.StringIO()),
        ):
            code = cli.app(words, standalone_mode=False)
    finally:
        os.chdir(before)
    return printed.getvalue(), int(code or 0)


def plain(text: str, folder: Path) -> str:
    """Text without what differs from machine to machine."""
    text = re.sub(r"\s+", " ", text.replace(f"{folder}/", "./"))
    return _MEASURED.sub("#", text).strip()


def _sql(connection: psycopg.Connection) -> Any:
    def evaluate(example: Example) -> None:
        lines = example.parsed.strip().splitlines()
        expected: list[str] = []
        while lines and lines[-1].startswith("-- "):
            expected.insert(0, lines.pop()[3:].strip())
        statements = [part for part in re.split(r";\s*$", "\n".join(lines), flags=re.M) if part.strip()]
        cursor = connection.cursor()
        for statement in statements:
            cursor.execute(statement.encode())
        came = (
            [" | ".join("" if v is None else str(v) for v in row) for row in cursor]
            if cursor.description
            else []
        )
        assert came == expected, f"{example.path}:{example.line} answers {came}, the page shows {expected}"

    return evaluate


def _console(folder: Path) -> Any:
    def evaluate(example: Example) -> None:
        typed, *shown = example.parsed.strip().splitlines()
        assert typed.startswith("$ campfill "), f"{example.path}:{example.line} shows {typed!r}"
        words = re.findall(r"\S+", typed.split("#")[0])[2:]
        printed, code = type_command(words, folder)
        if words[:2] == ["lab", "check"]:
            assert code == 1 and "The assumption behind it: that " in " ".join(printed.split()), printed
        parts = re.split(r"^…$", "\n".join(shown), flags=re.M)  # `…` alone in a line leaves something out
        rest = plain(printed, folder)
        for part in parts:
            wanted = plain(part, folder)
            assert wanted in rest, f"{example.path}:{example.line} shows\n{wanted}\nbut it printed\n{rest}"
            rest = rest.split(wanted, 1)[1] if wanted else rest

    return evaluate


def run_page(page: Path, connection: psycopg.Connection, folder: Path) -> None:
    """Run every block of a page, in order; `folder` is where its commands are typed."""
    document = Document.parse(
        str(page),
        PythonCodeBlockParser(doctest_optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE),
        CodeBlockParser("sql", _sql(connection)),
        CodeBlockParser("console", _console(folder)),
    )
    document.namespace["db"] = connection
    for example in document.examples():
        example.evaluate()
