"""A day's report rows are stored once, by their identity, and replaced by key."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial

import psycopg
import pyarrow as pa
import pytest

from campfill_pipeline.domain.local_days import day_window
from campfill_pipeline.domain.report_rows import Refusal, RefusedRow
from campfill_pipeline.warehouse.delivery import day as delivery_day
from campfill_pipeline.warehouse.delivery import partitions, restatement, rollups
from campfill_pipeline.warehouse.delivery.arriving.staging import batches
from campfill_pipeline.warehouse.delivery.attribution import attribute
from campfill_pipeline.warehouse.delivery.day import FetchedDay, FetchFacts, store_day
from campfill_pipeline.warehouse.delivery.doubts import lines_without_rows
from campfill_pipeline.warehouse.delivery.errors import (
    ContradictingRowsError,
    FigureTooLargeError,
    RowsOutsideDayError,
)
from campfill_pipeline_tests.warehouse.delivery_rows import (
    BERLIN,
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
NOON = at("2025-08-04T12:00")


def test_two_deals_of_one_campaign_in_one_hour_are_two_rows_and_one_sum(
    connection: psycopg.Connection,
) -> None:
    attribute(connection, [add_line(connection, CAMPAIGN)])
    other = DEAL[:-1] + "2"
    result = store(
        connection,
        DAY,
        [
            Row(NOON, deal_id=DEAL, impressions=Decimal("12149.71")),
            Row(NOON, deal_id=other, impressions=Decimal("0.0001")),
        ],
    )
    assert (result.rows, result.new, result.status, result.orphans) == (2, 2, "complete", 0)
    assert all_of(connection, "SELECT site, source, impressions, bids FROM delivery_hourly") == [
        ("Hbf", "api", Decimal("12149.7101"), 20)
    ]
    assert all_of(connection, "SELECT line_id::text, day, impressions FROM delivery_daily") == [
        (CAMPAIGN, DAY, Decimal("12149.7101"))
    ]
    assert len(all_of(connection, "SELECT * FROM report_row")) == 2


def test_the_same_answer_again_writes_nothing(connection: psycopg.Connection) -> None:
    rows = [Row(NOON, site=f"Site {n}", impressions=Decimal(n)) for n in range(50)]
    store(connection, DAY, rows)
    before = all_of(connection, "SELECT ctid, xmin, report_hour.* FROM report_hour ORDER BY site_no")
    result = store(connection, DAY, rows)
    assert (result.new, result.changed, result.gone, result.unchanged) == (0, 0, 0, 50)
    assert all_of(connection, "SELECT ctid, xmin, report_hour.* FROM report_hour ORDER BY site_no") == before
    assert all_of(connection, "SELECT * FROM delivery_restatement") == []


def test_changed_gone_late_and_returning_rows_are_recorded_once(connection: psycopg.Connection) -> None:
    attribute(connection, [add_line(connection, CAMPAIGN)])
    first, second, third, fourth = (at(f"2025-08-{6 + n:02}T06:00") for n in range(4))
    row = Row(NOON, impressions=Decimal("5.5"))
    store(connection, DAY, [row, replace(row, site="Gone")], now=first)
    store(connection, DAY, [replace(row, impressions=Decimal("6.25")), replace(row, site="Late")], now=second)
    store(connection, DAY, [replace(row, impressions=Decimal("6.25")), replace(row, site="Gone")], now=third)
    store(connection, DAY, [replace(row, impressions=Decimal("6.25")), replace(row, site="Gone")], now=fourth)
    assert all_of(
        connection,
        "SELECT site, before, after, seen_at, first_seen_at FROM delivery_restatement ORDER BY seen_at, site",
    ) == [
        ("Gone", Decimal("5.5"), None, second, first),
        ("Hbf", Decimal("5.5"), Decimal("6.25"), second, first),
        ("Late", None, Decimal("5.5"), second, second),
        ("Gone", None, Decimal("5.5"), third, first),
        ("Late", Decimal("5.5"), None, third, second),
    ]
    assert all_of(connection, "SELECT site, impressions, first_seen_at FROM report_row ORDER BY site") == [
        ("Gone", Decimal("5.5"), first),
        ("Hbf", Decimal("6.25"), first),
    ]
    assert all_of(connection, "SELECT impressions FROM delivery_daily") == [(Decimal("11.75"),)]


def test_a_change_of_bids_alone_is_a_restatement_too(connection: psycopg.Connection) -> None:
    store(connection, DAY, [Row(NOON)])
    result = store(connection, DAY, [Row(NOON, bids=None)])
    assert result.changed == 1
    assert all_of(connection, "SELECT before, after, before_bids, after_bids FROM delivery_restatement") == [
        (Decimal(1), Decimal(1), 10, None)
    ]


def test_today_is_never_complete_and_its_new_hours_are_no_restatements(
    connection: psycopg.Connection,
) -> None:
    noon = store(connection, DAY, [Row(at("2025-08-04T09:00"))], now=at("2025-08-04T10:00"))
    assert noon.status == "partial"
    store(
        connection,
        DAY,
        [Row(at("2025-08-04T09:00")), Row(at("2025-08-04T10:00"))],
        now=at("2025-08-04T11:00"),
    )
    assert all_of(connection, "SELECT * FROM delivery_restatement") == []
    # 22:00 UTC is midnight in Berlin: from then on the day is over.
    late = store(
        connection,
        DAY,
        [Row(at(f"2025-08-04T{hour:02}:00")) for hour in (9, 10, 21)],
        now=at("2025-08-04T22:00"),
    )
    assert late.status == "complete"
    assert all_of(connection, "SELECT status, rows FROM delivery_fetch") == [("complete", 3)]
    assert all_of(connection, "SELECT * FROM delivery_restatement") == []


def test_a_row_that_goes_and_comes_back_before_its_day_is_over_is_recorded(
    connection: psycopg.Connection,
) -> None:
    first, second, third = (at(f"2025-08-04T{hour}:00") for hour in (13, 14, 15))
    store(connection, DAY, [Row(NOON)], now=first)
    store(connection, DAY, [], now=second)
    store(connection, DAY, [Row(NOON, impressions=Decimal(3))], now=third)
    assert all_of(
        connection, "SELECT before, after, seen_at, first_seen_at FROM delivery_restatement ORDER BY seen_at"
    ) == [(Decimal(1), None, second, first), (None, Decimal(3), third, first)]
    assert all_of(connection, "SELECT first_seen_at FROM report_row") == [(first,)]


@pytest.mark.parametrize("known", [False, True])
def test_a_purchase_type_that_is_not_told_contradicts_nothing(
    connection: psycopg.Connection, known: bool
) -> None:
    if known:
        store(connection, date(2025, 8, 3), [Row(at("2025-08-03T12:00"), deal_id=DEAL)])
    told = Row(NOON, deal_id=DEAL, campaign_purchase_type="guaranteed")
    other = replace(told, campaign_purchase_type="preferred", deal_purchase_type="unguaranteed")
    types = "SELECT campaign_purchase_type, deal_purchase_type FROM report_row WHERE hour_utc = %s"
    for pages in (
        [told, other],
        [table([told]), table([other])],
        [table([other]), table([told])],
        [replace(told)],
        [other],
    ):
        store(connection, DAY, pages)
        assert all_of(connection, types, NOON) == [("guaranteed", "unguaranteed")]
    assert all_of(connection, "SELECT * FROM delivery_restatement") == []


def test_a_page_that_comes_twice_counts_once(connection: psycopg.Connection) -> None:
    page = table(Row(NOON, site=f"Site {n}", impressions=Decimal(n)) for n in range(100))
    for again in ([page, page], [pa.concat_tables([page, page])]):
        result = store(connection, DAY, again)
        assert (result.rows, result.repeated) == (100, 100)
    # Known sites and ids: the rows go straight to their place.
    other = store(connection, date(2025, 8, 5), [table([Row(at("2025-08-05T12:00"), site="Site 1")])] * 2)
    assert (other.rows, other.new, other.repeated, other.unchanged) == (1, 1, 1, 0)


@pytest.mark.parametrize("known", [False, True])
def test_rows_that_contradict_each_other_are_refused_with_their_addresses(
    connection: psycopg.Connection, known: bool
) -> None:
    if known:
        store(connection, date(2025, 8, 3), [Row(at("2025-08-03T12:00"))])
    rows = [Row(NOON, impressions=Decimal("1.5")), Row(NOON, impressions=Decimal("2.5"))]
    for pages in ([table(rows)], [table(rows[:1]), table(rows[1:])]):
        with pytest.raises(ContradictingRowsError) as caught:
            store(connection, DAY, pages)
        assert caught.value.total == 1
        assert caught.value.examples[0].site == "Hbf"
        assert "1.5000 / 2.5000 impressions" in str(caught.value)
    assert all_of(connection, "SELECT * FROM delivery_fetch WHERE day = %s", DAY) == []
    assert all_of(connection, "SELECT * FROM report_hour WHERE hour_utc = %s", NOON) == []


def test_rows_of_another_day_are_refused(connection: psycopg.Connection) -> None:
    store(connection, DAY, [Row(at("2025-08-03T22:00")), Row(at("2025-08-04T21:00"))])
    for outside in ("2025-08-03T21:00", "2025-08-04T22:00"):
        with pytest.raises(RowsOutsideDayError, match="2025-08-04"):
            store(connection, DAY, [Row(at(outside))])
    assert len(all_of(connection, "SELECT * FROM report_row")) == 2


@pytest.mark.parametrize(("day", "hours"), [(date(2025, 3, 30), 23), (date(2025, 10, 26), 25), (DAY, 24)])
def test_a_local_day_has_its_own_number_of_hours(
    connection: psycopg.Connection, day: date, hours: int
) -> None:
    start, end = day_window(day, BERLIN)
    instants = [
        datetime.fromtimestamp(s, tz=start.tzinfo)
        for s in range(int(start.timestamp()), int(end.timestamp()), 3600)
    ]
    attribute(connection, [add_line(connection, CAMPAIGN)])
    store(connection, day, [Row(instant) for instant in instants])
    assert all_of(connection, "SELECT day, impressions FROM delivery_daily") == [(day, Decimal(hours))]


def test_a_fetch_that_breaks_leaves_the_day_as_it_was(connection: psycopg.Connection) -> None:
    store(connection, DAY, [Row(NOON)])

    def broken() -> Iterator[pa.Table]:
        yield table([Row(NOON, impressions=Decimal(9))])
        raise ConnectionResetError("cut")

    now = at("2025-08-07T00:00")
    fetched = FetchedDay(day=DAY, rows=broken(), fetch=FetchFacts(now), complete=True)
    with pytest.raises(ConnectionResetError):
        store_day(connection, fetched, timezone="Europe/Berlin", now=now)
    assert all_of(connection, "SELECT impressions FROM report_row") == [(Decimal(1),)]
    assert all_of(connection, "SELECT count(*) FROM report_fetch") == [(1,)]


def test_refused_rows_of_the_latest_fetch_are_listed(connection: psycopg.Connection) -> None:
    reason = Refusal("hour", "Date", None, "missing_value", "Date is missing.")
    broken = [RefusedRow(number, (reason,), '{"Site": "A\\u0000B"}') for number in (3, 7)]
    listed = "SELECT refusal_no, reason, detail->>'row', detail->>'code' FROM report_refusal"
    result = store(connection, DAY, [Row(NOON)], refused=broken)
    assert (result.refused, result.rows) == (2, 1)
    assert all_of(connection, listed) == [
        (1, "Date is missing.", "3", "missing_value"),
        (2, "Date is missing.", "7", "missing_value"),
    ]
    store(connection, date(2025, 8, 5), [], refused=broken)
    store(connection, DAY, [Row(NOON)], refused=broken[:1])
    assert all_of(connection, "SELECT day, refused FROM delivery_fetch ORDER BY day") == [
        (DAY, 1),
        (date(2025, 8, 5), 2),
    ]
    assert len(all_of(connection, listed)) == 3


def test_a_count_beyond_reason_is_refused(connection: psycopg.Connection) -> None:
    with pytest.raises(FigureTooLargeError, match="bids"):
        store(connection, DAY, [Row(NOON, bids=2**31)])


def test_an_empty_day_is_complete_and_has_no_rows(connection: psycopg.Connection) -> None:
    result = store(connection, DAY, [])
    assert (result.status, result.rows) == ("complete", 0)
    assert all_of(connection, "SELECT source, day, status, rows FROM delivery_fetch") == [
        ("api", DAY, "complete", 0)
    ]


def test_exact_decimals_of_any_size_come_back_as_they_were(connection: psycopg.Connection) -> None:
    figures = ["0", "0.0001", "9999.9999", "10000", "12149.71", "231810865", "99999999999999.9999", "-3.25"]
    store(connection, DAY, [Row(NOON, site=figure, impressions=Decimal(figure)) for figure in figures])
    stored = connection.execute("SELECT site, impressions FROM report_row").fetchall()
    assert dict(stored) == {figure: Decimal(figure) for figure in figures}


def test_of_two_fetches_of_a_day_at_a_time_the_one_that_began_later_counts(
    connection: psycopg.Connection, database_url: str
) -> None:
    """The first is slow: the second must not ask, and store, while the first is still under way."""
    began, asked, order = threading.Event(), threading.Event(), []

    def answer(name: str, impressions: int) -> Iterator[pa.Table]:
        order.append(f"{name} asks")
        if name == "first":
            began.set()
            asked.wait(0.5)
        else:
            asked.set()
        yield table([Row(NOON, impressions=Decimal(impressions))])
        order.append(f"{name} has all")

    def fetch(name: str, impressions: int) -> None:
        at_once = at("2025-08-06T06:00")
        with psycopg.connect(database_url, options="-c search_path=campfill -c timezone=UTC") as own:
            day = FetchedDay(
                day=DAY, rows=answer(name, impressions), fetch=FetchFacts(started_at=at_once), complete=True
            )
            store_day(own, day, timezone="Europe/Berlin", now=at_once)

    first = threading.Thread(target=fetch, args=("first", 1))
    second = threading.Thread(target=fetch, args=("second", 2))
    first.start()
    assert began.wait(30)
    second.start()
    first.join(60)
    second.join(60)
    assert order == ["first asks", "first has all", "second asks", "second has all"]
    assert all_of(connection, "SELECT impressions FROM report_row") == [(Decimal(2),)]


def test_sums_by_site_made_anew_are_those_that_were_kept(connection: psycopg.Connection) -> None:
    """With rows in the first and the last hour of the first and the last day whose hours are here."""
    store(connection, date(2025, 8, 5), [Row(at("2025-08-05T12:00"))])
    (ends,) = partitions.whole_days(connection, BERLIN)
    for day in ends:
        start, end = day_window(day, BERLIN)
        hours = (start, start + timedelta(hours=1), end - timedelta(hours=1))
        store(connection, day, [Row(hour, site=site) for hour in hours for site in ("A", "B")])
    sums = "SELECT series_no, day, site_no, impressions FROM site_day ORDER BY 1, 2, 3"
    kept = all_of(connection, sums)
    rollups.roll_up_sites(connection, BERLIN)
    assert (len(kept), all_of(connection, sums)) == (5, kept)


@pytest.mark.parametrize(
    ("hour", "has_rows"),
    [
        ("2025-08-03T21:00", False),
        ("2025-08-03T22:00", True),
        ("2025-08-04T21:00", True),
        ("2025-08-04T22:00", False),
    ],
)
def test_a_line_has_rows_in_a_day_from_its_first_hour_to_its_last(
    connection: psycopg.Connection, hour: str, has_rows: bool
) -> None:
    add_line(connection, CAMPAIGN)
    store(connection, at(hour).astimezone(BERLIN).date(), [Row(at(hour), campaign_id=CAMPAIGN)])
    lost = lines_without_rows(connection, "api", [CAMPAIGN, DEAL], *day_window(DAY, BERLIN))
    assert lost == ([] if has_rows else [CAMPAIGN])


NEW_SITE_AND_ID = Row(NOON, site="B", campaign_id=DEAL, impressions=Decimal(7))


def test_rows_of_sites_and_ids_that_a_later_batch_names_first_go_straight_to_their_place(
    connection: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery_day, "batches", partial(batches, rows=1))
    monkeypatch.setattr(restatement, "replace", None)  # nothing is left to compare
    add_line(connection, DEAL)
    stored = store(connection, DAY, [Row(NOON, site="A"), NEW_SITE_AND_ID])
    assert (stored.new, stored.orphans, stored.lines) == (2, 1, 1)
    assert all_of(
        connection, "SELECT site, campaign_id::text, impressions FROM report_row ORDER BY site"
    ) == [
        ("A", CAMPAIGN, Decimal(1)),
        ("B", DEAL, Decimal(7)),
    ]


def test_a_site_and_an_id_that_two_days_name_first_at_once_have_one_number(
    connection: psycopg.Connection, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery_day, "batches", partial(batches, rows=1))
    other = date(2025, 8, 5)
    add_line(connection, DEAL)
    store(
        connection, date(2025, 8, 3), []
    )  # the very first day is stored alone: it says which time zone counts

    def rows() -> Iterator[pa.Table]:
        for row in (Row(NOON, site="A"), NEW_SITE_AND_ID, Row(NOON, site="C")):
            yield table([row])
        with psycopg.connect(database_url, options="-c search_path=campfill -c timezone=UTC") as own:
            store(own, other, [replace(NEW_SITE_AND_ID, hour_utc=at("2025-08-05T12:00"))])
        yield table([replace(NEW_SITE_AND_ID, hour_utc=NOON + timedelta(hours=1))])
        yield table(
            [NEW_SITE_AND_ID]
        )  # it came before: compared with the one that has been given another number

    fetched = FetchedDay(
        day=DAY, rows=rows(), fetch=FetchFacts(started_at=at("2025-08-06T06:00")), complete=True
    )
    stored = store_day(connection, fetched, timezone=BERLIN, now=at("2025-08-06T06:00"))
    assert (stored.new, stored.repeated, stored.rows, stored.orphans) == (4, 0, 4, 2)
    told = "SELECT hour_utc, site, campaign_id::text, impressions FROM report_row WHERE site = 'B' ORDER BY 1"
    assert all_of(connection, told) == [
        (hour, "B", DEAL, Decimal(7)) for hour in (NOON, NOON + timedelta(hours=1), at("2025-08-05T12:00"))
    ]
    assert all_of(connection, "SELECT day, impressions FROM line_day ORDER BY 1") == [
        (DAY, Decimal(14)),
        (other, Decimal(7)),
    ]
    numbered = (
        "SELECT count(*) FROM report_hour JOIN site USING (site_no) JOIN report_series USING (series_no)"
    )
    assert all_of(connection, numbered) == all_of(connection, "SELECT count(*) FROM report_hour")
    assert all_of(connection, "SELECT count(*) FROM site_day JOIN site USING (site_no)") == [(4,)]
