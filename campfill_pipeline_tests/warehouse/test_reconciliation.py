"""Each disagreement between list and reporting is listed, with its id, until it is mended."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import psycopg
import pyarrow as pa
import pytest

from campfill_pipeline.domain.fulfillment import FulfillmentRules
from campfill_pipeline.warehouse.delivery.attribution import attribute
from campfill_pipeline.warehouse.delivery.completeness import store_overview
from campfill_pipeline.warehouse.delivery.export import store_export
from campfill_pipeline.warehouse.figures.fulfillment import refresh
from campfill_pipeline_tests.warehouse.delivery_rows import CAMPAIGN, DEAL, Row, add_line, at, store, table

DAY = date(2025, 8, 4)
NOON = at("2025-08-04T12:00")
STRANGER = "a0000000-0000-0000-0000-00000000000f"


def listed(connection: psycopg.Connection, kind: str) -> list[tuple[str | None, str | None, Any]]:
    refresh(connection, FulfillmentRules(), as_of=date(2025, 9, 2), now=datetime(2025, 9, 2, 6, tzinfo=UTC))
    return connection.execute(
        "SELECT line_id::text, report_id, detail FROM reconciliation WHERE kind_of_issue = %s ORDER BY 1, 2",
        [kind],
    ).fetchall()


def test_a_line_without_report_rows_once_one_of_its_days_was_fetched_until_a_row_comes(
    connection: psycopg.Connection,
) -> None:
    line = add_line(connection, CAMPAIGN, start=DAY, end=DAY + timedelta(days=1))
    attribute(connection, [line, add_line(connection, DEAL, kind="deal", start=DAY, end=DAY)])
    assert listed(connection, "line_without_report") == []  # no day fetched: nothing is known
    store(connection, DAY, [Row(NOON, campaign_id=None, deal_id=DEAL)])
    ((found, _, detail),) = listed(connection, "line_without_report")
    assert (found, detail["days_fetched"], detail["covered"]) == (CAMPAIGN, 1, False)
    store(connection, DAY + timedelta(days=1), [Row(NOON + timedelta(days=1))])
    assert listed(connection, "line_without_report") == []


def test_a_line_that_has_not_begun_or_starts_today_is_not_missed(connection: psycopg.Connection) -> None:
    add_line(connection, CAMPAIGN, start=date(2025, 10, 1), end=date(2025, 10, 2))
    add_line(connection, DEAL, start=date(2025, 9, 2), end=date(2025, 10, 2))
    store(connection, date(2025, 9, 1), [])
    assert listed(connection, "line_without_report") == []


def test_orphans_with_their_impressions_until_a_list_has_them(connection: psycopg.Connection) -> None:
    rows = [
        Row(NOON, campaign_id=STRANGER, deal_id=DEAL, impressions=Decimal("10.5")),
        Row(NOON, site="Markt", campaign_id=STRANGER, impressions=Decimal("0.25")),
        Row(NOON, campaign_id=None, deal_id=DEAL, impressions=Decimal(3)),
    ]
    store(connection, DAY, rows)
    found = {report_id: detail["impressions"] for _, report_id, detail in listed(connection, "orphan")}
    assert {key: Decimal(value) for key, value in found.items()} == {
        STRANGER: Decimal("10.75"),
        DEAL: Decimal(3),
    }
    attribute(connection, [add_line(connection, STRANGER), add_line(connection, DEAL, kind="deal")])
    assert listed(connection, "orphan") == []


def test_kind_conflicts(connection: psycopg.Connection) -> None:
    attribute(connection, [add_line(connection, CAMPAIGN, kind="deal")])
    store(connection, DAY, [Row(NOON)])
    ((line, _, detail),) = listed(connection, "kind_conflict")
    assert (line, detail) == (CAMPAIGN, {"listed": "deal", "reported": "campaign"})


def test_rows_of_two_lines_are_listed_with_both(connection: psycopg.Connection) -> None:
    attribute(connection, [add_line(connection, CAMPAIGN), add_line(connection, DEAL, kind="deal")])
    store(connection, DAY, [Row(NOON, deal_id=DEAL, impressions=Decimal(7))])
    ((line, report_id, detail),) = listed(connection, "ambiguous")
    assert (line, report_id, Decimal(detail["impressions"])) == (CAMPAIGN, DEAL, Decimal(7))


@pytest.mark.parametrize(("reported", "differs"), [("A  line ", False), ("Another line", True)])
def test_names_that_differ(connection: psycopg.Connection, reported: str, differs: bool) -> None:
    attribute(connection, [add_line(connection, CAMPAIGN)])
    store(connection, DAY, [Row(NOON, campaign_name=reported)])
    found = listed(connection, "name_differs")
    assert [detail["reported"] for _, _, detail in found] == ([reported] if differs else [])


def test_purchase_types_that_changed(connection: psycopg.Connection) -> None:
    attribute(connection, [add_line(connection, CAMPAIGN)])
    store(connection, DAY, [Row(NOON, campaign_purchase_type="guaranteed")])
    store(connection, date(2025, 8, 6), [Row(at("2025-08-06T12:00"), campaign_purchase_type="unguaranteed")])
    ((line, _, detail),) = listed(connection, "purchase_type_changed")
    assert (line, detail["before"], detail["after"]) == (CAMPAIGN, "guaranteed", "unguaranteed")


GUARANTEED, UNGUARANTEED = "guaranteed", "unguaranteed"
DEALS = [f"d000000{number}-0000-0000-0000-000000000001" for number in (1, 2)]


@pytest.mark.parametrize(
    ("types", "changes"),
    [
        ("ggg", []),
        ("guu", [("g", "u")]),
        ("ug?", [("u", "g")]),
        ("gug", [("g", "u"), ("u", "g")]),
    ],
)
@pytest.mark.parametrize("as_deal", [False, True])
def test_a_purchase_type_that_changes_within_a_day(
    connection: psycopg.Connection, types: str, changes: list[tuple[str, str]], as_deal: bool
) -> None:
    """The day before and the day after say the same as its first and its last hour: nothing else is listed."""
    names = {"g": GUARANTEED, "u": UNGUARANTEED, "?": None}
    attribute(connection, [add_line(connection, CAMPAIGN, kind="deal" if as_deal else "campaign")])

    def row(hour: datetime, told: str) -> Row:
        if as_deal:
            return Row(hour, campaign_id=None, deal_id=CAMPAIGN, deal_purchase_type=names[told])
        return Row(hour, campaign_purchase_type=names[told])

    store(connection, DAY, [row(NOON + timedelta(hours=number), told) for number, told in enumerate(types)])
    for day, told in ((DAY - timedelta(1), types[0]), (DAY + timedelta(1), types.rstrip("?")[-1])):
        store(connection, day, [row(at(f"{day}T12:00"), told)])
    found = [
        (detail["before"], detail["after"]) for *_, detail in listed(connection, "purchase_type_changed")
    ]
    assert sorted(found) == sorted((names[before], names[after]) for before, after in changes)


@pytest.mark.parametrize(("later", "changes"), [(3, 1), (0, 0)])
def test_of_two_deals_of_a_campaign_one_after_the_other_is_a_change_and_both_at_a_time_are_none(
    connection: psycopg.Connection, later: int, changes: int
) -> None:
    attribute(connection, [add_line(connection, CAMPAIGN)])
    store(
        connection,
        DAY,
        [
            Row(NOON + timedelta(hours=hour + offset), deal_id=deal, campaign_purchase_type=told)
            for deal, told, offset in zip(DEALS, (GUARANTEED, UNGUARANTEED), (0, later), strict=True)
            for hour in range(3)
        ],
    )
    assert len(listed(connection, "purchase_type_changed")) == changes


def test_delivery_outside_the_flight(connection: psycopg.Connection) -> None:
    attribute(connection, [add_line(connection, CAMPAIGN, start=DAY, end=DAY)])
    store(connection, date(2025, 8, 6), [Row(at("2025-08-06T12:00"), impressions=Decimal("2.5"))])
    ((line, _, detail),) = listed(connection, "outside_flight")
    assert (line, Decimal(detail["impressions"])) == (CAMPAIGN, Decimal("2.5"))


@pytest.mark.parametrize(
    ("budget", "differs"), [("5.00", False), ("5.10", False), ("5.11", True), (None, False)]
)
def test_budget_mismatches(connection: psycopg.Connection, budget: str | None, differs: bool) -> None:
    number = add_line(connection, CAMPAIGN)  # 1,000 impressions at 5 euros for 1,000
    connection.execute("UPDATE line_register SET budget_eur = %s WHERE line_no = %s", [budget, number])
    assert bool(listed(connection, "budget_mismatch")) == differs


def test_overview_totals_that_differ_of_fully_fetched_lines(connection: psycopg.Connection) -> None:
    attribute(
        connection,
        [add_line(connection, CAMPAIGN, start=DAY, end=DAY), add_line(connection, DEAL, start=DAY)],
    )
    store(connection, DAY, [Row(NOON, impressions=Decimal(100)), Row(NOON, campaign_id=None, deal_id=DEAL)])
    refresh(connection, FulfillmentRules(), as_of=date(2025, 9, 2), now=datetime(2025, 9, 1, tzinfo=UTC))
    overview = pa.table(
        {
            "entity": ["campaign", "deal"], "id": [CAMPAIGN, DEAL], "name": ["A line", "A line"],
            "purchase_type": pa.array([None, None], pa.string()),
            "impressions": pa.array([Decimal("103.5"), Decimal(99)], pa.decimal128(22, 4)),
        }
    )  # fmt: skip
    store_overview(
        connection,
        overview,
        source="api",
        from_day=DAY,
        to_day=date(2025, 8, 31),
        now=datetime(2025, 9, 1, 8, tzinfo=UTC),
    )
    ((line, _, detail),) = listed(connection, "overview_differs")
    assert (line, Decimal(detail["difference"])) == (CAMPAIGN, Decimal("3.5"))


def test_where_both_sources_tell_a_day_an_orphan_and_an_ambiguous_row_count_once(
    connection: psycopg.Connection,
) -> None:
    attribute(connection, [add_line(connection, CAMPAIGN), add_line(connection, DEAL, kind="deal")])
    ten = Decimal(10)
    rows = [Row(NOON, campaign_id=STRANGER, impressions=ten), Row(NOON, deal_id=DEAL, impressions=ten)]
    store(connection, DAY, rows)
    later = NOON + timedelta(days=1)
    exported = [replace(row, site="", hour_utc=hour) for row in rows for hour in (NOON, later)]
    store_export(
        connection,
        upload_id=uuid4(),
        rows=table(exported),
        timezone="Europe/Berlin",
        now=at("2025-08-07T12:00"),
    )
    for kind in ("orphan", "ambiguous"):
        ((_, _, detail),) = listed(connection, kind)
        assert (Decimal(detail["impressions"]), detail["rows"]) == (Decimal(20), 2), kind


@pytest.mark.parametrize(("name", "differs"), [("SSP > A deal", False), ("A deal", False), ("SSP > B", True)])
def test_a_listed_path_is_compared_by_its_last_part(
    connection: psycopg.Connection, name: str, differs: bool
) -> None:
    attribute(connection, [add_line(connection, CAMPAIGN)])
    connection.execute("UPDATE line_register SET name = %s", [name])
    store(connection, DAY, [Row(NOON, campaign_name="A deal")])
    assert bool(listed(connection, "name_differs")) == differs


def test_totals_that_the_source_no_longer_tells_are_gone(connection: psycopg.Connection) -> None:
    attribute(connection, [add_line(connection, CAMPAIGN, start=DAY, end=DAY)])
    store(connection, DAY, [Row(NOON, impressions=Decimal(10))])
    told = {
        "entity": ["campaigns"],
        "id": [CAMPAIGN],
        "name": ["A"],
        "purchase_type": [None],
        "impressions": [Decimal(99)],
    }
    days = {"from_day": DAY, "to_day": DAY, "now": at("2025-08-09T12:00")}
    store_overview(connection, pa.table(told), entity="campaigns", **days)  # type: ignore[arg-type]
    assert len(listed(connection, "overview_differs")) == 1
    store_overview(connection, pa.table(told).slice(0, 0), entity="deals", **days)  # type: ignore[arg-type]
    assert len(listed(connection, "overview_differs")) == 1
    store_overview(connection, pa.table(told).slice(0, 0), entity="campaigns", **days)  # type: ignore[arg-type]
    assert listed(connection, "overview_differs") == []
