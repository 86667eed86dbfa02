"""`campfill lists` as data: every door prints one JSON document."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from campfill_pipeline.commands.lists_doors import app
from campfill_pipeline.language.currencies import count_in
from campfill_pipeline_tests.commands.test_connect import KIOSK

WRITERS = Path(__file__).parents[1] / "intake" / "writers" / "lists"


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAMPFILL_HOME", str(tmp_path))


def test_all_descriptions_are_told_as_data() -> None:
    told = json.loads(CliRunner().invoke(app, ["--json"]).stdout)
    assert {"campfill", "google_ad_manager"} <= {entry["name"] for entry in told}


def test_what_would_become_of_a_file_is_told_as_data() -> None:
    read = json.loads(CliRunner().invoke(app, ["try", str(WRITERS / "xlsxwriter.xlsx"), "--json"]).stdout)
    assert (read["description"], read["rows"]["accepted"]) == ("google_ad_manager", 2)
    assert read["lines"][0]["cpm_eur"] == "2.5000"
    proposed = json.loads(CliRunner().invoke(app, ["try", str(WRITERS / "exceljs.xlsx"), "--json"]).stdout)
    assert proposed["proposal"]["columns"][0]["means"] == "id"


def test_a_list_in_french_and_francs_is_proposed_in_german_without_a_euro(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CAMPFILL_CURRENCY", "CHF")
    monkeypatch.setenv("CAMPFILL_LANGUAGE", "de")
    file = tmp_path / "liste.csv"
    file.write_text(
        "Identifiant de ligne;Nom de la campagne;Date de début;Date de fin;Objectif d'impressions;CPM CHF;Annonceur\n"
        "L-100;Printemps;27/11/2026;31/12/2026;120 000;12,50;ACME SA\n",
        encoding="utf-8",
    )
    try:
        shown = " ".join(CliRunner().invoke(app, ["try", str(file)]).stdout.split())
    finally:
        count_in("EUR")
    assert "CPM CHF" in shown and "(Zeile 1)" in shown and "Nichts wurde gespeichert" in shown
    assert "€" not in shown and "EUR" not in shown
    assert "Von Ihnen anzugeben" not in shown  # the buyer is told row by row


def test_an_export_of_an_own_description_is_named(tmp_path: Path) -> None:
    (tmp_path / "exports").mkdir()
    (tmp_path / "exports" / "kiosk.toml").write_text(KIOSK, encoding="utf-8")
    file = tmp_path / "kiosk.csv"
    file.write_text("Datum;Buchung;Kontakte\n27.11.2025;L-1;900\n", encoding="utf-8")
    told = json.loads(CliRunner().invoke(app, ["try", str(file), "--json"]).stdout)
    assert (told["kind"], told["description"]) == ("report_csv", "kiosk")
