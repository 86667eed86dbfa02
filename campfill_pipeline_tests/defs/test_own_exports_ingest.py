"""Exports by a house's own description through the upload job: what is stored, by which version, and told again."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest

from campfill_pipeline.defs.ingest import ingest
from campfill_pipeline.defs.local_runs import LocalRuns
from campfill_pipeline.defs.rebuild import rebuild_all
from campfill_pipeline.intake.taking_back import take_back
from campfill_pipeline_tests.lists import row, write_list

DESCRIPTION = """name = "own_export"
title = "Our export"
[values]
time_zone = "UTC"
[file]
whole = true
[file.columns]
hour = { from = ["Day", "Hour"], pattern = "%d %b %Y %H" }
campaign_id = "Booking"
impressions = "Contacts"
"""
HEAD = "Booking,Day,Hour,Contacts\n"


def test_an_export_is_kept_with_the_description_of_its_day(
    tmp_path: Path, runs: LocalRuns, monkeypatch: pytest.MonkeyPatch
) -> None:
    campfill, settings = runs.campfill, runs.campfill.settings
    settings.exports.mkdir()
    described = settings.exports / "own_export.toml"
    described.write_text(DESCRIPTION, encoding="utf-8")
    line = row(1)
    first, second = tmp_path / "first.csv", tmp_path / "second.csv"
    first.write_text(f"{HEAD}{line[-2]},04 Sep 2025,8,100\n", encoding="utf-8")
    second.write_text(f"{HEAD}{line[-2]},05 Sep 2025,8,0050\n", encoding="utf-8")
    reports = ingest(runs, [write_list(tmp_path / "list.xlsx", [line]), first])
    described.write_text(DESCRIPTION.replace('"UTC"', '"America/New_York"'), encoding="utf-8")
    (settings.exports / "broken.toml").write_text("name = 3", encoding="utf-8")
    reports += ingest(runs, [second])
    assert [report["status"] for report in reports] == ["loaded"] * 3, reports
    assert [report["description"] for report in reports[1:]] == [
        {"name": "own_export", "version": 1}, {"name": "own_export", "version": 2},
    ]  # fmt: skip
    hours = "SELECT to_char(hour_utc AT TIME ZONE 'UTC', 'DD HH24'), impressions FROM report_row ORDER BY 1"
    with campfill.connect() as connection:
        stored = connection.execute(hours).fetchall()
    assert stored == [("04 08", Decimal(100)), ("05 12", Decimal(50))]

    # Told again, each by the description of its day, whatever the folder holds now.
    described.unlink()
    with campfill.connect() as connection:
        for again in (False, True):
            take_back(settings, connection, UUID(reports[1]["upload_id"]), campfill.clock(), again=again)
        assert connection.execute(hours).fetchall() == stored
    monkeypatch.setenv("CAMPFILL_HOME", str(settings.home))
    monkeypatch.setenv("CAMPFILL_DATABASE_URL", campfill.url)
    assert rebuild_all(settings, lambda *told: None)["differences"] == []

    # Without it the file is refused, and the receipt tells of the description that cannot be used.
    second.write_text(f"{HEAD}{line[-2]},06 Sep 2025,8,1\n", encoding="utf-8")
    (refused,) = ingest(runs, [second])
    assert (refused["status"], refused["reason"]) == ("rejected", "no_header")
