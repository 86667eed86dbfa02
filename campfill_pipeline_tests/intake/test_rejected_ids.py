"""A line whose row was rejected is still named in the list."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

from campfill_pipeline.intake.judge.campaign_lists import validate_list
from campfill_pipeline.intake.rejected_ids import rejected_ids
from campfill_pipeline_tests.intake.tables import line, parsed, write_table


def test_ids_of_faulty_rows_are_read_where_they_can_be(tmp_path: Path) -> None:
    rows = [line(1), line(2, goal="abc"), line(3, id="no id"), line(4, cpm="#REF!", budget="x"), line(5)]
    first = write_table(tmp_path / "1.arrow", rows)
    second = write_table(tmp_path / "2.arrow", [line(6), line(7, goal="12%")], sheet=None)
    found = parsed(first, second)
    verdict = validate_list(found, tmp_path / "work")
    assert verdict.rows_accepted == 3
    wanted = [UUID(f"0b5f1d7e-2a64-4c1f-9b5e-{number:012x}") for number in (2, 4, 7)]
    assert rejected_ids(found, Path(verdict.issues)) == wanted
