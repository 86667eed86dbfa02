"""A figure of a line is shown everywhere or nowhere: each test says what to do next where one was forgotten."""

from datetime import date
from pathlib import Path

import psycopg

from campfill_pipeline.domain import figures
from campfill_pipeline.domain.figures import NO_ZERO, SHOWN, Packed, Stored
from campfill_pipeline.domain.fulfillment import FulfillmentRules
from campfill_pipeline.reports import payload, workbook
from campfill_pipeline.reports.workbook_tables import NUMBER_FORMATS
from campfill_pipeline.warehouse.figures.fulfillment import compute
from campfill_pipeline.warehouse.readers import catalog
from campfill_pipeline_tests.reports.invented import invent
from campfill_pipeline_tests.warehouse.facts import add_line

PAGE_ONLY = {
    "agency", "start_date", "delivered_before", "best_week_daily", "reachable", "revision", "upload_id", "sheet",
}  # fmt: skip
"""What the page needs for its sentences and links, and the workbook has no column for."""


def test_every_column_of_the_table_is_shown_or_named_as_kept_inside(connection: psycopg.Connection) -> None:
    columns = {column.name for column in catalog.describe(connection, "fulfillment").columns}
    known = {
        *figures.stored(),
        "refreshed_at",
        "currency",
    }  # when a row was written, and in what its money is
    missing, gone = columns - known, known - columns
    assert not missing, f"enter {sorted(missing)} in LineRow of domain/figures.py (recipe: CONTRIBUTING.md)"
    assert not gone, f"domain/figures.py names {sorted(gone)}, which table fulfillment does not have: migrate"


def test_the_page_gets_everything_that_is_shown() -> None:
    data = invent(3)
    columns = payload.line_columns(data, data.lines, {}, {})
    left_out = {item.name for item in SHOWN if item.name != "upload_id"} - set(columns)
    assert not left_out, f"{sorted(left_out)} is left out of the page: mend its `packed` in domain/figures.py"
    assert "upload" in columns


def test_the_workbook_has_a_column_for_everything_but_what_serves_the_page_alone() -> None:
    without = {item.name for item in SHOWN} - {column.field for column in workbook.LINE_COLUMNS}
    forgotten = without - PAGE_ONLY
    assert not forgotten, f"give {sorted(forgotten)} a header, kind and width in LineRow of domain/figures.py"
    assert all(column.kind in NUMBER_FORMATS and column.width for column in workbook.LINE_COLUMNS)


def test_no_new_figure_says_0_of_a_line_of_which_nothing_is_known(connection: psycopg.Connection) -> None:
    add_line(connection, goal=1000, start=date(2026, 5, 1), end=date(2026, 5, 10))
    (line,) = compute(connection, FulfillmentRules(), as_of=date(2026, 5, 4))
    assert line["band"] == "no_data" and not line["days_fetched"]
    exact = {item.name for item in SHOWN if item.stored is Stored.FULFILLMENT and item.packed is Packed.EXACT}
    told = {name for name in exact if line[name] == 0} - set(NO_ZERO)
    assert not told, f"name {sorted(told)} in NO_ZERO of domain/figures.py: its 0 would say that none came"


def test_impressions_and_money_travel_exactly() -> None:
    exact = ("impressions", "euros", "cpm", "share", "factor")
    assert all(item.packed is Packed.EXACT for item in SHOWN if item.kind in exact)


def test_every_figure_is_defined_in_words() -> None:
    page = (Path(__file__).parents[2] / "docs" / "fulfillment.md").read_text(encoding="utf-8")
    counted = {
        item.name for item in SHOWN if item.stored is Stored.FULFILLMENT and item.packed is Packed.EXACT
    }
    undefined = sorted(name for name in counted if f"`{name}`" not in page)
    assert not undefined, f"define {undefined} in the table of docs/fulfillment.md, in words"
