"""A list with a goal beyond what its sites ever gave: loaded, with a warning at the goal's cell, once."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from openpyxl import load_workbook

from campfill_pipeline.defs import upload_steps
from campfill_pipeline.defs.ingest import ingest
from campfill_pipeline.defs.local_runs import LocalRuns
from campfill_pipeline.intake.judge.campaign_lists import read_issues
from campfill_pipeline.warehouse.register import uploads
from campfill_pipeline_tests.lists import line_id, row, write_list
from campfill_pipeline_tests.warehouse.facts import add_line, deliver

NAME = "2026_10001_0001_1_Mall_Advertiser_Subject"


def test_a_new_or_changed_line_is_warned_of_at_its_goal(tmp_path: Path, runs: LocalRuns) -> None:
    campfill = runs.campfill
    today = campfill.today
    begins, ends = today + timedelta(3), today + timedelta(16)
    runtime, ended = f"{begins:%d.%m.%Y}-{ends:%d.%m.%Y}", f"01.01.2025-{today:%d.%m.%Y}"
    with campfill.connect() as connection:
        for _ in range(3):
            line = add_line(connection, goal=1, start=today - timedelta(30), end=today, placement="Mall")
            for offset in range(1, 22):
                deliver(connection, line, today - timedelta(offset), 100)
        report = "INSERT INTO report_entity (entity_id) VALUES (%s)"
        connection.execute(report, [line_id(5)])
        connection.execute(
            "INSERT INTO report_series (source, campaign_no, deal_no) SELECT 'a', entity_no, 0 FROM report_entity"
            " WHERE entity_id = %s",
            [line_id(5)],
        )

    def listed(file: str, *goals: object) -> dict[str, object]:
        rows = [row(n, name=NAME, goal=goal, runtime=runtime) for n, goal in enumerate(goals, 1)]
        rows += [row(9, name=NAME, goal=10**8, runtime=ended)]
        (report,) = ingest(runs, [write_list(tmp_path / file, rows)])
        return report

    def warned(report: dict[str, object]) -> list[tuple[object, ...]]:
        issues = report["issues"]
        assert isinstance(issues, list)
        return [
            (i["cell"], i["value"], i["severity"], i["column"])
            for i in issues
            if i["code"] == "unlikely_goal"
        ]

    # The fifth reports already: it has begun, whatever its list says.
    first = listed("a.xlsx", 4_200, 13_020, "abc", 4_300, 10**7)
    assert warned(first) == [
        ("C3", "13020", "warning", "Impression goal"), ("C5", "4300", "warning", "Impression goal"),
    ]  # fmt: skip
    second = listed("b.xlsx", 4_200, 13_020, 99_000, 4_100, 10**7)
    assert warned(second) == [("C4", "99000", "warning", "Impression goal")]

    receipt = load_workbook(campfill.settings.home / str(first["receipt"]))
    told = [
        str(cell.value) for sheet in receipt for cells in sheet.iter_rows() for cell in cells if cell.value
    ]
    assert any("needs 3.1 times the best week of these sites" in text for text in told)
    assert any("A goal beyond what its sites ever gave" in text for text in told)

    # Read again, once it is decided, it tells the same: a rebuild must not lose what was said.
    with campfill.connect() as connection:
        (upload,) = [u for u in uploads.recent(connection, 9) if str(u.upload_id) == first["upload_id"]]
        stored = uploads.issues(connection, upload.upload_id)
    assert read_issues(upload_steps.validate(campfill, upload).issues) == stored
