"""A second count of more rows than are judged at once is refused, and says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from campfill_pipeline.domain.uploads import UploadKind, UploadStatus
from campfill_pipeline.intake.findings import Parsed, TableFound
from campfill_pipeline.intake.judge import second_counts


def test_a_second_count_of_too_many_rows_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table = TableFound(None, 1, (), (), last_row=4, rows=3, blank_rows=0, file=tmp_path / "never-read.arrow")
    parsed = Parsed(UploadKind.SECOND_COUNT, None, "", "", "csv", tables=(table,))
    assert second_counts.bounded(parsed) is parsed
    monkeypatch.setattr(second_counts, "MOST_ROWS", 2)
    refused = second_counts.bounded(parsed)
    assert (refused.reason, refused.message) == (
        "too_many_cells",
        "The table has 3 rows; a second count may have 2.",
    )
    verdict = second_counts.validate_counts(refused, tmp_path, lambda texts: {})
    assert (verdict.status, verdict.reason) == (UploadStatus.REJECTED, "too_many_cells")
