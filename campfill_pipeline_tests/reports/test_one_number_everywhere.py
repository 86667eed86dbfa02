"""The numbers in the table, on the page, in the workbook, on the terminal and in the web UI's metadata are the same."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import psycopg
import pytest

from campfill_pipeline.commands import fulfillment, status
from campfill_pipeline.defs import fulfillment_metadata
from campfill_pipeline.defs.resources import Campfill
from campfill_pipeline.domain.fulfillment import FulfillmentRules
from campfill_pipeline.reports.both import write_reports
from campfill_pipeline.settings import Settings, load_settings
from campfill_pipeline.warehouse.figures.fulfillment import RefreshResult
from campfill_pipeline_tests.reports.conftest import Demo
from campfill_pipeline_tests.reports.test_page_file import unpacked

# openpyxl does not know the bars of Excel 2010, which Excel and LibreOffice do.
pytestmark = pytest.mark.filterwarnings("ignore:.*xtension is not supported")

PERIODS = ("7d", "30d", "this_year")


@pytest.fixture
def settings(demo: Demo, tmp_path: Path) -> Settings:
    return load_settings({"CAMPFILL_HOME": str(tmp_path), "CAMPFILL_DATABASE_URL": demo.url}, cwd=tmp_path)


def test_windows_are_the_same_in_all_five_places(
    demo: Demo, demo_connection: psycopg.Connection, settings: Settings, tmp_path: Path
) -> None:
    stored: dict[str, Decimal] = dict(
        demo_connection.execute(
            "SELECT period, fulfilled_pct FROM fulfillment_window WHERE kind = 'all' AND purchase_type = 'all'"
        ).fetchall()
    )
    assert all(stored[period] is not None for period in PERIODS)

    written = write_reports(demo_connection, tmp_path, FulfillmentRules(), demo.as_of, demo.now)
    head = re.search(r'id="head">([^<]*)<', written.page.read_text(encoding="utf-8"))
    assert head is not None
    page = {
        window["period"]: Decimal(window["fulfilled_pct"])
        for window in json.loads(head[1])["windows"]
        if (window["kind"], window["purchase_type"]) == ("all", "all")
    }
    assert page == stored

    sheet = openpyxl.load_workbook(written.workbook)["Summary"]
    totals = [row for row in sheet.iter_rows(values_only=True) if row[1:3] == ("all", "all")]
    assert [row[5] for row in totals] == [float(stored[period] / 100) for period in PERIODS]

    terminal = {window["period"]: window["fulfilled_pct"] for window in status.facts(settings)["windows"]}
    assert terminal == stored

    for period in PERIODS:
        assert web_ui(settings, demo)["fulfillment_window"][f"fulfilled % {period}"] == pytest.approx(
            float(stored[period]), abs=1e-4
        )


def test_shortfall_and_value_at_risk_of_each_line_are_the_same_and_so_are_their_sums(
    demo: Demo, demo_connection: psycopg.Connection, settings: Settings, tmp_path: Path
) -> None:
    stored = demo_connection.execute(
        """SELECT line_id::text, shortfall, value_at_risk_eur, covered, lifecycle LIKE 'ended%' FROM fulfillment
           ORDER BY shortfall DESC, line_id"""
    ).fetchall()
    figures = {line_id: (shortfall, at_risk) for line_id, shortfall, at_risk, _, _ in stored}

    written = write_reports(demo_connection, tmp_path, FulfillmentRules(), demo.as_of, demo.now)
    columns = unpacked(written.page.read_text(encoding="utf-8"), "lines")
    page = zip(columns["id"], columns["shortfall"], columns["value_at_risk_eur"], strict=True)
    assert [(line_id, number(short), number(risk)) for line_id, short, risk in page] == [
        (line_id.replace("-", ""), *pair) for line_id, pair in figures.items()
    ]

    book = openpyxl.load_workbook(written.workbook)
    header, *rows = book["Lines"].iter_rows(values_only=True)
    rows += list(book["Not judged"].iter_rows(values_only=True))[1:]
    at = {str(name): place for place, name in enumerate(header)}
    assert {
        row[at["ID"]]: (digits(row[at["Shortfall"]]), digits(row[at["Value at risk €"]])) for row in rows
    } == {line_id: (digits(short), digits(risk)) for line_id, (short, risk) in figures.items()}

    terminal, _ = fulfillment.rows(
        settings, as_of=demo.as_of, contract="now", known="now", kind=None, band=None
    )
    assert {str(r["line_id"]): (r["shortfall"], r["value_at_risk_eur"]) for r in terminal} == figures

    shown = web_ui(settings, demo)["fulfillment"]
    ended = [(short, risk) for _, short, risk, covered, over in stored if covered and over]
    assert shown["shortfall of ended lines, impressions"] == pytest.approx(float(sum(s for s, _ in ended)))
    assert shown["shortfall of ended lines €"] == pytest.approx(float(sum(r for _, r in ended)), abs=1e-4)
    (at_risk,) = demo_connection.execute(
        "SELECT sum(value_at_risk_eur) FROM fulfillment WHERE covered"
    ).fetchall()
    assert shown["value at risk, live and ended €"] == pytest.approx(float(at_risk[0]), abs=1e-4)
    assert status.facts(settings)["fulfillment"]["value_at_risk_eur"] == at_risk[0]


def web_ui(settings: Settings, demo: Demo) -> dict[str, dict[str, Any]]:
    """The metadata of each table as the web UI gets them."""
    result = RefreshResult(demo.as_of, full=True, day_changed=False, computed=0, changed=0, removed=0)
    tables = fulfillment_metadata.tables(Campfill(settings, demo.url), result, seconds=1.0)
    return {table: {name: fact.value for name, fact in facts.items()} for table, facts in tables.items()}


def number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def digits(value: Any) -> str | None:
    """The 14 digits that survive a spreadsheet for sure."""
    return None if value is None else f"{float(value):.14g}"
