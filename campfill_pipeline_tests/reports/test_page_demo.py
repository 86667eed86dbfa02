"""The simulated publisher's page, clicked through as in docs/tour.md and compared with the database behind it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from campfill_pipeline.domain.fulfillment import FulfillmentRules
from campfill_pipeline.reports.both import write_reports
from campfill_pipeline.reports.payload import exact
from campfill_pipeline_tests.reports.conftest import Demo, Library, Reader

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def path(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo")
    with psycopg.connect(demo.url, options="-c search_path=campfill") as connection:
        return write_reports(connection, folder, FulfillmentRules(), demo.as_of, demo.now).page


@pytest.fixture(scope="module")
def reader(reading_room: Library, path: Path) -> Reader:
    return reading_room.read(path)


@pytest.fixture
def ask(demo: Demo) -> Any:
    """Ask the database; answers a list of rows as dictionaries."""

    def answer(query: str, *values: object) -> list[dict[str, Any]]:
        with psycopg.connect(demo.url, options="-c search_path=campfill", row_factory=dict_row) as connection:
            return connection.execute(query.encode(), values).fetchall()

    return answer


def test_the_worst_guaranteed_line_is_five_clicks_away_with_cause_euros_and_row(
    reader: Reader, ask: Any
) -> None:
    worst = ask(
        """SELECT f.*, l.name, l.sheet, l.row_no, c.cause, c.evidence
           FROM fulfillment f JOIN line_register l USING (line_no) JOIN shortfall_cause c USING (line_id)
           WHERE f.covered AND f.purchase_type = 'guaranteed' AND f.lifecycle LIKE 'ended%%'
           ORDER BY f.shortfall DESC, f.line_id LIMIT 1"""
    )[0]
    tab = reader.tab
    reader.go("/")
    tab.get_by_role("link", name="Lines", exact=True).click()
    reader.wait("/lines")
    tab.get_by_label("Purchase type").select_option("guaranteed")
    tab.wait_for_selector('main[data-shown*="purchase=guaranteed"]')
    tab.locator("table.list tbody tr").first.get_by_role("link").click()
    reader.wait(f"/line/{worst['line_id']}")
    assert reader.text("h1") == worst["name"]
    figures = reader.exact(".tiles")
    for column in (
        "impression_goal",
        "delivered",
        "fulfillment_pct",
        "shortfall",
        "billable_eur",
        "value_at_risk_eur",
    ):
        assert exact(worst[column]) in figures, column
    assert f"lines.xlsx, sheet {worst['sheet']}, row {worst['row_no']}" in reader.text(".contract")
    assert reader.tab.locator(".cause .named").count() == 1
    shown = reader.exact('.funnel tr[data-stage="bids"] td')
    assert shown[0] == str(worst["evidence"]["figures"]["bids"])


def test_windows_cards_and_trend_are_those_of_the_database(reader: Reader, demo: Demo, ask: Any) -> None:
    for period in ("7d", "30d", "this_year"):
        reader.go(f"/?period={period}")
        stored = "SELECT * FROM fulfillment_window WHERE as_of = %s AND period = %s AND lines > 0"
        for window in ask(stored, demo.as_of, period):
            shown = reader.exact(f'[data-card="{window["kind"]}/{window["purchase_type"]}"]')
            assert shown[:3] == [
                exact(window["fulfilled_pct"]),
                str(window["fulfilled"]),
                str(window["lines"]),
            ]
            assert shown[-2:] == [exact(window["delivered_pct"]), exact(window["capped_pct"])]
    trend = ask(
        "SELECT * FROM fulfillment_trend WHERE kind = 'all' AND purchase_type = 'all' AND day = %s",
        demo.as_of,
    )[0]
    assert (
        reader.exact('[data-card="all/all"] .trend') == []
    )  # it is that of seven days, and stands beside them only
    reader.go("/?period=7d")
    assert reader.exact('[data-card="all/all"] .trend') == [exact(trend["change"])]


def test_the_split_by_side_is_that_of_the_database(reader: Reader, demo: Demo, ask: Any) -> None:
    reader.go("/?period=this_year")
    sides = ask(
        """SELECT COALESCE(c.side, 'none') AS side, count(*) AS lines, sum(shortfall) AS short,
                  sum(value_at_risk_eur) AS eur
           FROM fulfillment f LEFT JOIN shortfall_cause c USING (line_id)
           WHERE covered AND shortfall > 0 AND f.end_date >= date_trunc('year', %s::date) AND f.end_date < %s
           GROUP BY 1""",
        demo.as_of,
        demo.as_of,
    )
    assert len(sides) >= 3
    for row in sides:
        shown = reader.exact(f'tr[data-side="{row["side"]}"] td')
        assert shown == [exact(row["short"]), exact(row["eur"]), str(row["lines"])]


def test_each_day_of_a_line_is_shown_as_it_was_delivered(reader: Reader, ask: Any) -> None:
    line_id = ask(
        "SELECT line_id FROM shortfall_cause WHERE cause = 'low_audience' ORDER BY missing DESC LIMIT 1"
    )[0]["line_id"]
    reader.go(f"/line/{line_id}")
    days = ask("SELECT * FROM delivery_daily WHERE line_id = %s ORDER BY day", line_id)
    reader.tab.get_by_text("The same as a table").click()
    shown = reader.exact("table.days tbody")
    expected = [
        value
        for day in days
        for value in (exact(day["impressions"]), str(day["bids"]), str(day["wins"]), str(day["plays"]))
    ]
    assert shown == expected
    sites = ask(
        """SELECT site, sum(impressions) AS impressions FROM delivery_hourly WHERE line_id = %s
           GROUP BY site ORDER BY 2 DESC LIMIT 15""",
        line_id,
    )
    assert reader.exact("table.sites td:nth-child(2)") == [exact(site["impressions"]) for site in sites]
    assert reader.complaints == []


def test_what_needs_attention_leads_to_its_line(reader: Reader, ask: Any) -> None:
    reader.go("/")
    first = reader.tab.locator("table.attention tbody tr").first
    line_id = first.get_attribute("data-line")
    reason = first.locator("td").first.inner_text()
    first.get_by_role("link").click()
    reader.wait(f"/line/{line_id}")
    assert reason in reader.text(".why-today")
    row = ask("SELECT purchase_type, value_at_risk_eur FROM fulfillment WHERE line_id = %s", line_id)[0]
    assert row["purchase_type"] == "guaranteed"
    assert exact(row["value_at_risk_eur"]) in reader.exact(".tiles")
