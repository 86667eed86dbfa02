"""A dropped CSV export is stored by the same rules, and stands back where the API has rows."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pyarrow as pa
import pytest

from campfill_pipeline.domain.fulfillment import FulfillmentRules
from campfill_pipeline.warehouse.delivery.attribution import attribute
from campfill_pipeline.warehouse.delivery.day import StoreResult, store_export
from campfill_pipeline.warehouse.delivery.errors import ContradictingRowsError
from campfill_pipeline.warehouse.figures.fulfillment import compute
from campfill_pipeline_tests.warehouse.delivery_rows import (
    CAMPAIGN,
    DEAL,
    Row,
    add_line,
    all_of,
    at,
    store,
    table,
)

DAY = date(2025, 8, 4)
FIRST, NOON, LAST = at("2025-08-03T22:00"), at("2025-08-04T12:00"), at("2025-08-04T21:00")
DAILY = "SELECT day, source, impressions, bids FROM delivery_daily ORDER BY day"
LATER = at("2025-09-01T00:00")


def line(hour: datetime, campaign: str = CAMPAIGN, impressions: str = "1") -> Row:
    return Row(hour, "", campaign, None, Decimal(impressions), None, None, None)


def drop(connection: psycopg.Connection, rows: Iterable[Row], now: datetime = LATER) -> StoreResult:
    result = store_export(connection, upload_id=uuid4(), rows=table(rows), timezone="Europe/Berlin", now=now)
    connection.commit()
    return result


def coverage(connection: psycopg.Connection) -> list[tuple[object, ...]]:
    return all_of(
        connection, "SELECT day, status, rows FROM delivery_fetch WHERE source = 'csv' ORDER BY day"
    )


def test_the_api_counts_before_the_export_by_line_and_day(connection: psycopg.Connection) -> None:
    attribute(connection, [add_line(connection, CAMPAIGN), add_line(connection, DEAL)])
    drop(
        connection,
        [
            line(NOON, impressions="100"),
            line(NOON, DEAL, "200"),
            line(at("2025-08-05T12:00"), impressions="300"),
        ],
    )
    assert all_of(connection, DAILY) == [
        (DAY, "csv", Decimal(100), None),
        (DAY, "csv", Decimal(200), None),
        (date(2025, 8, 5), "csv", Decimal(300), None),
    ]
    # One row of nothing is a row: that day of that line is the API's.
    store(connection, DAY, [Row(at("2025-08-04T03:00"), impressions=Decimal(0))])
    assert sorted(all_of(connection, DAILY)) == [
        (DAY, "api", Decimal(0), 10),
        (DAY, "csv", Decimal(200), None),
        (date(2025, 8, 5), "csv", Decimal(300), None),
    ]
    # And it is the export's again when the API has none any more.
    store(connection, DAY, [])
    assert (DAY, "csv", Decimal(100), None) in all_of(connection, DAILY)


def test_only_days_the_export_reaches_over_are_complete(connection: psycopg.Connection) -> None:
    result = drop(connection, [line(at(f"2025-08-{day:02}T12:00")) for day in (4, 5, 6, 8)])
    assert result.status == "partial"
    assert coverage(connection) == [
        (date(2025, 8, 4), "partial", 1),
        (date(2025, 8, 5), "complete", 1),
        (date(2025, 8, 6), "complete", 1),
        (date(2025, 8, 8), "partial", 1),
    ]
    assert drop(connection, [line(FIRST), line(NOON), line(LAST)]).status == "complete"


def test_a_day_that_was_not_over_when_the_export_came_is_partial(connection: psycopg.Connection) -> None:
    assert drop(connection, [line(FIRST), line(LAST)], now=at("2025-08-04T21:59")).status == "partial"
    assert drop(connection, [line(FIRST), line(LAST)], now=at("2025-08-04T22:00")).status == "complete"


def known_days(connection: psycopg.Connection, as_of: date, **knowledge: Any) -> dict[str, tuple[int, bool]]:
    found = compute(connection, FulfillmentRules(), as_of=as_of, **knowledge)
    return {str(row["line_id"]): (row["days_fetched"], row["covered"]) for row in found}


def test_an_export_speaks_only_for_the_lines_in_it(connection: psycopg.Connection) -> None:
    start, end = date(2025, 8, 4), date(2025, 8, 5)
    lines = [add_line(connection, name, start=start, end=end) for name in (CAMPAIGN, DEAL)]
    attribute(connection, lines)
    filtered = [line(at(f"2025-08-0{day}T12:00")) for day in (3, 4, 6)]
    # Nothing of the first on the 5th: that is known, too, as the export reaches over it.
    drop(connection, [*filtered, line(at("2025-08-05T12:00"), "of-no-line")])
    assert known_days(connection, date(2025, 8, 9)) == {CAMPAIGN: (2, True), DEAL: (0, False)}
    # A later export of the other deal adds to what is known; it takes nothing from the first.
    drop(connection, [line(FIRST, DEAL), line(at("2025-08-05T21:00"), DEAL)], now=at("2025-09-02T00:00"))
    assert known_days(connection, date(2025, 8, 9)) == {CAMPAIGN: (2, True), DEAL: (2, True)}
    then = known_days(connection, LATER.date(), known="then")
    assert then == {CAMPAIGN: (2, True), DEAL: (0, False)}
    # Two halves of a day are a day only for the line that both of them hold.
    connection.execute("TRUNCATE export_span")
    drop(connection, [line(FIRST), line(NOON)], now=at("2025-09-03T00:00"))
    drop(connection, [line(at("2025-08-04T13:00")), line(at("2025-08-05T21:00"))], now=at("2025-09-03T00:00"))
    assert known_days(connection, date(2025, 8, 9))[CAMPAIGN] == (2, True)


def test_a_whole_export_speaks_for_lines_that_are_not_in_it_too(connection: psycopg.Connection) -> None:
    start, end = date(2025, 8, 4), date(2025, 8, 5)
    lines = [add_line(connection, name, start=start, end=end) for name in (CAMPAIGN, DEAL)]
    attribute(connection, lines)
    connection.execute("TRUNCATE line_dirty")
    rows = [line(at(f"2025-08-0{day}T12:00")) for day in (3, 4, 5, 6)]
    store_export(
        connection, upload_id=uuid4(), rows=table(rows), timezone="Europe/Berlin", now=LATER, whole=True
    )
    both = {CAMPAIGN: (2, True), DEAL: (2, True)}
    assert known_days(connection, date(2025, 8, 9)) == both
    assert known_days(connection, LATER.date(), known="then") == both
    assert all_of(connection, "SELECT count(*) FROM line_dirty") == [(2,)]


def test_a_line_that_a_later_export_speaks_for_is_computed_again(connection: psycopg.Connection) -> None:
    attribute(connection, [add_line(connection, CAMPAIGN)])
    drop(connection, [line(FIRST), line(NOON), line(LAST)])
    connection.execute("TRUNCATE export_span; TRUNCATE line_dirty")
    drop(connection, [line(FIRST), line(NOON), line(LAST)], now=at("2025-09-02T00:00"))
    assert all_of(connection, "SELECT count(*) FROM line_dirty") == [(1,)]


def by_site(hour: datetime, site: str, impressions: str = "15") -> Row:
    return Row(hour, site, CAMPAIGN, None, Decimal(impressions), 10, 4, 5)


def test_figures_by_site_and_their_sum_never_add_up(connection: psycopg.Connection) -> None:
    delivered = "SELECT sum(impressions) FROM report_row"
    sites = ["Hbf A", "Hbf B", "City C"]
    drop(connection, [line(NOON, impressions="40")])  # a cut day, without sites
    drop(connection, [by_site(NOON, site) for site in sites])
    assert all_of(connection, delivered) == [(Decimal(45),)]
    drop(connection, [line(NOON, impressions="46")])
    assert all_of(connection, delivered) == [(Decimal(46),)]
    # Whole days: hours that only the earlier export had are gone, in both directions.
    drop(connection, [by_site(hour, site) for hour in (FIRST, NOON, LAST) for site in sites])
    drop(connection, [line(FIRST, impressions="1"), line(LAST, impressions="1")])
    assert all_of(connection, delivered) == [(Decimal(2),)]
    drop(connection, [by_site(FIRST, "Hbf A"), by_site(LAST, "Hbf A")])
    assert all_of(connection, delivered) == [(Decimal(30),)]


def test_an_export_of_one_site_leaves_the_others(connection: psycopg.Connection) -> None:
    drop(connection, [by_site(hour, site) for hour in (FIRST, NOON, LAST) for site in ("Hbf A", "Hbf B")])
    drop(connection, [by_site(FIRST, "Hbf A"), by_site(LAST, "Hbf A")])
    left = "SELECT site, count(*) FROM report_row GROUP BY site ORDER BY site"
    assert all_of(connection, left) == [("Hbf A", 2), ("Hbf B", 3)]


def test_a_second_export_replaces_only_the_lines_and_whole_days_in_it(connection: psycopg.Connection) -> None:
    hours = [FIRST, NOON, LAST]
    drop(connection, [*(line(hour) for hour in hours), *(line(hour, DEAL) for hour in hours)])
    result = drop(connection, [line(FIRST, impressions="5"), line(LAST)], now=at("2025-09-02T00:00"))
    assert (result.changed, result.gone, result.new, result.unchanged) == (1, 1, 0, 1)
    assert all_of(
        connection, "SELECT campaign_id, hour_utc, before, after FROM delivery_restatement ORDER BY hour_utc"
    ) == [(CAMPAIGN, FIRST, Decimal(1), Decimal(5)), (CAMPAIGN, NOON, Decimal(1), None)]
    # A cut day takes nothing away.
    assert drop(connection, [line(NOON, DEAL)], now=at("2025-09-03T00:00")).gone == 0
    assert all_of(connection, "SELECT count(*) FROM report_row") == [(5,)]


def test_the_same_export_again_changes_nothing(connection: psycopg.Connection) -> None:
    rows = [line(FIRST), line(NOON), line(LAST)]
    drop(connection, rows)
    again = drop(connection, rows)
    assert (again.new, again.changed, again.gone, again.unchanged) == (0, 0, 0, 3)
    assert all_of(connection, "SELECT * FROM delivery_restatement") == []


def test_an_export_that_contradicts_itself_is_refused_whole(connection: psycopg.Connection) -> None:
    with pytest.raises(ContradictingRowsError, match="Export the report again"):
        drop(connection, [line(NOON), line(FIRST), line(NOON, impressions="2")])
    connection.rollback()
    assert all_of(connection, "SELECT * FROM report_fetch") == []


def test_rows_are_read_from_an_arrow_stream_and_belong_to_their_upload(
    connection: psycopg.Connection, tmp_path: Path
) -> None:
    path, upload = tmp_path / "rows.arrow", uuid4()
    rows = table([line(FIRST), line(at("2025-10-01T00:00"))])
    with pa.ipc.new_stream(path, rows.schema) as writer:
        for batch in rows.to_batches(max_chunksize=1):
            writer.write_batch(batch)
    with connection.transaction():
        store_export(connection, upload_id=upload, rows=path, timezone="Europe/Berlin", now=LATER)
        store_nothing = connection.execute("SELECT count(*) FROM report_row").fetchone()
    assert store_nothing == (2,)
    assert all_of(connection, "SELECT upload_id, rows FROM report_fetch") == [(upload, 2)]


def test_an_empty_export_stores_nothing(connection: psycopg.Connection) -> None:
    assert drop(connection, []).rows == 0
