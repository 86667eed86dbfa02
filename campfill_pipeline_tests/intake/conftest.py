"""One reading process for all tests of a session, and a folder to read into."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from campfill_pipeline.intake.process.parser import Parsed, ParseLimits, Parser

LIMITS = ParseLimits(max_bytes=20_000_000, memory_mb=700, seconds=120)


@pytest.fixture(scope="session")
def parser() -> Iterator[Parser]:
    with Parser(LIMITS) as shared:
        yield shared


@pytest.fixture
def read(parser: Parser, tmp_path: Path) -> Callable[[Path], Parsed]:
    """Read a file as the product does."""
    return lambda path: parser.parse(path, path.name, tmp_path / "work")
