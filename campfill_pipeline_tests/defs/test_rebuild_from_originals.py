"""A rebuild reads the originals again: whatever their verdict was, it comes out the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from campfill_pipeline.defs.ingest import ingest
from campfill_pipeline.defs.local_runs import LocalRuns
from campfill_pipeline.defs.rebuild import rebuild_all
from campfill_pipeline_tests.lists import line_id, row, write_list

EXPORT = """Date,Core DSP Campaign Name,Core DSP Campaign ID,Deal Name,Deal ID,Total Impressions
2026-09-01T10:00:00.000Z,Line 1,{line},,,100
2026-09-01T11:00:00.000Z,Line 1,{line},,,not a figure
"""


def test_rejected_rows_of_exports_and_lists_of_nothing_but_totals_are_read_again(
    tmp_path: Path, runs: LocalRuns, monkeypatch: pytest.MonkeyPatch
) -> None:
    export = tmp_path / "export.csv"
    export.write_text(EXPORT.format(line=line_id(1)), encoding="utf-8")
    totals = write_list(tmp_path / "totals.xlsx", [("Total", None, 500, None, None, None, None)])
    reports = ingest(runs, [write_list(tmp_path / "a.xlsx", [row(1)]), export, totals])
    assert [report["status"] for report in reports] == ["loaded", "partly_loaded", "rejected"]
    with runs.campfill.connect() as connection:
        before = connection.execute("SELECT * FROM upload_issue ORDER BY upload_id, issue_no").fetchall()
    assert {issue[7] for issue in before} >= {"total_row", "not_a_number"}

    monkeypatch.setenv("CAMPFILL_HOME", str(runs.campfill.settings.home))
    monkeypatch.setenv("CAMPFILL_DATABASE_URL", runs.campfill.url)
    assert rebuild_all(runs.campfill.settings, lambda *told: None)["differences"] == []
    with runs.campfill.connect() as connection:
        after = connection.execute("SELECT * FROM upload_issue ORDER BY upload_id, issue_no").fetchall()
    assert after == before
