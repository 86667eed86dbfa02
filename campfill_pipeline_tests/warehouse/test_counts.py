"""Second counts beside ours in the warehouse: every part of a discrepancy, from stored hours, sites and corrections."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import psycopg

from campfill_pipeline.domain.count_days import month_of
from campfill_pipeline.domain.discrepancies import PARTS
from campfill_pipeline.warehouse.counts.comparing import compare
from campfill_pipeline.warehouse.delivery.attribution import attribute
from campfill_pipeline.warehouse.register import ledger
from campfill_pipeline_tests.warehouse.delivery_rows import CAMPAIGN, Row, add_line, at, store

Connection = psycopg.Connection[Any]
BERLIN = ZoneInfo("Europe/Berlin")
TODAY = date(2025, 9, 10)
TEN = Decimal(10)
Told = tuple[date | None, date | None, str, object]


def counted(
    connection: Connection, line: str, *rows: Told, zone: str | None = None, by: str = "buyer",
    received: datetime = datetime(2025, 9, 2, 6, tzinfo=UTC),
) -> UUID:  # fmt: skip
    """A second count in force: (first day, last day, site, impressions)."""
    upload = uuid4()
    ledger.record_arrival(
        connection, upload_id=upload, sha256=upload.hex, file_name="theirs.csv", file_bytes=1, archived_as="x",
        door="inbox", received_at=received,
    )  # fmt: skip
    for number, (first, last, site, impressions) in enumerate(rows, start=2):
        connection.execute(
            "INSERT INTO second_count (upload_id, row_no, line_id, counted_by, first_day, last_day, site,"
            " impressions, zone) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
            (upload, number, line, by, first, last, site, impressions, zone),
        )
    ledger.decide(connection, upload, ledger.Decision(status="loaded", kind="second_count"), at=received)  # type: ignore[arg-type]
    return upload


def day(number: int) -> date:
    return date(2025, 8, number)


def by_day(*figures: tuple[int, object]) -> list[Told]:
    return [(day(number), day(number), "", impressions) for number, impressions in figures]


def one(connection: Connection, **asked: Any) -> Any:
    found = compare(connection, BERLIN, today=TODAY, tolerance=TEN, **asked).rows
    assert len(found) == 1
    return found[0]


def parts(found: Any) -> dict[str, Any]:
    told = {part: getattr(found, part) for part in PARTS}
    assert sum(value for value in told.values() if value) == found.difference == found.theirs - found.ours
    return {part: value for part, value in told.items() if value != 0}


def delivered(connection: Connection, number: int, *rows: tuple[str, str, object], **more: Any) -> None:
    listed = [Row(at(hour), site=site, impressions=Decimal(str(figure))) for hour, site, figure in rows]
    store(connection, day(number), listed, **more)


def test_each_part_comes_from_what_is_stored(connection: Connection) -> None:
    attribute(connection, [add_line(connection, CAMPAIGN)])
    delivered(connection, 10, ("2025-08-09T22:00", "Hbf", 100), ("2025-08-10T10:00", "Hbf", "40.5"))
    delivered(connection, 11, ("2025-08-11T10:00", "Hbf", 200), ("2025-08-11T11:00", "Mall", 9))
    delivered(connection, 31, ("2025-08-31T10:00", "Hbf", 7), ("2025-08-31T21:00", "Hbf", 3))

    upload = counted(connection, CAMPAIGN, *by_day((10, "140.5"), (11, 190), (12, 5)))
    found = one(connection)
    assert (found.ours, found.theirs, found.first_day, found.last_day) == (
        Decimal("359.5"),
        Decimal("335.5"),
        day(1),
        day(31),
    )
    assert parts(found) == {"days_missing": 5 - 10, "sites": None, "rest": -19}
    assert (found.missing_at_us, found.missing_at_them, found.unknown, found.billed_by) == (
        1,
        1,
        ("sites",),
        "ours",
    )
    assert not found.beyond

    # Corrected after their file came: 11 August is 20 more, 10 August 0.5 less.
    later = datetime(2025, 9, 5, 6, tzinfo=UTC)
    delivered(connection, 11, ("2025-08-11T10:00", "Hbf", 220), ("2025-08-11T11:00", "Mall", 9), now=later)
    delivered(connection, 10, ("2025-08-09T22:00", "Hbf", 100), ("2025-08-10T10:00", "Hbf", 40), now=later)
    corrected = one(connection)
    assert parts(corrected) == {
        "days_missing": -5,
        "late_corrections": Decimal("-19.5"),
        "sites": None,
        "rest": -19,
    }

    # A newer file by their days: the first two hours of 10 August in Berlin are 9 August in UTC.
    counted(connection, CAMPAIGN, *by_day((9, 100), (10, 40), (11, 229), (31, 10)), zone="UTC",
            received=datetime(2025, 9, 6, 6, tzinfo=UTC))  # fmt: skip
    in_utc = one(connection)
    assert (in_utc.theirs, in_utc.zone) == (379, "UTC")
    assert parts(in_utc) == {"sites": None}
    assert parts(one(connection, month=month_of(2025, 8))) == {"sites": None}

    # By site: one that only they have, one that only we have.
    counted(
        connection, CAMPAIGN, (day(11), day(11), "hbf ", 215), (day(11), day(11), "Kiosk", 4), by="DV",
        received=datetime(2025, 8, 12, 6, tzinfo=UTC),
    )  # fmt: skip
    dv: Any = next(
        row for row in compare(connection, BERLIN, today=TODAY, tolerance=TEN).rows if row.counted_by == "DV"
    )
    assert (dv.first_day, dv.last_day, dv.ours) == (day(1), day(11), 369)
    assert parts(dv) == {"days_missing": -140, "late_corrections": -20, "sites": 4 - 9, "rest": 15}
    assert dv.beyond

    # The newest file taken back: the one before counts again.
    newest = connection.execute("SELECT upload_id FROM upload ORDER BY seq DESC OFFSET 1 LIMIT 1").fetchone()
    assert newest is not None
    connection.execute("UPDATE upload SET reverted_at = now() WHERE upload_id = %s", newest)
    assert {row.theirs for row in compare(connection, BERLIN, today=TODAY, tolerance=TEN).rows} == {
        Decimal("335.5"),
        219,
    }
    assert upload != newest[0]


def test_a_zone_counts_at_the_edges_of_a_month(connection: Connection) -> None:
    attribute(connection, [add_line(connection, CAMPAIGN)])
    # The first hour of August in Berlin is the last but one of July in UTC.
    store(
        connection,
        day(1),
        [
            Row(at("2025-07-31T22:00"), impressions=Decimal(30)),
            Row(at("2025-08-01T09:00"), impressions=Decimal(70)),
        ],
    )
    counted(
        connection, CAMPAIGN, (date(2025, 7, 31), date(2025, 7, 31), "", 30), *by_day((1, 70)), zone="UTC"
    )
    whole = one(connection)
    assert (whole.difference, parts(whole)) == (0, {"sites": None})
    august = one(connection, month=month_of(2025, 8))
    assert parts(august) == {"time_zone": -30, "sites": None}
    # Of whole days nobody knows the hours.
    connection.execute("UPDATE report_series SET source = 'b'")
    connection.execute("UPDATE line_day SET source = 'b'")
    unknown = one(connection, month=month_of(2025, 8))
    assert parts(unknown) == {"time_zone": None, "sites": None, "rest": -30}


def test_periods_and_totals_are_compared_over_their_days(connection: Connection) -> None:
    attribute(connection, [add_line(connection, CAMPAIGN)])
    for number in (1, 15, 16):
        delivered(connection, number, (f"2025-08-{number:02}T10:00", "Hbf", 100))
    counted(connection, CAMPAIGN, (day(1), day(15), "", 190), by="period")
    period = one(connection)
    assert (period.ours, period.unknown) == (200, ("days_missing", "sites"))
    assert parts(period) == {"days_missing": None, "sites": None, "rest": -10}
    month = one(connection, month=month_of(2025, 8))  # the days they did not tell are missing
    assert (month.ours, parts(month)) == (300, {"days_missing": -100, "sites": None, "rest": -10})
    counted(connection, CAMPAIGN, (None, None, "", 333), by="total")
    rows: Any = compare(connection, BERLIN, today=TODAY, tolerance=TEN, line_ids=[UUID(CAMPAIGN)]).rows
    total = next(row for row in rows if row.counted_by == "total")
    assert (total.first_day, total.last_day) == (day(1), date(2025, 9, 1))
    assert (total.ours, total.theirs, total.percent, total.beyond) == (300, 333, 11, True)
    august = compare(connection, BERLIN, today=TODAY, tolerance=TEN, month=month_of(2025, 8))
    # The line runs in August alone, so that its total is of August.
    assert {row.counted_by: row.theirs for row in august.rows} == {
        "period": 190,
        "total": 333,
    }
    connection.execute("UPDATE line_register SET end_date = '2025-09-30'")
    cut: Any = compare(connection, BERLIN, today=TODAY, tolerance=TEN, month=month_of(2025, 8))
    assert [row.counted_by for row in cut.rows] == ["period"]
    assert [(row.counted_by, row.impressions) for row in cut.left_out] == [("total", 333)]
