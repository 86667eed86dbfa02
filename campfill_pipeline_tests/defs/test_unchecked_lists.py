"""Lists that are held against their schema together: one that breaks it is found, and only that one waits on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from campfill_pipeline.defs.ingest import IngestError, ingest
from campfill_pipeline.defs.local_runs import LocalRuns
from campfill_pipeline.domain import lines as canonical_lines
from campfill_pipeline.intake.judge import campaign_lists
from campfill_pipeline_tests.lists import row, write_list


def broken_for(monkeypatch: pytest.MonkeyPatch, name: str) -> list[int]:
    """Let a fault of ours slip into the lines of this name, where the rules should have kept it out; rows per look."""
    looks: list[int] = []

    def with_fault(lines: pa.Table, **given: Any) -> list[str]:
        looks.append(lines.num_rows)
        goals = [
            -1 if named == name else goal
            for named, goal in zip(
                lines["name"].to_pylist(), lines["impression_goal"].to_pylist(), strict=True
            )
        ]
        at = lines.schema.get_field_index("impression_goal")
        faulty = lines.set_column(at, lines.schema.field(at), pa.array(goals, lines.schema.field(at).type))
        return canonical_lines.broken_promises(faulty, **given)

    monkeypatch.setattr(campaign_lists, "broken_promises", with_fault)
    return looks


def test_of_lists_checked_together_only_the_one_that_breaks_its_schema_is_not_loaded(
    tmp_path: Path, runs: LocalRuns, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = [write_list(tmp_path / f"{n}.xlsx", [row(n, name=f"line {n}")]) for n in range(1, 5)]
    looks = broken_for(monkeypatch, "line 3")
    with pytest.raises(IngestError, match=r"3\.xlsx .* impression_goal: in_range"):
        ingest(runs, files)
    assert looks[:5] == [4, 1, 1, 1, 1]
    with runs.campfill.connect() as connection:
        found = connection.execute("SELECT status FROM upload ORDER BY seq").fetchall()
    assert [status for (status,) in found] == ["loaded", "loaded", "received", "loaded"]


def test_sound_lists_are_looked_at_once(
    tmp_path: Path, runs: LocalRuns, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = broken_for(monkeypatch, "nobody")
    ingest(runs, [write_list(tmp_path / f"{n}.xlsx", [row(n)]) for n in range(1, 5)])
    assert looks == [4]
