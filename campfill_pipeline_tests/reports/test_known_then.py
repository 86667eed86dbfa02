"""A report of a past day as it was known then: figures of then, said in its head, harmless."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import psycopg
from python_calamine import CalamineWorkbook

from campfill_pipeline.domain.fulfillment import FulfillmentRules
from campfill_pipeline.reports.both import write_reports
from campfill_pipeline.warehouse.figures.fulfillment import compute
from campfill_pipeline.warehouse.readers.page import reading as page
from campfill_pipeline_tests.reports.conftest import Demo, Library

RULES = FulfillmentRules()
FIGURES = (
    "delivered", "delivered_before", "fulfillment_pct", "expected", "pacing_index", "projected", "value_at_risk_eur",
    "band", "pace", "lifecycle", "covered", "days_fetched", "elapsed_days", "effective_start",
)  # fmt: skip
KEPT = (
    "report_hour", "report_day", "line_day", "site_day", "delivery_fetch", "export_span", "report_refusal",
    "fulfillment", "fulfillment_state", "shortfall_cause", "reconciliation", "incident", "line_register", "line_dirty",
    "report_overview",
)  # fmt: skip


def everything(connection: psycopg.Connection) -> dict[str, object]:
    return {
        table: connection.execute(
            f"SELECT count(*), sum(hashtext(t::text)) FROM {table} t".encode()
        ).fetchone()
        for table in KEPT
    }


def summary_row(workbook: Path) -> list[str]:
    """The second row of the first sheet: the day."""
    rows = CalamineWorkbook.from_path(workbook).get_sheet_by_name("Summary").to_python(skip_empty_area=False)
    return [str(value) for value in rows[1]]


def test_the_page_of_what_was_known_then_shows_the_figures_of_then_says_so_and_changes_nothing(
    demo: Demo, demo_connection: psycopg.Connection, library: Library, tmp_path: Path
) -> None:
    day = demo.as_of - timedelta(days=5)
    before = everything(demo_connection)
    expected = {row["line_id"]: row for row in compute(demo_connection, RULES, as_of=day, known="then")}
    with page.state_as_of(demo_connection, RULES, as_of=day, now=demo.now, known="then") as known_by:
        assert known_by is None
        data = page.load(demo_connection, RULES, as_of=day)
    assert len(data.lines) == len(expected) > 100
    for line in data.lines:
        for name in FIGURES:
            assert getattr(line, name) == expected[line.id][name], (line.name, name)
    # Each day is fetched in the night after it: its evening was not known at its own end.
    assert data.freshness.complete_through == day - timedelta(days=1)
    assert data.freshness.fetched_at and data.freshness.fetched_at.date() == day
    demo_connection.rollback()

    written = write_reports(demo_connection, tmp_path, RULES, day, demo.now, known="then")
    assert everything(demo_connection) == before
    reader = library.read(written.page)
    assert "as known then" in reader.text("#stamp")
    for level in ("/", "/lines", "/compare"):
        reader.go(level)
        assert "arrived or was corrected after the end of this day is left out" in reader.text("#known")
    assert reader.tab.locator("#old").is_hidden() and not reader.complaints
    german = library.read(written.page, locale="de-DE").text("#known")
    assert german.startswith("Damaliger Stand. Später eingegangene") and "Delivery" not in german
    summary = summary_row(written.workbook)
    assert summary[2].startswith("as known then: Delivery that arrived")

    today = write_reports(demo_connection, tmp_path / "today", RULES, demo.as_of, demo.now)
    assert library.read(today.page).tab.locator("#known").count() == 0
    assert summary_row(today.workbook)[2:3] in ([], [""])
