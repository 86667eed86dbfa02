"""The door to reading files: every file is read in a child process, under limits, and never harms its caller."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType

from campfill_pipeline.intake.findings import (
    CellKind,
    ColumnFound,
    Parsed,
    ParseLimits,
    RawCell,
    TableFound,
)

__all__ = ["CellKind", "ColumnFound", "ParseLimits", "Parsed", "Parser", "RawCell", "TableFound"]

Progress = Callable[[int, int], None]
"""Called with the bytes read so far and the bytes to read."""


class Parser:
    """Reads files in a process of its own. A context manager; not for use by several threads at once."""

    def __init__(self, limits: ParseLimits) -> None:
        self._limits = limits

    def __enter__(self) -> Parser:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def parse(self, path: Path, file_name: str, work: Path, progress: Progress | None = None) -> Parsed:
        """Read `path`; tables go to `work` as `table-N.arrow`. Never raises for a bad file: see `Parsed.reason`."""
        raise NotImplementedError

    def raw_rows(self, path: Path, sheet: str | None, rows: Sequence[int]) -> list[list[RawCell]]:
        """The complete original rows (all columns) with these numbers, in the order asked; [] for a missing row."""
        raise NotImplementedError
