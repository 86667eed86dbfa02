"""Dropped exports: what they refuse stays, and days are whole by the hours of all of them together."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

import psycopg
import pyarrow as pa
import pytest

from campfill_pipeline.domain.report_rows import Refusal, RefusedKey, RefusedRow
from campfill_pipeline.domain.whole_days import is_reached, reached
from campfill_pipeline.warehouse.delivery.export import store_export
from campfill_pipeline_tests.warehouse.delivery_rows import BERLIN, CAMPAIGN, Row, all_of, at, table

ARRIVED = datetime(2025, 8, 20, tzinfo=UTC)
HOUR = timedelta(hours=1)


def row(hour: datetime, impressions: int = 10) -> Row:
    return Row(hour, site="", impressions=Decimal(impressions), bids=None, wins=None, plays=None)


def utc_day(day: int, hours: Sequence[int] = range(24)) -> list[Row]:
    return [row(at(f"2025-08-{day:02}T{hour:02}:00")) for hour in hours]


def drop(connection: psycopg.Connection, rows: list[Row], refused: Sequence[RefusedRow] = ()) -> None:
    store_export(
        connection, upload_id=uuid4(), rows=table(rows), timezone=BERLIN, now=ARRIVED, refused=refused
    )


def refusal(hour: datetime | None, campaign: str | None = CAMPAIGN) -> RefusedRow:
    reason = Refusal("impressions", "Total Impressions", "abc", "not_a_number", "abc is no number.")
    return RefusedRow(4, (reason,), "", RefusedKey(hour, "", campaign, None, campaign is not None))


def complete(connection: psycopg.Connection) -> list[int]:
    found = all_of(connection, "SELECT day FROM delivery_fetch WHERE status = 'complete' ORDER BY day")
    return [day.day for (day,) in found if isinstance(day, date)]


def total(connection: psycopg.Connection) -> object:
    return all_of(connection, "SELECT sum(impressions) FROM report_hour")[0][0]


@pytest.mark.parametrize("key", [at("2025-08-05T03:00"), None])
def test_a_rejected_row_of_a_whole_day_keeps_its_earlier_value(
    connection: psycopg.Connection, key: datetime | None
) -> None:
    drop(connection, [*utc_day(4), *utc_day(5), *utc_day(6)])
    rows = [row(one.hour_utc, 11) for one in (*utc_day(4), *utc_day(5), *utc_day(6))]
    without = [one for one in rows if one.hour_utc != at("2025-08-05T03:00")]
    drop(connection, without, [refusal(key)])
    assert total(connection) == 71 * 11 + 10
    assert all_of(connection, "SELECT FROM restatement WHERE after IS NULL") == []


def test_a_row_that_is_not_there_at_all_is_gone(connection: psycopg.Connection) -> None:
    rows = [*utc_day(4), *utc_day(5), *utc_day(6)]
    drop(connection, rows)
    drop(connection, [one for one in rows if one.hour_utc.hour != 3], [refusal(at("2025-08-05T03:00"))])
    assert total(connection) == 71 * 10  # the 4th is cut, the 5th keeps its refused row, the 6th lost one


def test_rejected_rows_are_listed_until_a_later_export_tells_them(connection: psycopg.Connection) -> None:
    rows = utc_day(5)
    drop(connection, rows[1:], [refusal(rows[0].hour_utc)])
    assert all_of(connection, "SELECT count(*) FROM report_refusal") == [(1,)]
    assert all_of(connection, "SELECT sum(refused) FROM delivery_fetch") == [(1,)]
    drop(connection, rows)
    assert all_of(connection, "SELECT count(*) FROM report_refusal") == [(0,)]


def test_exports_of_utc_days_complete_the_local_days_between_them(connection: psycopg.Connection) -> None:
    for day in (7, 4, 6, 5):  # in whatever order they come
        drop(connection, utc_day(day))
    assert complete(connection) == [5, 6, 7]


def test_a_missing_export_leaves_both_days_that_it_reaches_into_open(connection: psycopg.Connection) -> None:
    for day in (4, 5, 7, 8):
        drop(connection, utc_day(day))
    assert complete(connection) == [5, 8]


def test_an_export_of_weekdays_says_nothing_of_the_weekend(connection: psycopg.Connection) -> None:
    # 2025-08-08 is a Friday. Two hours of it in UTC are Saturday in Berlin.
    drop(connection, [one for day in (7, 8, 11, 12) for one in utc_day(day)])
    assert complete(connection) == [8, 12]


def test_silent_hours_within_an_export_are_no_hole(connection: psycopg.Connection) -> None:
    drop(connection, [one for day in (4, 5, 6, 7) for one in utc_day(day, (7, 20))])
    assert complete(connection) == [5, 6]


def test_exports_that_do_not_meet_leave_the_day_open(connection: psycopg.Connection) -> None:
    drop(connection, [*utc_day(4), *utc_day(5, range(12))])
    drop(connection, [*utc_day(5, range(14, 24)), *utc_day(6)])
    assert complete(connection) == [6]


def test_what_is_reached_never_holds_an_hour_outside_the_exports() -> None:
    hours = [at("2025-08-04T00:00") + n * HOUR for n in (0, 1, 2, 9, 80, 81)]
    exports = [(hours[0], hours[3] + HOUR), (hours[3], hours[5] + HOUR)]
    found = reached(hours, exports, BERLIN)
    assert found[0] == (hours[0], at("2025-08-04T22:00"))
    assert found[1] == (at("2025-08-07T00:00"), hours[5] + HOUR)
    assert is_reached((hours[1], hours[3]), found)
    assert not is_reached((hours[1], hours[4]), found)


def test_the_span_of_an_export_is_told_by_its_rows_though_none_of_a_batch_was_accepted(
    connection: psycopg.Connection, tmp_path: Path
) -> None:
    rows, file = table(utc_day(5)), tmp_path / "rows.arrow"
    with pa.ipc.new_stream(str(file), rows.schema) as stream:
        for part in (rows.slice(0, 0), rows.slice(0, 12), rows.slice(0, 0), rows.slice(12)):
            stream.write_table(part) if part.num_rows else stream.write_batch(
                pa.RecordBatch.from_pylist([], schema=rows.schema)
            )
    store_export(connection, upload_id=uuid4(), rows=file, timezone=BERLIN, now=ARRIVED)
    drop(connection, utc_day(4))
    drop(connection, utc_day(6))
    assert (complete(connection), total(connection)) == ([5, 6], 720)
