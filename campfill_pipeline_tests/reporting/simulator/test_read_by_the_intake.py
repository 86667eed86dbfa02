"""The product's own intake reads the simulated list: every line, fault and count as the truth has them."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from campfill_pipeline.intake.judge.campaign_lists import read_issues, validate_list
from campfill_pipeline.intake.process.parser import ParseLimits, Parser
from campfill_pipeline.simulator.campaign_list import HEADERS, write_campaign_list
from campfill_pipeline.simulator.roster import WorldLine
from campfill_pipeline.simulator.world import World

_LIMITS = ParseLimits(max_bytes=50_000_000, memory_mb=1_024, seconds=60)


def _as_stored(line: WorldLine) -> dict[str, object]:
    return {
        "name": line.name,
        "kind": line.kind,
        "buyer": line.buyer,
        "runtime": line.runtime,
        "start_date": None if line.asap else line.start,
        "end_date": line.end,
        "impression_goal": line.goal,
        "budget_eur": line.budget,
        "cpm_eur": line.cpm,
    }


@pytest.mark.parametrize("version", [1, 2, 3])
def test_the_product_reads_what_the_world_means(full_world: World, tmp_path: Path, version: int) -> None:
    path, work = tmp_path / "list.xlsx", tmp_path / "work"
    work.mkdir()
    truth = write_campaign_list(full_world, path, version=version)
    with Parser(_LIMITS) as parser:
        parsed = parser.parse(path, path.name, work)
    verdict = validate_list(parsed, work)
    counts = (verdict.rows_read, verdict.rows_accepted, verdict.rows_rejected, verdict.rows_skipped)
    assert counts == (truth.rows_read, len(truth.accepted), truth.rows_rejected, truth.rows_skipped)

    stored = pa.ipc.open_stream(verdict.lines).read_all().to_pylist()
    fields = _as_stored(full_world.lines[0])
    read = {row["id"]: {name: row[name] for name in fields} for row in stored}
    meant = {line_id: _as_stored(line) for line_id, line in truth.accepted.items()}
    assert [line_id for line_id in meant if read.get(line_id) != meant[line_id]] == []

    found = {
        (issue.row, issue.column, issue.code, str(issue.severity)) for issue in read_issues(verdict.issues)
    }
    assert found == {(fault.row, HEADERS[fault.field], fault.code, fault.severity) for fault in truth.faults}
