"""Second counts that are refused as a whole: too many rows, or a header that could be anybody's export."""

from __future__ import annotations

from pathlib import Path

import pytest

from campfill_pipeline.domain.uploads import UploadKind, UploadStatus
from campfill_pipeline.intake.findings import Parsed, ParseLimits, TableFound
from campfill_pipeline.intake.judge import second_counts
from campfill_pipeline.intake.process.reading import read_file


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


def test_an_export_that_may_be_a_count_is_refused_with_the_word_that_tells_them_apart(tmp_path: Path) -> None:
    file = tmp_path / "theirs.csv"
    file.write_text("Deal ID,Date,Impressions\nx,2026-10-03,5\n", encoding="utf-8")
    found = read_file(file, file.name, tmp_path, ParseLimits(10**6, 1000, 60), lambda done, total: None)
    assert (found.kind, found.reason) == (UploadKind.REPORT_CSV, "missing_column")
    assert found.hint.endswith("call its column of impressions “Counted impressions”.")
