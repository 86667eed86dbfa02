"""A report row counts for one line: by its campaign id, else by its deal id, whenever that line arrives."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal

import psycopg
import pyarrow as pa
import pytest

from campfill_pipeline.warehouse import database
from campfill_pipeline.warehouse.delivery import rollups
from campfill_pipeline.warehouse.delivery.attribution import attribute, attribute_all
from campfill_pipeline.warehouse.delivery.day import FetchedDay, FetchFacts, store_day
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
DAILY = "SELECT line_id::text, impressions FROM delivery_daily ORDER BY line_id"


def withdraw(connection: psycopg.Connection, line: int, at_time: datetime | None) -> None:
    connection.execute("UPDATE line_register SET withdrawn_at = %s WHERE line_no = %s", (at_time, line))
    attribute(connection, [line])


def dirty(connection: psycopg.Connection) -> set[object]:
    found = {line for (line,) in all_of(connection, "DELETE FROM line_dirty RETURNING line_no")}
    connection.commit()
    return found


def test_orphans_are_kept_and_count_from_the_moment_their_line_arrives(
    connection: psycopg.Connection,
) -> None:
    store(connection, DAY, [Row(NOON, impressions=Decimal("2.5")), Row(NOON, campaign_id=None, deal_id=DEAL)])
    assert all_of(connection, "SELECT DISTINCT line_id FROM report_row") == [(None,)]
    assert all_of(connection, "SELECT campaign_id, deal_id, impressions FROM orphan_delivery ORDER BY 1") == [
        (CAMPAIGN, None, Decimal("2.5")),
        (None, DEAL, Decimal(1)),
    ]
    line = add_line(connection, CAMPAIGN)
    attribute(connection, [line])
    assert all_of(connection, DAILY) == [(CAMPAIGN, Decimal("2.5"))]
    assert all_of(connection, "SELECT deal_id FROM orphan_delivery") == [(DEAL,)]
    assert dirty(connection) == {line}


def test_a_row_of_two_known_lines_counts_for_the_campaign_and_is_listed(
    connection: psycopg.Connection,
) -> None:
    deal = add_line(connection, DEAL, kind="deal")
    attribute(connection, [deal])
    store(
        connection,
        DAY,
        [Row(NOON, deal_id=DEAL), Row(NOON, campaign_id=None, deal_id=DEAL, impressions=Decimal(7))],
    )
    assert all_of(connection, DAILY) == [(DEAL, Decimal(8))]
    dirty(connection)
    campaign = add_line(connection, CAMPAIGN)
    attribute(connection, [campaign])
    assert all_of(connection, DAILY) == [(CAMPAIGN, Decimal(1)), (DEAL, Decimal(7))]
    assert dirty(connection) == {campaign, deal}
    assert all_of(
        connection, "SELECT day, campaign_id, deal_id, impressions, rows FROM ambiguous_delivery"
    ) == [(DAY, CAMPAIGN, DEAL, Decimal(1), 1)]


def test_a_withdrawn_line_gives_its_rows_back_and_a_restored_one_takes_them(
    connection: psycopg.Connection,
) -> None:
    campaign, deal = add_line(connection, CAMPAIGN), add_line(connection, DEAL, kind="deal")
    attribute(connection, [campaign, deal])
    store(connection, DAY, [Row(NOON, deal_id=DEAL)])
    assert all_of(connection, DAILY) == [(CAMPAIGN, Decimal(1))]
    withdraw(connection, campaign, NOON)
    assert all_of(connection, DAILY) == [(DEAL, Decimal(1))]
    assert all_of(connection, "SELECT * FROM ambiguous_delivery") == []
    withdraw(connection, campaign, None)
    assert all_of(connection, DAILY) == [(CAMPAIGN, Decimal(1))]


def test_rows_that_arrive_while_a_line_is_withdrawn_are_orphans(connection: psycopg.Connection) -> None:
    line = add_line(connection, CAMPAIGN)
    withdraw(connection, line, NOON)
    store(connection, DAY, [Row(NOON)])
    assert all_of(connection, DAILY) == []
    withdraw(connection, line, None)
    assert all_of(connection, DAILY) == [(CAMPAIGN, Decimal(1))]


def test_kind_and_purchase_type_are_those_of_the_latest_hour(connection: psycopg.Connection) -> None:
    line = add_line(connection, DEAL)
    attribute(connection, [line])
    said = "SELECT kind_reported, purchase_type FROM line_register"
    assert all_of(connection, said) == [(None, "unknown")]
    late, early = at("2025-08-04T13:00"), at("2025-08-03T13:00")
    store(connection, DAY, [Row(late, campaign_id=None, deal_id=DEAL, deal_purchase_type="guaranteed")])
    assert all_of(connection, said) == [("deal", "guaranteed")]
    store(connection, date(2025, 8, 3), [Row(early, campaign_id=DEAL, campaign_purchase_type="unguaranteed")])
    assert all_of(connection, said) == [("deal", "guaranteed")]
    change = "SELECT line_id::text, before, after FROM purchase_type_change"
    assert all_of(connection, change) == [(DEAL, "unguaranteed", "guaranteed")]
    # An hour that tells no type, or one never seen, leaves the latest known one.
    for told in (None, "preferred"):
        rows = [
            Row(late, campaign_id=None, deal_id=DEAL, deal_purchase_type="unguaranteed"),
            Row(at("2025-08-04T14:00"), campaign_id=DEAL, campaign_purchase_type=told),
        ]
        store(connection, DAY, rows)
        assert all_of(connection, said) == [("campaign", "unguaranteed")]
    assert sorted(all_of(connection, change)) == [(DEAL, "guaranteed", "unguaranteed")]


def test_the_kind_is_known_though_the_purchase_type_is_not(connection: psycopg.Connection) -> None:
    line = add_line(connection, DEAL)
    attribute(connection, [line])
    store(connection, DAY, [Row(NOON, campaign_id=None, deal_id=DEAL)])
    said = "SELECT kind_reported, purchase_type FROM line_register"
    assert all_of(connection, said) == [("deal", "unknown")]


def test_a_purchase_type_restated_for_the_same_hour_is_listed(connection: psycopg.Connection) -> None:
    attribute(connection, [add_line(connection, CAMPAIGN)])
    store(connection, DAY, [Row(NOON, campaign_purchase_type="guaranteed")])
    store(connection, DAY, [Row(NOON, campaign_purchase_type="unguaranteed")])
    assert all_of(connection, "SELECT purchase_type FROM line_register") == [("unguaranteed",)]
    assert all_of(connection, "SELECT before, after FROM purchase_type_change") == [
        ("guaranteed", "unguaranteed")
    ]


def test_the_name_of_an_id_is_that_of_its_latest_hour(connection: psycopg.Connection) -> None:
    later = [Row(NOON, campaign_name="New"), Row(at("2025-08-04T11:00"), campaign_name="Old")]
    store(connection, DAY, later)
    store(
        connection,
        date(2025, 8, 3),
        [Row(at("2025-08-03T12:00"), campaign_id=None, deal_id=CAMPAIGN, deal_name="Older")],
    )
    assert all_of(connection, "SELECT entity_id, reported_name, reported_as FROM report_entity") == [
        (CAMPAIGN, "New", "both")
    ]


def test_an_id_that_is_no_uuid_is_kept_as_an_orphan(connection: psycopg.Connection) -> None:
    add_line(connection, CAMPAIGN)
    result = store(connection, DAY, [Row(NOON, campaign_id="order 17 / ü")])
    assert (result.rows, result.orphans) == (1, 1)


@pytest.mark.parametrize("known", [True, False])
def test_a_line_that_arrives_while_a_day_is_fetched_gets_that_day(
    connection: psycopg.Connection, database_url: str, known: bool
) -> None:
    if known:
        store(connection, date(2025, 8, 3), [Row(at("2025-08-03T12:00"))], timezone="UTC")

    def pages() -> Iterator[pa.Table]:
        yield table([Row(NOON)])
        with database.connect(database_url) as other:
            attribute(other, [add_line(other, CAMPAIGN)])
        yield table([Row(NOON, site="Second page")])

    now = at("2025-08-07T00:00")
    fetched = FetchedDay(day=DAY, rows=pages(), fetch=FetchFacts(now), complete=True)
    store_day(connection, fetched, timezone="UTC", now=now)
    assert all_of(connection, "SELECT impressions FROM delivery_daily WHERE day = %s", DAY) == [(Decimal(2),)]
    assert all_of(connection, "SELECT * FROM orphan_delivery") == []


@pytest.mark.parametrize("gone", [True, False])
def test_lines_without_a_change_are_not_touched(connection: psycopg.Connection, gone: bool) -> None:
    first, second = add_line(connection, CAMPAIGN), add_line(connection, DEAL)
    attribute(connection, [first, second])
    rows = [Row(NOON), Row(NOON, campaign_id=DEAL), Row(NOON, campaign_id=DEAL, site="Other")]
    store(connection, DAY, rows)
    assert dirty(connection) == {first, second}
    store(connection, DAY, rows)
    assert dirty(connection) == set()
    store(
        connection,
        DAY,
        rows[: 2 if gone else 3] if gone else [*rows, Row(NOON, campaign_id=DEAL, site="Third")],
    )
    assert dirty(connection) == {second}


def test_all_that_follows_from_the_report_rows_can_be_made_again(connection: psycopg.Connection) -> None:
    lines = [add_line(connection, CAMPAIGN), add_line(connection, DEAL, kind="deal")]
    attribute(connection, lines)
    store(
        connection,
        DAY,
        [Row(NOON, deal_id=DEAL, campaign_purchase_type="guaranteed"), Row(NOON, "B", None, DEAL)],
    )
    store(connection, date(2025, 9, 1), [Row(at("2025-08-31T22:00")), Row(at("2025-09-01T12:00"), bids=None)])
    tables = ("report_entity", "report_series", "report_day", "line_day", "line_register")
    before = {name: sorted(map(str, all_of(connection, f"SELECT * FROM {name}"))) for name in tables}
    assert rollups.roll_up_all(connection, BERLIN) == 0
    connection.execute("UPDATE report_entity SET line_no = NULL")
    connection.execute("UPDATE report_series SET line_no = NULL, attributed_as = NULL")
    connection.execute("UPDATE line_register SET purchase_type = 'unknown', kind_reported = NULL")
    connection.execute("DELETE FROM line_day")
    connection.execute("UPDATE report_day SET impressions = 17 WHERE day = '2025-09-01'")
    connection.execute("DELETE FROM report_day WHERE day = %s", (DAY,))
    columns = "impressions, bids, wins, plays, rows, first_hour, last_hour, campaign_type, deal_type"
    connection.execute(
        f"INSERT INTO report_day (series_no, day, {columns}) SELECT series_no, '2025-08-09', {columns} FROM report_day"
    )
    assert rollups.roll_up_all(connection, BERLIN) == 4
    attribute_all(connection)
    assert {name: sorted(map(str, all_of(connection, f"SELECT * FROM {name}"))) for name in tables} == before


def test_hours_are_read_once_to_make_all_sums_again(connection: psycopg.Connection) -> None:
    rows = [Row(NOON, site=f"Site {n}", campaign_id=CAMPAIGN) for n in range(50)]
    store(connection, DAY, rows)
    before = all_of(connection, "SELECT * FROM site_day ORDER BY site_no")
    connection.execute("SET LOCAL max_parallel_workers_per_gather = 0")

    def read() -> int:
        found = connection.execute("""SELECT sum(seq_tup_read + COALESCE(idx_tup_fetch, 0))
                                      FROM pg_stat_xact_user_tables WHERE starts_with(relname, 'report_hour_')""")
        [(count,)] = found.fetchall()
        return int(count)

    earlier = read()
    assert rollups.roll_up_all(connection, BERLIN) == 0
    assert read() - earlier == len(rows)
    assert all_of(connection, "SELECT * FROM site_day ORDER BY site_no") == before
