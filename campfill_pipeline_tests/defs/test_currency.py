"""A home that counts in francs: its lists, its figures, its page, workbook and terminal say so; euros are refused."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import dagster as dg
import psycopg
import pytest
from openpyxl import Workbook, load_workbook

from campfill_pipeline.commands import fulfillment as fulfillment_command
from campfill_pipeline.commands import line as line_command
from campfill_pipeline.commands import status as status_command
from campfill_pipeline.defs.ingest import ingest
from campfill_pipeline.defs.local_runs import LocalRuns
from campfill_pipeline.defs.resources import Campfill
from campfill_pipeline.reports.both import write_reports
from campfill_pipeline.settings import SettingsError, load_settings
from campfill_pipeline.warehouse.postgres import currency, server

HEAD = (
    "Deal/Campaign name",
    "Runtime",
    "Impression goal",
    "Budget {}",
    "CPM {}",
    "Deal/Campaign ID",
    "Buyer",
)
NUMBER = "00000000-0000-4000-8000-{:012d}"


def _list(file: Path, money: str, *cells: tuple[object, object], shown: str = "General") -> Path:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append([head.format(money).strip() for head in HEAD])
    for number, (budget, cpm) in enumerate(cells, 1):
        sheet.append(
            [f"Line {number}", "01.01.2026-31.12.2099", 1000, budget, cpm, NUMBER.format(number), "Not set"]
        )
        for column in "DE":
            sheet[f"{column}{number + 1}"].number_format = shown
    book.save(file)
    return file


@pytest.fixture
def francs(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Campfill:
    environ = {
        "CAMPFILL_HOME": str(tmp_path / "home"), "CAMPFILL_CURRENCY": "chf", "CAMPFILL_DATABASE_URL": database_url,
        "CAMPFILL_SETTLE_SECONDS": "0",
    }  # fmt: skip
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    settings = load_settings(environ, cwd=tmp_path)
    settings.make_folders()
    return Campfill(settings, server.database_url(settings))


# openpyxl does not know the bars of Excel 2010, which Excel and LibreOffice do.
@pytest.mark.filterwarnings("ignore:.*xtension is not supported")
def test_a_home_in_francs_reads_francs_and_says_francs_everywhere(
    francs: Campfill, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good = _list(tmp_path / "good.xlsx", "CHF", ("CHF 1'234.50", "2.50 Fr."), (5, "2,75"))
    styled = _list(tmp_path / "styled.xlsx", "", (7, 3.25), (8, 3.5), shown="[$CHF-807] #,##0.00")
    euros = _list(tmp_path / "euros.xlsx", "€", (7, 3.25))
    shown_euros = _list(tmp_path / "shown.xlsx", "", (7, 3.25), shown='#,##0.00 "€"')
    typed_euros = _list(tmp_path / "typed.xlsx", "CHF", ("€ 7", 3.25))
    with dg.DagsterInstance.ephemeral() as instance:
        answers = ingest(LocalRuns(francs, instance), [good, euros, shown_euros, typed_euros, styled])
    assert [(one["status"], one["reason"]) for one in answers] == [
        ("loaded", None), ("rejected", "missing_column"), ("rejected", "no_rows"), ("rejected", "no_rows"),
        ("loaded", None),
    ]  # fmt: skip
    assert "“CPM CHF”" in str(answers[1]) and "CPM €" in str(answers[1])
    assert [
        (issue["cell"], issue["code"])
        for one in answers[2:4]
        for issue in one["issues"]
        if issue["cell"] and issue["severity"] == "error"
    ] == [("D2", "not_a_number"), ("E2", "not_a_number"), ("D2", "not_a_number")]
    assert "to CHF" in str(answers[3]["issues"])
    assert "The budget 7.00 CHF is more than 2 % off" in str(answers[4])

    with francs.connect() as connection:
        money = "budget_eur, cpm_eur, currency"
        assert connection.execute(f"SELECT {money} FROM line ORDER BY id".encode()).fetchall() == [
            (Decimal("7.00"), Decimal("3.2500"), "CHF"), (Decimal("8.00"), Decimal("3.5000"), "CHF"),
        ]  # fmt: skip
        revisions = connection.execute(f"SELECT {money} FROM line_revision ORDER BY id, revision".encode())
        assert revisions.fetchall()[0] == (Decimal("1234.50"), Decimal("2.5000"), "CHF")
        for table in ("fulfillment", "reporting.lines", "reporting.about"):
            told = connection.execute(f"SELECT DISTINCT currency FROM {table}".encode()).fetchall()
            assert told == [("CHF",)], table
        written = write_reports(
            connection,
            tmp_path,
            francs.settings.rules,
            date(2026, 11, 27),
            datetime(2026, 11, 27, 9, tzinfo=UTC),
        )
    page = written.page.read_text(encoding="utf-8")
    head = json.loads(re.findall(r'id="head"[^>]*>(.*?)</script>', page, re.S)[0])
    assert head["currency"] == {"code": "CHF", "sign": "CHF"}
    cells = [
        str(cell)
        for sheet in load_workbook(written.workbook)
        for row in sheet.iter_rows(values_only=True)
        for cell in row
        if cell is not None
    ]
    assert not [cell for cell in cells if "€" in cell]
    assert {"Value at risk CHF", "CPM CHF", "Budget CHF"} <= set(cells)

    rows, basis = fulfillment_command.rows(
        francs.settings, as_of=None, contract="now", known="now", kind=None, band=None
    )
    assert {row["currency"] for row in rows} == {"CHF"}
    fulfillment_command.show(rows, basis, limit=10)
    line_command.show(line_command.facts(francs.settings, NUMBER.format(1)))
    status_command.show(status_command.facts(francs.settings))
    said = capsys.readouterr().out
    assert "CPM CHF" in said.replace("\u00a0", " ") and "€" not in said


def test_the_currency_of_a_home_stays_once_it_has_lines(francs: Campfill, tmp_path: Path) -> None:
    in_euros = load_settings(
        {"CAMPFILL_HOME": str(tmp_path), "CAMPFILL_DATABASE_URL": francs.url}, cwd=tmp_path
    )
    server.database_url(in_euros)  # nothing is priced yet
    with psycopg.connect(francs.url, options="-c search_path=campfill") as connection:
        currency.agree(connection, "CHF")
        connection.execute(
            "INSERT INTO line_register (id, name, kind_listed, buyer, runtime, end_date, impression_goal, cpm_eur,"
            " first_seen_at, revision, valid_from, upload_id, event_no, action, brought, changes, notable)"
            " VALUES (gen_random_uuid(), 'x', 'campaign', 'Not set', 'x', '2026-01-01', 1, 1, now(), 1, now(),"
            " gen_random_uuid(), 1, 'created', true, '{}', false)"
        )
    with pytest.raises(
        currency.CurrencyChangedError, match=r"EUR, but budgets and prices here are in CHF.*CURRENCY=CHF"
    ):
        server.database_url(in_euros)


@pytest.mark.parametrize("text", ["Euro", "€", "XXX", "EU"])
def test_a_currency_is_three_letters_that_exist(text: str) -> None:
    with pytest.raises(SettingsError, match=r"CAMPFILL_CURRENCY.*three letters"):
        load_settings({"CAMPFILL_CURRENCY": text})
