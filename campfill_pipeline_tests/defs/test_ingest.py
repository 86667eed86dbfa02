"""Files through the upload job: verdicts, duplicates, isolation, receipts, what the web UI is told."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from openpyxl import load_workbook

from campfill_pipeline.defs.arrivals import UnreadableFileError
from campfill_pipeline.defs.ingest import ingest
from campfill_pipeline.defs.local_runs import LocalRuns
from campfill_pipeline_tests.lists import line_id, row, write_list


def test_a_list_is_loaded_and_a_faulty_row_is_reported_at_its_cell(tmp_path: Path, runs: LocalRuns) -> None:
    file = write_list(tmp_path / "a.xlsx", [row(1, goal="1.500.000", cpm="7,59"), row(2, goal="abc")])
    (report,) = ingest(runs, [file])
    assert report["status"] == "partly_loaded"
    assert report["kind"] == "campaign_list"
    assert report["rows"] == {
        "read": 2, "accepted": 1, "rejected": 1, "skipped": 0, "new": 1, "updated": 0, "unchanged": 0,
    }  # fmt: skip
    (issue,) = [issue for issue in report["issues"] if issue["severity"] == "error"]
    assert (issue["cell"], issue["row"], issue["column"], issue["value"], issue["code"]) == (
        "C3", 3, "Impression goal", "abc", "not_a_number",
    )  # fmt: skip
    with runs.campfill.connect() as connection:
        found = connection.execute("SELECT id::text, impression_goal, cpm_eur FROM line").fetchall()
        assert found == [(line_id(1), 1_500_000, Decimal("7.5900"))]
        assert connection.execute("SELECT count(*) FROM fulfillment").fetchone() == (1,)
    receipt = runs.campfill.settings.home / report["receipt"]
    assert load_workbook(receipt).sheetnames[0] == "Summary"
    assert (runs.campfill.settings.reports / "fulfillment.html").stat().st_size > 10_000


def test_the_same_bytes_again_change_nothing_but_an_older_list_counts_again(
    tmp_path: Path, runs: LocalRuns
) -> None:
    first = write_list(tmp_path / "a.xlsx", [row(1, goal=1000)])
    second = write_list(tmp_path / "b.xlsx", [row(1, goal=2000)])
    assert [report["status"] for report in ingest(runs, [first, first])] == ["loaded", "duplicate"]
    assert [report["status"] for report in ingest(runs, [second, first])] == ["loaded", "loaded"]
    with runs.campfill.connect() as connection:
        assert connection.execute("SELECT impression_goal, revision FROM line").fetchone() == (1000, 3)


def test_bytes_that_are_loaded_already_are_not_read_again(tmp_path: Path, runs: LocalRuns) -> None:
    file = write_list(tmp_path / "a.xlsx", [row(1)])
    ingest(runs, [file])
    (report,) = ingest(runs, [file])
    assert (report["status"], report["kind"]) == ("duplicate", "campaign_list")
    read = latest_metadata(runs, "upload_sheets")
    assert "format" not in read
    assert "a.xlsx" in read["what was found"]
    summary = load_workbook(runs.campfill.settings.home / report["receipt"])["Summary"]
    assert any("DUPLICATE" in str(cell.value) for line in summary.iter_rows() for cell in line)


def test_one_bad_file_leaves_the_others_of_a_burst_loaded_and_is_red(tmp_path: Path, runs: LocalRuns) -> None:
    files = [write_list(tmp_path / f"{n}.xlsx", [row(n)]) for n in range(1, 4)]
    picture = tmp_path / "picture.xlsx"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + b"0" * 100)
    reports = ingest(runs, [files[0], picture, *files[1:]])
    assert [report["status"] for report in reports] == ["loaded", "rejected", "loaded", "loaded"]
    assert reports[1]["reason"] == "not_a_workbook"
    assert reports[1]["receipt"]
    with runs.campfill.connect() as connection:
        assert connection.execute("SELECT count(*) FROM line").fetchone() == (3,)
        keys = [key for (key,) in connection.execute("SELECT partition_key FROM upload ORDER BY seq")]
    failed = {
        run.tags["dagster/partition"] for run in runs.instance.get_runs() if run.status.value == "FAILURE"
    }
    assert failed == {keys[1]}
    materialized = runs.instance.get_materialized_partitions(dg.AssetKey("upload_receipts"))
    assert materialized == set(keys)


def test_a_file_that_cannot_be_opened_is_said_before_anything_is_taken_in(
    tmp_path: Path, runs: LocalRuns
) -> None:
    good = write_list(tmp_path / "a.xlsx", [row(1)])
    with pytest.raises(UnreadableFileError, match="missing"):
        ingest(runs, [good, tmp_path / "missing.xlsx"])
    with runs.campfill.connect() as connection:
        assert connection.execute("SELECT count(*) FROM upload").fetchone() == (0,)


def latest_metadata(runs: LocalRuns, asset: str) -> dict[str, Any]:
    """What the web UI shows of the asset's latest materialization."""
    event = runs.instance.get_latest_materialization_event(dg.AssetKey(asset))
    assert event is not None and event.asset_materialization is not None
    return {name: value.value for name, value in event.asset_materialization.metadata.items()}


def latest_verdict(runs: LocalRuns, asset: str, check: str) -> bool:
    """Whether the check passed when it was last asked."""
    key = dg.AssetCheckKey(dg.AssetKey(asset), check)
    (last,) = runs.instance.event_log_storage.get_asset_check_execution_history(key, limit=1)
    assert last.event is not None and last.event.dagster_event is not None
    return last.event.dagster_event.asset_check_evaluation_data.passed


def test_the_web_ui_learns_counts_issues_and_the_receipt(tmp_path: Path, runs: LocalRuns) -> None:
    rows = [row(1, buyer="not set"), row(2, cpm="x")]  # a warning above an error
    ingest(runs, [write_list(tmp_path / "a.xlsx", rows)])
    assert latest_metadata(runs, "upload_sheets")["format"] == "xlsx"
    validated = latest_metadata(runs, "validated_lines")
    assert validated["rows rejected"] == 1
    assert [record.data["issue"] for record in validated["issues"].records] == [
        "error: not_a_number",
        "warning: buyer_spelling",
    ]
    assert not latest_verdict(runs, "validated_lines", "rows_valid")
    assert latest_verdict(runs, "upload_sheets", "readable")
    assert latest_metadata(runs, "lines")["new"] == 1
    assert "receipt" in latest_metadata(runs, "upload_receipts")
    figures = latest_metadata(runs, "fulfillment")
    assert figures["dagster/row_count"] == 1
    assert figures["seconds"] > 0
    assert {"fulfillment_pct", "shortfall"} <= {c.name for c in figures["dagster/column_schema"].columns}


def test_the_web_ui_lists_what_a_list_changed_notable_first_and_how_many_more(
    tmp_path: Path, runs: LocalRuns
) -> None:
    ingest(runs, [write_list(tmp_path / "a.xlsx", [row(1, goal=1_500_000), row(2)])])
    with runs.campfill.connect() as connection:
        connection.execute(
            "INSERT INTO line_day (line_no, day, source, counted, impressions, rows, first_hour, last_hour)"
            " SELECT line_no, '2025-08-01', 'a', true, 1441500, 1, now(), now() FROM line_register"
        )
    rows = [row(1, goal=2_000_000), row(2, name="2025_1_0001_3_Station_Sierra_PPV"), *map(row, range(3, 63))]
    ingest(runs, [write_list(tmp_path / "b.xlsx", rows)])
    listed = [record.data for record in latest_metadata(runs, "lines")["changes"].records]
    assert listed[0] == {
        "change": "Updated !: Goal",
        "line": "Line 1",
        "before → after": "1,500,000 → 2,000,000 (+33.3 %); fulfillment so far 96.1 % → 72.1 %",
        "where in the file": "Campaign list row 2",
    }
    assert [record["change"] for record in listed[1:5]] == [
        "Updated !: Advertiser", "Updated !: Name", "Updated !: Placement", "New",
    ]  # fmt: skip
    assert len(listed) == 51
    assert (listed[-1]["change"], listed[-2]["change"]) == ("14 more", "New")


def test_the_web_ui_says_why_a_file_was_rejected_and_how_to_mend_it(tmp_path: Path, runs: LocalRuns) -> None:
    picture = tmp_path / "picture.xlsx"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + b"0" * 100)
    (report,) = ingest(runs, [picture])
    why = latest_metadata(runs, "lines")["why"]
    assert report["reason"] in why
    assert "(.xlsx)" in why


def test_a_command_s_run_links_to_the_pages_of_the_running_system(tmp_path: Path, runs: LocalRuns) -> None:
    ingest(runs, [write_list(tmp_path / "a.xlsx", [row(1)])])
    assert "open the page" not in latest_metadata(runs, "fulfillment_report")
    runs.campfill.settings.pages_address.write_text("http://127.0.0.1:3001")
    (report,) = ingest(runs, [write_list(tmp_path / "b.xlsx", [row(2)])])
    assert (
        latest_metadata(runs, "fulfillment_report")["open the page"]
        == "http://127.0.0.1:3001/reports/fulfillment.html"
    )
    assert latest_metadata(runs, "upload_receipts")["open the receipt"] == (
        f"http://127.0.0.1:3001/{report['receipt']}"
    )
