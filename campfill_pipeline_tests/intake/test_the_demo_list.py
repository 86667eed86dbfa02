"""A list of the real size, its notations and faults written by the simulator, is read to the last decimal."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest

from campfill_pipeline.intake.judge.campaign_lists import read_issues, validate_list
from campfill_pipeline.intake.process.parser import ParseLimits, Parser
from campfill_pipeline.simulator.campaign_list import write_campaign_list
from campfill_pipeline.simulator.world import make_world


@pytest.mark.parametrize("version", [1, 2])
def test_a_list_of_the_real_size_is_read_as_it_was_meant(tmp_path: Path, version: int) -> None:
    path = tmp_path / "list.xlsx"
    truth = write_campaign_list(make_world(date(2026, 3, 2), seed=7), path, version=version)
    with Parser(ParseLimits(max_bytes=100_000_000, memory_mb=2048, seconds=240)) as parser:
        parsed = parser.parse(path, path.name, tmp_path)
    verdict = validate_list(parsed, tmp_path / "work")
    fields = {column.header: column.field for table in parsed.tables for column in table.columns}
    found = {
        (issue.row, fields[issue.column or ""], issue.code, str(issue.severity))
        for issue in read_issues(verdict.issues)
        if issue.code != "hidden_sheet"
    }
    assert found == {(fault.row, fault.field, fault.code, fault.severity) for fault in truth.faults}
    assert (verdict.rows_read, verdict.rows_rejected, verdict.rows_skipped) == (
        truth.rows_read,
        truth.rows_rejected,
        truth.rows_skipped,
    )
    lines = {row["id"]: row for row in pa.ipc.open_stream(str(verdict.lines)).read_all().to_pylist()}
    assert set(lines) == set(truth.accepted)
    for id, meant in truth.accepted.items():
        line = lines[id]
        assert (line["name"], line["kind"], line["buyer"]) == (meant.name, meant.kind, meant.buyer)
        assert (line["runtime"], line["impression_goal"]) == (meant.runtime, meant.goal)
        assert (line["budget_eur"], line["cpm_eur"]) == (meant.budget, Decimal(meant.cpm))
