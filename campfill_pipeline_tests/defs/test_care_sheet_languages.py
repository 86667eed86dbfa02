"""The sheet Care in German: all its heads are German, and it is read back, in a house of either language."""

from __future__ import annotations

import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from openpyxl import load_workbook

from campfill_pipeline.commands.ingest import _show
from campfill_pipeline.defs.ingest import ingest
from campfill_pipeline.defs.local_runs import LocalRuns
from campfill_pipeline.language.speaking import Language, speaking
from campfill_pipeline.warehouse.notices import care
from campfill_pipeline.warehouse.notices.care import Said
from campfill_pipeline_tests.defs.test_care_sheet import fill_in, workbook_of
from campfill_pipeline_tests.lists import line_id, row, write_list

SOFFICE = shutil.which("soffice") or shutil.which("libreoffice")
pytestmark = pytest.mark.filterwarnings("ignore:.*extension is not supported:UserWarning")


def test_a_german_sheet_saved_again_by_libreoffice_is_read_and_says_what_was_taken(
    tmp_path: Path, runs: LocalRuns, capsys: pytest.CaptureFixture[str]
) -> None:
    ingest(runs, [write_list(tmp_path / "list.xlsx", [row(number, goal=1000 * number) for number in (1, 2)])])
    one, day = UUID(line_id(1)), datetime.now(UTC).date() + timedelta(days=3)
    with runs.campfill.connect() as connection:
        care.say(connection, one, Said(owner="Anna"), said_by="x", today=day, now=datetime.now(UTC))
    with speaking(Language.GERMAN):
        book = workbook_of(runs, tmp_path / "fulfillment.xlsx")
    heads = [cell.value for cell in load_workbook(book)["Care"][1]]
    assert heads == [
        "Buchung", "Warum", "Fehlmenge bisher", "Zuständig", "Notiz", "Zur Kenntnis genommen bis",
        "Vereinbarte Nachlieferungen", "Nachlieferung: Impressions", "Nachlieferung von", "Nachlieferung bis",
        "Nachlieferung durch Buchung (ID)", "ID", "Stand der Nachlieferungen", "Stand (so lassen)",
    ]  # fmt: skip
    fill_in(
        book, D2="Ben", H2=500, I2=datetime(day.year, day.month, day.day), J2=f"{day:%d.%m.%Y}", K2=line_id(2)
    )
    if SOFFICE:  # as a person saves it
        profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
        form = [
            "--headless",
            "--convert-to",
            "xlsx:Calc MS Excel 2007 XML",
            "--outdir",
            str(tmp_path / "again"),
        ]
        subprocess.run([SOFFICE, profile, *form, str(book)], capture_output=True, timeout=120, check=True)
        book = tmp_path / "again" / book.name
    (answer,) = ingest(runs, [book])
    assert (answer["kind"], answer["status"], answer["issues"]) == ("care", "loaded", [])
    assert {count: answer["rows"][count] for count in ("read", "updated", "unchanged")} == {
        "read": 1, "updated": 1, "unchanged": 0,
    }  # fmt: skip
    with runs.campfill.connect() as connection:
        (stands,) = care.standing(connection, one)
        (good,) = care.make_goods(connection, one)
    assert (stands.owner, good.agreed, good.first_day, good.last_day) == ("Ben", 500, day, day)
    capsys.readouterr()
    _show([answer])
    told = capsys.readouterr().out
    assert "1 row" in told and "Of 1 line something new is said; make-goods agreed: 1." in told
    (answer,) = ingest(runs, [workbook_of(runs, tmp_path / "english.xlsx")])  # as it stands: nothing is new
    assert answer["told"] == [
        "Of 0 lines something new is said; make-goods agreed: 0.",
        "1 row says how its line stands already: nothing was kept of it.",
    ]
