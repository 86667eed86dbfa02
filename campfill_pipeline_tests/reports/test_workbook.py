"""The workbook as somebody opens it: real numbers and dates, filters, bars, a chart, no warning in LibreOffice."""

from __future__ import annotations

import shutil
import subprocess
import zipfile
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import psycopg
import pytest
from openpyxl.workbook import Workbook

from campfill_pipeline.domain.fulfillment import FulfillmentRules
from campfill_pipeline.reports import workbook
from campfill_pipeline.reports.both import write_reports
from campfill_pipeline.warehouse.readers.page.rows import LineRow, PageData
from campfill_pipeline_tests.reports.conftest import Demo
from campfill_pipeline_tests.reports.invented import NOW, invent

# openpyxl does not know the bars of Excel 2010, which Excel and LibreOffice do.
pytestmark = pytest.mark.filterwarnings("ignore:.*xtension is not supported")

SOFFICE = shutil.which("soffice") or shutil.which("libreoffice")
HOSTILE = ('=HYPERLINK("http://x.example","a")', "+1+1", "-2+3", "@SUM(A1)", "=1+1")


def hostile(data: PageData) -> PageData:
    """The same with names that a spreadsheet could take for formulas."""
    judged = [line for line in data.lines if line.covered and line.lifecycle != "scheduled"]
    named = {line.id: name for line, name in zip(judged, HOSTILE, strict=False)}
    lines = (
        replace(line, name=named[line.id], advertiser=named[line.id]) if line.id in named else line
        for line in data.lines
    )
    return replace(data, lines=tuple(lines))


@pytest.fixture(scope="module")
def data() -> PageData:
    invented = hostile(invent(400))
    return replace(invented, losses=tuple(reversed(invented.losses)))  # the database has no order of its own


@pytest.fixture(scope="module")
def written(data: PageData, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("book") / "fulfillment.xlsx"
    workbook.render(data, path, NOW)
    return path


@pytest.fixture(scope="module")
def book(written: Path) -> Workbook:
    return openpyxl.load_workbook(written)


def table(sheet: Any, header_row: int = 1) -> list[dict[str, object]]:
    header, *rows = sheet.iter_rows(min_row=header_row, values_only=True)
    return [dict(zip((str(name) for name in header), row, strict=True)) for row in rows]


def test_the_sheets_are_summary_lines_attention_causes_reconciliation(book: Workbook) -> None:
    assert book.sheetnames == [
        "Summary",
        "Lines",
        "Attention",
        "Care",
        "Causes",
        "Incidents",
        "Reconciliation",
        "Second count",
        "Not judged",
    ]


def test_every_line_is_there_worst_first_with_numbers_and_dates(book: Workbook, data: PageData) -> None:
    rows = table(book["Lines"]) + table(book["Not judged"])
    groups: tuple[list[LineRow], ...] = ([], [], [])
    for line in data.lines:  # judged, not begun, not judged: each worst first
        groups[1 if line.lifecycle == "scheduled" else 0 if line.covered else 2].append(line)
    lines = [line for group in groups for line in group]
    assert len(table(book["Not judged"])) == len(groups[2]) > 0
    assert [row["ID"] for row in rows] == [str(line.id) for line in lines]
    for row, line in zip(rows, lines, strict=True):
        assert row["Goal"] == line.impression_goal
        if line.nothing_known:  # no zero that would say that none came
            empty = ("Delivered", "Fulfilled", "Billable €", "Pacing index", "Projected")
            assert {row[name] for name in empty} == {None} and row["Pace"] in (None, "unmeasured")
        else:
            assert row["Delivered"] == float(line.delivered)
            assert row["Fulfilled"] == pytest.approx(float(line.fulfillment_pct / 100), rel=1e-14)
        assert row["Shortfall"] == float(line.shortfall)
        assert row["Value at risk €"] == (
            None if line.value_at_risk_eur is None else float(line.value_at_risk_eur)
        )
        assert row["End"] == datetime.combine(line.end_date, datetime.min.time())
        assert (row["Band"], row["Kind"], row["Covered"]) == (line.band, line.kind, line.covered)


def test_text_that_looks_like_a_formula_stays_text(book: Workbook) -> None:
    for at, name in enumerate(HOSTILE, 2):
        cell = book["Lines"].cell(at, 1)
        assert (cell.value, cell.data_type) == (name, "s")


def test_headers_are_frozen_and_every_list_can_be_filtered(book: Workbook) -> None:
    for name in ("Lines", "Attention", "Causes", "Reconciliation", "Not judged"):
        sheet = book[name]
        assert sheet.freeze_panes == "B2"
        assert sheet.auto_filter.ref == sheet.dimensions or sheet.max_row == 1


def test_numbers_have_formats(book: Workbook) -> None:
    sheet = book["Lines"]
    formats = {str(cell.value): sheet.cell(2, at).number_format for at, cell in enumerate(sheet[1], 1)}
    assert formats["Fulfilled"] == "0.0%"
    assert formats["End"] == "dd.mm.yyyy"
    assert formats["Goal"] == "#,##0"
    assert formats["Value at risk €"] == "#,##0.00"


def test_bars_and_a_chart_show_sizes(written: Path) -> None:
    with zipfile.ZipFile(written) as archive:
        assert b"dataBar" in archive.read("xl/worksheets/sheet2.xml")
        assert "xl/charts/chart1.xml" in archive.namelist()


def test_the_summary_holds_the_windows_of_the_page(book: Workbook, data: PageData) -> None:
    rows = list(book["Summary"].iter_rows(min_row=8, max_row=7 + len(data.windows), values_only=True))
    for row, window in zip(rows, data.windows, strict=True):
        assert row[1:5] == (window.kind, window.purchase_type, window.lines, window.fulfilled)
        expected = (
            None
            if window.fulfilled_pct is None
            else pytest.approx(float(window.fulfilled_pct / 100), rel=1e-14)
        )
        assert row[5] == expected


def test_the_shortfall_by_kind_of_problem_reads_from_the_latest_window_on(book: Workbook) -> None:
    sides = ("System", "Resources", "Unknown", "No verdict")
    rows = [row[:2] for row in book["Summary"].iter_rows(values_only=True) if row[1] in sides]
    periods = ("last 7 days", "last 30 days", "this year")
    assert rows == [(period, side) for period in periods for side in sides if (period, side) in rows]
    assert {period for period, _ in rows} == set(periods)


def test_an_empty_warehouse_gives_a_workbook_too(tmp_path: Path) -> None:
    nothing = replace(invent(0), trend=(), attention=(), reconciliation=(), uploads=())
    workbook.render(nothing, tmp_path / "empty.xlsx", NOW)
    assert openpyxl.load_workbook(tmp_path / "empty.xlsx")["Lines"].max_row == 1


@pytest.mark.skipif(SOFFICE is None, reason="needs LibreOffice: its program soffice is not in PATH")
def test_libreoffice_opens_it_and_reads_the_same_cells(written: Path, data: PageData, tmp_path: Path) -> None:
    assert SOFFICE is not None
    done = subprocess.run(
        [
            SOFFICE, f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless", "--convert-to",
            "xlsx:Calc MS Excel 2007 XML", "--outdir", str(tmp_path / "out"), str(written),
        ],
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    said = [row for row in done.stderr.lower().splitlines() if "javaldx" not in row]  # Java is of no use here
    assert not [row for row in said if "warn" in row or "error" in row]
    # Read only: openpyxl cannot read the chart as LibreOffice writes it, which is not what is asked here.
    converted = openpyxl.load_workbook(tmp_path / "out" / written.name, read_only=True)
    rows = table(converted["Lines"])
    assert [row["Line"] for row in rows[: len(HOSTILE)]] == list(HOSTILE)
    lines = {str(line.id): line for line in data.lines}
    assert len(rows) + len(table(converted["Not judged"])) == len(lines)
    for row in rows:
        line = lines[str(row["ID"])]
        assert Decimal(str(row["Shortfall"])) == pytest.approx(line.shortfall, rel=Decimal("1e-14"))
        assert row["End"] == datetime.combine(line.end_date, datetime.min.time())


def test_the_workbook_of_a_database_holds_its_figures(
    demo: Demo, demo_connection: psycopg.Connection, tmp_path: Path
) -> None:
    written = write_reports(demo_connection, tmp_path, FulfillmentRules(), demo.as_of, demo.now)
    book = openpyxl.load_workbook(written.workbook)
    rows = table(book["Lines"]) + table(book["Not judged"])
    stored = demo_connection.execute(
        """SELECT line_id::text, shortfall, delivered, band = 'no_data' AND days_fetched = 0
                  AND lifecycle NOT IN ('scheduled', 'cancelled') AS nothing_known FROM fulfillment
           ORDER BY lifecycle <> 'scheduled' AND NOT covered, lifecycle = 'scheduled', shortfall DESC, line_id"""
    ).fetchall()
    assert [(row["ID"], row["Shortfall"], row["Delivered"]) for row in rows] == [
        (line_id, float(shortfall), None if nothing_known else float(delivered))
        for line_id, shortfall, delivered, nothing_known in stored
    ]
    causes = demo_connection.execute(
        "SELECT count(*) FROM shortfall_cause WHERE cause <> 'not_fetched'"
    ).fetchone()
    assert causes == (len(table(openpyxl.load_workbook(written.workbook)["Causes"])),)
