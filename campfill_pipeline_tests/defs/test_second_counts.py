"""Second counts dropped like a list: what is kept of them, what is refused, that they never become delivery of ours."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from openpyxl import Workbook, load_workbook

from campfill_pipeline.defs.ingest import ingest
from campfill_pipeline.defs.local_runs import LocalRuns
from campfill_pipeline.defs.rebuild import rebuild_all
from campfill_pipeline.intake.taking_back import take_back
from campfill_pipeline_tests.lists import line_id, row, write_list

IN_FORCE = "SELECT line_id, first_day, site, impressions, zone, counted_by FROM second_count_in_force ORDER BY 1, 2, 3"


def counted(file: Path, *rows: tuple[Any, ...]) -> Path:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for cells in rows:
        sheet.append(cells)
    book.save(file)
    return file


def test_a_second_count_is_kept_beside_delivery_and_can_be_taken_back_and_made_again(
    tmp_path: Path, runs: LocalRuns, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = UUID(line_id(1)), UUID(line_id(2))
    ids = tmp_path / "ids.csv"
    ids.write_text(f"Source ID;Line ID\nDV-2;{two}\n", encoding="utf-8")
    # As LibreOffice writes a German table: semicolons, decimal commas, a BOM.
    german = tmp_path / "oktober.csv"
    german.write_text(
        "\ufeffLine ID;Tag;Impressions;Zeitzone;Gezählt von\n"
        f"{one};01.08.2025;1.234,5;UTC;DoubleVerify\n"
        f"{one};02.08.2025;900,25;UTC;DoubleVerify\n"
        f"dv-2;01.08.2025;12.345;;DoubleVerify\n"
        "nobody;01.08.2025;5;;\n"
        f"{one};03.08.2025;abc;;\n"
        f"{two};;7;;\n"
        f"{two};04.08.2025;7;Europe/Atlantis;\n"
        ";;2.134,75;;\n"
        "Summe;;14.479,75;;\n",
        encoding="utf-8",
    )
    newer = counted(
        tmp_path / "newer.xlsx",
        ("Deal ID", "Date", "Counted impressions", "Counted by", "Site"),
        (str(one).upper(), date(2025, 8, 2), 901, "doubleverify", "Hbf"),
        (str(one), date(2025, 8, 2), 2, "doubleverify", None),
        (str(two), "2025-08", 20, None, None),
    )
    lists = write_list(tmp_path / "list.xlsx", [row(1), row(2)])
    answers = ingest(runs, [lists, ids, german, newer])
    first, second = answers[2], answers[3]
    assert (first["kind"], first["status"]) == ("second_count", "partly_loaded"), first
    assert [(issue["code"], issue["cell"]) for issue in first["issues"]] == [
        ("unknown_line", "A5"), ("not_a_number", "C6"), ("missing_value", "B7"), ("unknown_zone", "D8"),
        ("missing_value", "A9"), ("missing_value", "B9"), ("total_row", "A10"),
    ]  # fmt: skip
    assert all(issue["message"] and issue["hint"] for issue in first["issues"])
    rows = first["rows"]
    assert (rows["read"], rows["accepted"], rows["rejected"], rows["skipped"], rows["new"]) == (8, 3, 5, 1, 3)
    assert [(issue["code"], issue["cell"]) for issue in second["issues"]] == [("overlapping_days", "B3")]
    assert (second["rows"]["new"], second["rows"]["updated"]) == (2, 0)
    receipt = load_workbook(runs.campfill.settings.home / first["receipt"])
    assert "Issues" in receipt.sheetnames

    dv, august = "DoubleVerify", date(2025, 8, 1)
    old = [
        (one, august, "", Decimal("1234.5"), "UTC", dv),
        (one, date(2025, 8, 2), "", Decimal("900.25"), "UTC", dv),
        (two, august, "", Decimal(12345), None, dv),
    ]
    new = [
        old[0],
        (one, date(2025, 8, 2), "Hbf", Decimal(901), None, "doubleverify"),
        (two, august, "", Decimal(20), None, "buyer"),
        (two, august, "", Decimal(12345), None, dv),
    ]
    campfill = runs.campfill
    monkeypatch.setenv("CAMPFILL_HOME", str(campfill.settings.home))
    monkeypatch.setenv("CAMPFILL_DATABASE_URL", campfill.url)
    with campfill.connect() as connection:
        assert sorted(connection.execute(IN_FORCE).fetchall(), key=str) == sorted(new, key=str)
        assert connection.execute("SELECT count(*) FROM report_row").fetchone() == (0,)
        assert connection.execute("SELECT count(*) FROM fulfillment WHERE delivered > 0").fetchone() == (0,)
    again = ingest(runs, [german])[0]
    assert (
        again["status"] == "loaded" or again["status"] == "partly_loaded"
    )  # the newest is another: no repetition
    with campfill.connect() as connection:
        assert connection.execute(IN_FORCE).fetchall()[:2] == old[:2]
        now = campfill.clock()
        take_back(campfill.settings, connection, UUID(again["upload_id"]), now)
        assert sorted(connection.execute(IN_FORCE).fetchall(), key=str) == sorted(new, key=str)
        taken = take_back(campfill.settings, connection, UUID(second["upload_id"]), now, dry_run=True)
        assert (taken["counts"], taken["in_force"]) == (2, False)
        take_back(campfill.settings, connection, UUID(second["upload_id"]), now)
        assert connection.execute(IN_FORCE).fetchall() == old
    assert rebuild_all(campfill.settings, lambda *told: None)["differences"] == []
