"""`campfill lists` as data: every door prints one JSON document."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from campfill_pipeline.commands.lists_doors import app

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
