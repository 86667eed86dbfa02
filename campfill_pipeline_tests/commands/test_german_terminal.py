"""What people read on a terminal speaks CAMPFILL_LANGUAGE; JSON, and what is stored, stays English."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest

from campfill_pipeline.commands import care_doors, doctor, fulfillment, line, refresh, status
from campfill_pipeline.language.speaking import spoken
from campfill_pipeline.settings import load_settings
from campfill_pipeline.warehouse.figures import fulfillment as figures
from campfill_pipeline_tests.lists import row, write_list
from campfill_pipeline_tests.test_cli import Shell
from campfill_pipeline_tests.warehouse.facts import add_line, deliver, fetch
from campfill_pipeline_tests.warehouse.oracle import days

DAY = timedelta(1)
LINE = UUID("c0000000-0000-0000-0000-000000000001")
ENGLISH = re.compile(
    r"\b(the|and|of|is|are|was|were|rows?|lines?|days?|received|rejected|loaded|delivered|goal|budget of|yet|fetched|"
    r"behind|shortfall|worst|nobody|until|mend|answers|waiting)\b"
)


def english_in(text: str) -> list[str]:
    """Words of English that are no part of a command, a path or a name."""
    ours = re.sub(
        r"campfill [a-z-]+( --?[a-z]+)*|/\S+|\S+\.xlsx|A line|Campaign list|Impression goal", " ", text
    )
    return ENGLISH.findall(ours)


@pytest.fixture
def german(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Shell:
    shell = Shell(tmp_path / "home", database_url)
    shell.environ["CAMPFILL_LANGUAGE"] = "de"
    for name, value in shell.environ.items():
        if name.startswith("CAMPFILL_"):
            monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    return shell


def test_a_list_is_taken_in_german_and_stored_in_english(german: Shell, tmp_path: Path) -> None:
    faulty = write_list(tmp_path / "liste.xlsx", [row(1), row(2), row(3, runtime="next week")])
    told = german("ingest", str(faulty), code=3).stdout
    assert "▲ liste.xlsx: teilweise geladen, 3 Zeilen gelesen" in told
    assert "    2 übernommen (2 neu, 0 geändert, 0 unverändert), 1 abgelehnt, 0 übergangen" in told
    assert "Quittung: outbox/" in told and english_in(told) == []
    with psycopg.connect(german.environ["CAMPFILL_DATABASE_URL"]) as connection:
        stored = connection.execute("SELECT message, hint FROM campfill.upload_issue").fetchall()
    assert len(stored) == 1 and stored[0][0].startswith("“next week” is not a runtime")


def test_what_stands_is_shown_in_german(german: Shell, capsys: pytest.CaptureFixture[str]) -> None:
    today = datetime.now(UTC).date()
    with psycopg.connect(german.environ["CAMPFILL_DATABASE_URL"]) as connection:
        connection.execute("SET search_path TO campfill")
        number = add_line(
            connection, goal=1_234_567, start=today - 10 * DAY, end=today + 9 * DAY, line_id=LINE
        )
        for offset in range(10):
            deliver(connection, number, today + (offset - 10) * DAY, 1_000)
        fetch(connection, days(today - 60 * DAY, today - DAY))
        figures.refresh(connection, load_settings().rules, as_of=today, now=datetime.now(UTC))
    settings = load_settings()
    status.show(status.facts(settings))
    rows, basis = fulfillment.rows(settings, as_of=today, contract="now", known="now", kind=None, band=None)
    fulfillment.show(rows, basis, limit=25)
    line.show(line.facts(settings, str(LINE)))
    refresh.show_fetched(
        {"days": [{"day": date(2026, 5, 1), "source": "api", "rows": 1_234, "refused": 2}], "failures": []}
    )
    findings, _ = doctor.run(settings, quiet=False)
    shown = capsys.readouterr()
    told = " ".join((shown.out + shown.err).split())
    for said in (
        "1 Buchung, laufend: 1, vollständig abgerufen: 1; Stand", "berechnet heute", "1.234.567", "stark unter Ziel",
        "01.05.2026 (api): 2 Zeilen abgelehnt", "1 Tag abgerufen, Zeilen: 1.234", "TKP 10", "Speicherplatz:",
        "Abhilfe: ", "Ordner inbox:", f"{today:%d.%m.%Y}", "garantiert", "mit den heutigen Vereinbarungen",
    ):  # fmt: skip
        assert said in told, said
    assert english_in(told) == [], told
    assert spoken() == "en"
    quiet, _ = doctor.run(settings, quiet=True)
    assert [one["name"] for one in quiet][:3] == ["home folder", "inbox folder", "outbox folder"]
    assert len(findings) == len(quiet)


def test_care_is_shown_in_german(german: Shell, capsys: pytest.CaptureFixture[str]) -> None:
    document: dict[str, Any] = {
        "lines": [
            {
                "line_id": LINE, "name": "A line", "owner": None, "acknowledged_until": date(2026, 12, 1),
                "muted_until": None, "note": "ruft an",
            }
        ],
        "make_goods": [
            {
                "make_good": LINE, "line_id": LINE, "by_line": LINE, "name": "A line", "owed": 12_345.0,
                "state": "delivering", "delivered": 1_500.0, "agreed": 20_000, "first_day": date(2026, 12, 1),
                "last_day": date(2026, 12, 9),
            }
        ],
        "over_owed": [
            {"line_id": LINE, "name": "A line", "agreed": 20_000, "owed": Decimal(12_345), "ended": True}
        ],
        "history": [
            {
                "at": datetime(2026, 11, 2, 9, tzinfo=UTC), "said_by": "ana", "act": "acknowledge", "text": None,
                "until": date(2026, 12, 1), "impressions": None, "make_good": None,
            }
        ],
    }  # fmt: skip
    care_doors._show(document)
    told = capsys.readouterr().out
    assert "niemand, zur Kenntnis genommen bis 01.12.2026, “ruft an”" in told
    assert "läuft: 1.500 von 20.000 Impressions durch die Buchung selbst, 01.12.2026 bis 09.12.2026" in told
    assert "derzeit geschuldet: 12.345" in told and english_in(told) == []
    assert "Achtung: „A line“: 20.000 Impressions" in told
