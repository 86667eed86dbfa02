"""Lists of other houses through the upload job: what is kept of them, and by which description."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest
from openpyxl import load_workbook

from campfill_pipeline.defs.ingest import ingest
from campfill_pipeline.defs.local_runs import LocalRuns
from campfill_pipeline.defs.rebuild import rebuild_all
from campfill_pipeline.warehouse.readers.page import client
from campfill_pipeline.warehouse.register import revert
from campfill_pipeline_tests.intake.described import OWN
from campfill_pipeline_tests.lists import row, write_list

HEAD = "Nummer;Kampagne;Start;Ende;Ziel;TKP €;Kunde;Status\n"
DESCRIPTION = OWN.replace("[id]", 'status = ["Status"]\n[status]\ncancelled = ["storniert"]\n[id]')


def _list(file: Path, *rows: str) -> Path:
    file.write_text(HEAD + "".join(f"{line}\n" for line in rows), encoding="utf-8")
    return file


def test_a_described_list_is_kept_with_its_ids_its_cancellations_and_its_description(
    tmp_path: Path, runs: LocalRuns, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = runs.campfill.settings
    settings.lists.mkdir()
    (settings.lists / "own.toml").write_text(DESCRIPTION, encoding="utf-8")
    live, gone = (
        "A-1;Eins;01.01.2026;31.12.2099;1000;2,50;ACME",
        "A-2;Zwei;01.01.2026;31.12.2099;1000;2,50;ACME",
    )
    present = write_list(tmp_path / "present.xlsx", [row(1)])
    first = _list(tmp_path / "first.csv", f"{live};läuft", f"{gone};läuft")
    second = _list(tmp_path / "second.csv", f"{live};läuft", f"{gone};Storniert", "4.5E+09;x;;;;;;")
    reports = ingest(runs, [present, first])
    (settings.lists / "own.toml").write_text(f"# better\n{DESCRIPTION}", encoding="utf-8")
    reports += ingest(runs, [second])
    assert [report["description"] for report in reports] == [
        {"name": "campfill", "version": 1}, {"name": "own", "version": 1}, {"name": "own", "version": 2},
    ]  # fmt: skip
    changes_shown = list(load_workbook(settings.home / reports[1]["receipt"])["Changes"].values)
    assert changes_shown[3][-1] == "Id in the list" and {row[-1] for row in changes_shown[4:]} == {
        "A-1",
        "A-2",
    }
    with runs.campfill.connect() as connection:
        kept = connection.execute(
            "SELECT l.external_id, l.cancelled, f.lifecycle, f.covered, f.value_at_risk_eur IS NULL, f.pace"
            " FROM line l JOIN fulfillment f ON f.line_id = l.id WHERE l.external_id IS NOT NULL ORDER BY 1"
        ).fetchall()
        changes = connection.execute(
            "SELECT r.changes FROM line_revision r WHERE r.external_id = 'A-2' ORDER BY revision DESC LIMIT 1"
        ).fetchone()
        texts = connection.execute("SELECT name, version, text FROM list_description ORDER BY 2").fetchall()
        sheet_of = client.find(connection, buyer="acme")
    assert len(sheet_of.lines) == 2
    assert [line[:3] for line in kept] == [("A-1", False, "live"), ("A-2", True, "cancelled")]
    assert kept[1][3:] == (False, True, None)
    assert changes == ({"cancelled": {"before": "false", "after": "true"}},)
    assert texts == [("own", 1, DESCRIPTION), ("own", 2, f"# better\n{DESCRIPTION}")]

    # A rebuild reads each upload by the description of its day, whatever the folder holds now.
    (settings.lists / "own.toml").unlink()
    monkeypatch.setenv("CAMPFILL_HOME", str(settings.home))
    monkeypatch.setenv("CAMPFILL_DATABASE_URL", runs.campfill.url)
    assert rebuild_all(settings, lambda *told: None)["differences"] == []

    # Taking back the list that cancelled the line puts it back in force.
    with runs.campfill.connect() as connection:
        (upload_id,) = (
            connection.execute("SELECT upload_id FROM upload ORDER BY seq DESC LIMIT 1").fetchone() or ()
        )
        revert.revert(connection, upload_id, runs.campfill.clock())
        assert connection.execute("SELECT cancelled FROM line WHERE external_id = 'A-2'").fetchone() == (
            False,
        )


def test_delivery_that_came_before_its_list_counts_by_the_lists_own_ids(
    tmp_path: Path, runs: LocalRuns
) -> None:
    settings = runs.campfill.settings
    settings.lists.mkdir()
    (settings.lists / "own.toml").write_text(DESCRIPTION, encoding="utf-8")
    export = tmp_path / "export.csv"
    export.write_text(
        "Date,Core DSP Campaign ID,Deal ID,Total Impressions\n2026-09-01T10:00:00.000Z,A-1,,100\n",
        encoding="utf-8",
    )
    line = "A-1;Eins;01.01.2026;31.12.2099;1000;2,50;ACME;läuft"
    (_, listed) = ingest(runs, [export, _list(tmp_path / "list.csv", line)])
    daily = "SELECT l.external_id, d.impressions FROM delivery_daily d JOIN line l ON l.id = d.line_id"
    with runs.campfill.connect() as connection:
        assert connection.execute(daily).fetchall() == [("A-1", 100)]
        orphans = "SELECT count(*) FROM reconciliation WHERE kind_of_issue = 'orphan'"
        assert connection.execute(orphans).fetchone() == (0,)
        # Without the list nobody has that id; put back, it counts again.
        revert.revert(connection, UUID(listed["upload_id"]), runs.campfill.clock())
        assert connection.execute(daily).fetchall() == []


def test_an_unknown_list_is_read_once_its_corrected_receipt_is_dropped(
    tmp_path: Path, runs: LocalRuns
) -> None:
    file = tmp_path / "liste.csv"
    rows = "Auftragsnummer;Kampagne;Von;Bis;Ziel;TKP €;Kunde\nK-1;Eins;01/06/2026;30/06/2026;1000;2,50;ACME\n"
    file.write_text(rows, encoding="utf-8")
    (report,) = ingest(runs, [file])
    assert (report["status"], report["reason"]) == ("rejected", "no_header")
    settings = runs.campfill.settings
    assert not settings.lists.exists()
    book = load_workbook(settings.home / report["receipt"])
    sheet = book["List description"]
    values = {row[0].value: row[1] for row in sheet.iter_rows() if row[0].value}
    assert (values["Von"].value, values["dates"].value, values["kind"].value) == (
        "start",
        "british",
        "campaign",
    )
    values["name"].value = "house"
    book.save(tmp_path / "corrected.xlsx")

    (made,) = ingest(runs, [tmp_path / "corrected.xlsx"])
    assert (made["kind"], made["status"], made["description"]) == (
        "list_description", "loaded", {"name": "house", "version": 1},
    )  # fmt: skip
    assert (made["list"]["upload_id"], made["list"]["status"]) == (report["upload_id"], "loaded")
    assert made["list"]["description"] == {"name": "house", "version": 1}
    assert (settings.lists / "house.toml").is_file()
    with runs.campfill.connect() as connection:
        assert connection.execute("SELECT external_id, runtime FROM line").fetchall() == [
            ("K-1", "01.06.2026-30.06.2026")
        ]
    # The next list of that form needs nothing more.
    file.write_text(rows.replace("1000", "2000"), encoding="utf-8")
    assert [report["status"] for report in ingest(runs, [file])] == ["loaded"]
