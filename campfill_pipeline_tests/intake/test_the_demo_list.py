"""A list of the real size, its notations and faults written by the simulator, is read to the last decimal."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from campfill_pipeline.intake.judge.campaign_lists import read_issues, validate_list
from campfill_pipeline.intake.process.parser import ParseLimits, Parser
from campfill_pipeline.simulator.campaign_list import write_campaign_list
from campfill_pipeline.simulator.world import make_world
from campfill_pipeline_tests.intake.described import BUILT_IN

AS_BEFORE = {
    1: ("541d742c94daacef", "88bf9cba796f5c0e"),
    2: ("4b227d5323b5f9e2", "dfc2b4947ab0e031"),
}
"""What these lists came to, lines and issues, before there were descriptions of lists: they come to the same. To be
taken anew only where the simulator writes other lists, or an issue is worded anew."""


def _digest(rows: list[dict[str, Any]]) -> str:
    return hashlib.sha256(json.dumps(rows, default=str, sort_keys=True).encode()).hexdigest()[:16]


@pytest.mark.parametrize("version", [1, 2])
def test_a_list_of_the_real_size_is_read_as_it_was_meant(tmp_path: Path, version: int) -> None:
    path = tmp_path / "list.xlsx"
    truth = write_campaign_list(make_world(date(2026, 3, 2), seed=7), path, version=version)
    limits = ParseLimits(max_bytes=100_000_000, memory_mb=2048, seconds=240)
    with Parser(limits, BUILT_IN) as parser:
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
    found_lines, found_issues = (
        pa.ipc.open_stream(str(file)).read_all().to_pylist() for file in (verdict.lines, verdict.issues)
    )
    assert (_digest(found_lines), _digest(found_issues)) == AS_BEFORE[version]
    lines = {row["id"]: row for row in pa.ipc.open_stream(str(verdict.lines)).read_all().to_pylist()}
    assert set(lines) == set(truth.accepted)
    for id, meant in truth.accepted.items():
        line = lines[id]
        assert (line["name"], line["kind"], line["buyer"]) == (meant.name, meant.kind, meant.buyer)
        assert (line["runtime"], line["impression_goal"]) == (meant.runtime, meant.goal)
        assert (line["budget_eur"], line["cpm_eur"]) == (meant.budget, Decimal(meant.cpm))
