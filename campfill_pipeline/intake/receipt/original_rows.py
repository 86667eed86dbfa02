"""The original rows of what must be mended: fetched from the file while its lines are applied, kept for the receipt.

Why: finding single rows means unpacking the whole sheet once more, in the reading process, which is idle while the
database works. Belongs here: fetching ahead, and the file in the work folder. Does not belong here: finding the rows
(`row_lookup`), writing them (`rows`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from campfill_pipeline.intake.findings import CellKind, Parsed, RawCell
from campfill_pipeline.intake.process.parser import RowsUnreadableError
from campfill_pipeline.intake.receipt.facts import RawRows, rows_to_mend
from campfill_pipeline.intake.receipt.rows import tables_to_mend

_FILE = "original-rows.json"


@contextmanager
def fetched_meanwhile(parsed: Parsed, issues: Path, work: Path, raw_rows: RawRows) -> Iterator[None]:
    """Fetch the rows that the receipt will show while the caller does something else. `raw_rows` is not for others."""
    with ThreadPoolExecutor(1, thread_name_prefix="original-rows") as thread:
        fetching = thread.submit(_fetch, parsed, issues, work, raw_rows)
        yield
        fetching.result()


def _fetch(parsed: Parsed, issues: Path, work: Path, raw_rows: RawRows) -> None:
    found: list[dict[str, Any]] = []
    try:
        for mend in tables_to_mend(parsed, rows_to_mend(issues)):
            rows = raw_rows(mend.table.sheet, mend.shown)
            cells = [[[cell.text, int(cell.kind)] for cell in row] for row in rows]
            found.append({"sheet": mend.table.sheet, "rows": mend.shown, "cells": cells})
        unfinished = work / f".{_FILE}.part"
        unfinished.write_text(json.dumps(found), encoding="utf-8")
        unfinished.replace(work / _FILE)
    except (RowsUnreadableError, OSError):
        return  # the lines are applied all the same; the receipt tries again, and says so where it cannot be


def kept(work: Path, raw_rows: RawRows) -> RawRows:
    """Like `raw_rows`, but what was fetched meanwhile comes from the work folder."""

    def rows_of(sheet: str | None, rows: Sequence[int]) -> list[list[RawCell]]:
        file = work / _FILE
        for table in json.loads(file.read_text(encoding="utf-8")) if file.exists() else []:
            if (table["sheet"], table["rows"]) == (sheet, list(rows)):
                return [[RawCell(text, CellKind(kind)) for text, kind in row] for row in table["cells"]]
        return raw_rows(sheet, rows)

    return rows_of
