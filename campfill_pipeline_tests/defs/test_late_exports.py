"""Of two exports of the same hours the one that arrived last counts, whichever is stored first."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest

from campfill_pipeline.defs import arrivals, upload_steps
from campfill_pipeline.defs.ingest import ingest
from campfill_pipeline.defs.local_runs import LocalRuns, RunFailedError
from campfill_pipeline.defs.rebuild import rebuild_all
from campfill_pipeline.defs.resources import Campfill
from campfill_pipeline.defs.revert import take_upload_back
from campfill_pipeline_tests.lists import row, write_list

HEAD = "Date,Core DSP Campaign Name,Core DSP Campaign ID,Deal Name,Deal ID,Total Impressions\n"
ROW = "2026-09-01T{hour}:00:00.000Z,Line 1,00000000-0000-0000-0000-000000000001,,,{impressions}\n"


def export(path: Path, hours: dict[int, int]) -> Path:
    rows = [ROW.format(hour=hour, impressions=count) for hour, count in hours.items()]
    path.write_text(HEAD + "".join(rows), encoding="utf-8")
    return path


def test_an_older_export_stored_late_brings_only_what_the_newer_one_does_not_tell(
    tmp_path: Path, campfill: Campfill
) -> None:
    older = arrivals.take_copy(campfill, export(tmp_path / "a.csv", {10: 1, 11: 1, 12: 1}))
    newer = arrivals.take_copy(campfill, export(tmp_path / "b.csv", {11: 5, 12: 7}))
    assert upload_steps.store_export(campfill, newer).status == "loaded"
    assert upload_steps.store_export(campfill, older).status == "loaded"
    with campfill.connect() as connection:
        stored = connection.execute(
            "SELECT extract(hour FROM hour_utc)::integer, impressions FROM report_row ORDER BY 1"
        ).fetchall()
    assert stored == [(10, Decimal(1)), (11, Decimal(5)), (12, Decimal(7))]


def test_an_export_is_whole_where_its_name_is_one_that_the_settings_give(
    tmp_path: Path, campfill: Campfill
) -> None:
    named = replace(campfill, settings=replace(campfill.settings, whole_exports=("all-*.csv",)))
    for name in ("one deal.csv", "All-lines.csv"):
        upload_steps.store_export(named, arrivals.take_copy(named, export(tmp_path / name, {10: len(name)})))
    with campfill.connect() as connection:
        found = connection.execute(
            "SELECT file_name FROM export_span JOIN report_fetch USING (fetch_no) JOIN upload USING (upload_id)"
            " WHERE series_no = 0"
        ).fetchall()
    assert found == [("All-lines.csv",)]


def test_what_the_newer_one_refuses_is_kept_and_listed_once_though_the_older_one_is_stored_last(
    tmp_path: Path, campfill: Campfill
) -> None:
    def day(impressions: int, noon: int | str) -> str:  # more than a whole local day
        hours = [*(f"09T{hour}" for hour in (20, 21, 22, 23)), *(f"10T{hour:02}" for hour in range(24))]
        row = "2026-08-{hour}:00:00.000Z,Line 1,00000000-0000-0000-0000-000000000001,,,{impressions}\n"
        told = {"10T12": noon}
        return HEAD + "".join(
            row.format(hour=hour, impressions=told.get(hour, impressions)) for hour in hours
        )

    taken = []
    for name, text in (("first", day(1, 3)), ("older", day(1, 4)), ("newer", day(2, "?"))):
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
        taken.append(arrivals.take_copy(campfill, tmp_path / f"{name}.csv"))
    first, older, newer = taken
    for upload in (first, newer, older):
        upload_steps.store_export(campfill, upload)
    with campfill.connect() as connection:
        stored = connection.execute(
            "SELECT impressions, count(*) FROM report_row GROUP BY 1 ORDER BY 1"
        ).fetchall()
        listed = connection.execute("SELECT count(*) FROM report_refusal").fetchall()
    assert stored == [(Decimal(2), 27), (Decimal(4), 1)]
    assert listed == [(1,)]


def stored(campfill: Campfill) -> list[tuple[object, ...]]:
    with campfill.connect() as connection:
        return connection.execute(
            "SELECT extract(hour FROM hour_utc)::integer, impressions FROM report_row ORDER BY 1"
        ).fetchall()


def test_a_late_export_stirs_nothing_outside_its_own_hours(tmp_path: Path, campfill: Campfill) -> None:
    late = arrivals.take_copy(campfill, export(tmp_path / "late.csv", {11: 1}))
    wide = arrivals.take_copy(campfill, export(tmp_path / "wide.csv", {11: 2, 20: 2}))
    newest = arrivals.take_copy(campfill, export(tmp_path / "newest.csv", {20: 3}))
    for upload in (wide, newest, late):
        assert upload_steps.store_export(campfill, upload).status == "loaded"
    assert stored(campfill) == [(11, Decimal(2)), (20, Decimal(3))]


def test_an_export_is_taken_back_with_its_original_and_a_rebuild_finds_it_so(
    tmp_path: Path, runs: LocalRuns, monkeypatch: pytest.MonkeyPatch
) -> None:
    campfill = runs.campfill
    right, wrong = (
        export(tmp_path / "right.csv", {10: 1, 11: 2}),
        export(tmp_path / "wrong.csv", {11: 7, 12: 8}),
    )
    reports = ingest(runs, [write_list(tmp_path / "list.xlsx", [row(1)]), right, wrong])
    assert [report["status"] for report in reports] == ["loaded"] * 3
    upload_id = UUID(reports[2]["upload_id"])
    told = take_upload_back(runs, upload_id)
    assert (told["in_force"], told["delivery"]["rows"]) == (False, {"new": 0, "changed": 1, "gone": 1})
    assert stored(campfill) == [(10, Decimal(1)), (11, Decimal(2))]
    with campfill.connect() as connection:
        assert connection.execute("SELECT delivered FROM fulfillment").fetchall() == [(Decimal(3),)]

    monkeypatch.setenv("CAMPFILL_HOME", str(campfill.settings.home))
    monkeypatch.setenv("CAMPFILL_DATABASE_URL", campfill.url)
    assert rebuild_all(campfill.settings, lambda *told: None)["differences"] == []
    assert stored(campfill) == [(10, Decimal(1)), (11, Decimal(2))]
    with pytest.raises(RunFailedError, match=r"^The upload 3 \(wrong.csv\) is taken back already"):
        take_upload_back(runs, upload_id)
    [line] = take_upload_back(runs, upload_id, again=True)["delivery"]["lines"]
    assert (line["before"], line["after"]) == (Decimal(2), Decimal(15))
    assert list(campfill.settings.work.glob("told-again-*")) == []
