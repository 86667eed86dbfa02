"""Mapping files (source id → line) dropped like a list: what they do to report rows, also to those that came before."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest
from openpyxl import Workbook, load_workbook

from campfill_pipeline.defs.ingest import ingest
from campfill_pipeline.defs.local_runs import LocalRuns
from campfill_pipeline.defs.rebuild import rebuild_all
from campfill_pipeline.intake.taking_back import take_back
from campfill_pipeline.warehouse.register import id_maps
from campfill_pipeline_tests.lists import line_id, row, write_list

EXPORT = """Date,Core DSP Campaign Name,Core DSP Campaign ID,Deal Name,Deal ID,Total Impressions
2026-09-01T10:00:00.000Z,Eins,4711,,,100
2026-09-01T11:00:00.000Z,Zwei,4712,,,7
"""
DAILY = "SELECT line_id, source, impressions FROM delivery_daily ORDER BY 1"


def dropped(file: Path, *rows: tuple[str | int | None, ...]) -> Path:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for cells in rows:
        sheet.append(cells)
    book.save(file)
    return file


def test_a_mapping_file_counts_stored_rows_anew_and_can_be_taken_back_and_made_again(
    tmp_path: Path, runs: LocalRuns, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = UUID(line_id(1)), UUID(line_id(2))
    export = tmp_path / "export.csv"
    export.write_text(EXPORT, encoding="utf-8")
    mapping = dropped(
        tmp_path / "ids.xlsx",
        ("Source ID", "Line ID", "Connector", "Remark"),
        (4711, str(one), None, "a number, as spreadsheets make it"),
        ("4712", str(two).upper(), "csv", None),
        ("4713", "B-17", None, None),
        ("4714", str(one), None, None),
        ("4714", str(two), None, None),
        ("4715", str(one), "nobody", None),
        (None, str(one), None, None),
    )
    lists = write_list(tmp_path / "list.xlsx", [row(1), row(2)])
    answer = ingest(runs, [lists, export, mapping])[2]
    assert (answer["kind"], answer["status"]) == ("id_map", "partly_loaded")
    counts = {
        name: answer["rows"][name] for name in ("read", "accepted", "rejected", "new", "updated", "unchanged")
    }
    assert counts == {"read": 7, "accepted": 2, "rejected": 5, "new": 2, "updated": 0, "unchanged": 0}
    assert [(issue["code"], issue["cell"]) for issue in answer["issues"]] == [
        ("unknown_line", "B4"), ("duplicate_id", "A5"), ("duplicate_id", "A6"), ("unknown_connector", "C7"),
        ("missing_value", "A8"),
    ]  # fmt: skip
    assert all(issue["hint"] for issue in answer["issues"])
    receipt = load_workbook(runs.campfill.settings.home / answer["receipt"])
    assert "Issues" in receipt.sheetnames

    campfill = runs.campfill
    both = [(one, "csv", 100), (two, "csv", 7)]
    with campfill.connect() as connection:
        assert connection.execute(DAILY).fetchall() == both
        orphans = connection.execute(
            "SELECT count(*) FROM reconciliation WHERE kind_of_issue = 'orphan'"
        ).fetchone()
        assert orphans == (0,)
        assert connection.execute("SELECT count(*) FROM fulfillment WHERE delivered > 0").fetchone() == (2,)

    monkeypatch.setenv("CAMPFILL_HOME", str(campfill.settings.home))
    monkeypatch.setenv("CAMPFILL_DATABASE_URL", campfill.url)
    assert rebuild_all(campfill.settings, lambda *told: None)["differences"] == []
    with campfill.connect() as connection:
        assert connection.execute(DAILY).fetchall() == both
        upload, now = UUID(answer["upload_id"]), campfill.clock()
        tried = take_back(campfill.settings, connection, upload, now, dry_run=True)
        assert (tried["ids"], tried["in_force"]) == (2, False)
        assert connection.execute(DAILY).fetchall() == both
        take_back(campfill.settings, connection, upload, now)
        assert connection.execute(DAILY).fetchall() == []
        proposed = [(one.source_id, str(one.line_id)) for one in id_maps.proposed(connection)]
        assert proposed == []  # no line has these names
        take_back(campfill.settings, connection, upload, now, again=True)
        assert connection.execute(DAILY).fetchall() == both

    # A row whose line is “none” takes a mapping away: its rows count for nobody again, and stay an orphan.
    away = dropped(
        tmp_path / "away.xlsx", ("Source ID", "Line ID", "Connector"), ("4711", "none", None),
        ("4712", "Keine", "csv"), ("4799", "none", None), ("4720", "none", None), ("4720", str(one), None),
    )  # fmt: skip
    (answer,) = ingest(runs, [away])
    assert [answer["rows"][name] for name in ("accepted", "rejected", "new", "updated", "unchanged")] == [
        3,
        2,
        0,
        2,
        1,
    ]
    assert {issue["code"] for issue in answer["issues"]} == {"duplicate_id"}
    with campfill.connect() as connection:
        assert connection.execute(DAILY).fetchall() == []
        again_orphans = connection.execute(
            "SELECT report_id FROM reconciliation WHERE kind_of_issue = 'orphan' ORDER BY 1"
        ).fetchall()
        assert again_orphans == [("4711",), ("4712",)]
        take_back(campfill.settings, connection, UUID(answer["upload_id"]), campfill.clock())
        assert connection.execute(DAILY).fetchall() == both
