"""Mapping files in the warehouse: of one source alone, of lines that come and go, and what is proposed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg

from campfill_pipeline.domain.fulfillment import FulfillmentRules
from campfill_pipeline.warehouse.delivery import sources
from campfill_pipeline.warehouse.delivery.attribution import attribute, attribute_all, attribute_ids
from campfill_pipeline.warehouse.figures.fulfillment import Knowledge, compute, refresh
from campfill_pipeline.warehouse.register import id_maps, ledger
from campfill_pipeline_tests.warehouse.delivery_rows import Row, add_line, all_of, at, store

Connection = psycopg.Connection[Any]
DAY = date(2025, 8, 4)
HOUR = at("2025-08-04T10:00")
NOW = datetime(2025, 8, 20, 6, tzinfo=UTC)
ONE = "c0000000-0000-0000-0000-000000000001"
TWO = "c0000000-0000-0000-0000-000000000002"
DAILY = "SELECT line_id::text, source, impressions FROM delivery_daily ORDER BY 1, 2"


def mapped(connection: Connection, *rows: tuple[str, str, str]) -> UUID:
    """A mapping file in force: (source id, connector, line)."""
    upload = uuid4()
    ledger.record_arrival(
        connection, upload_id=upload, sha256=upload.hex, file_name="ids.csv", file_bytes=1, archived_as="x",
        door="inbox", received_at=NOW,
    )  # fmt: skip
    for source_id, connector, line in rows:
        connection.execute(
            "INSERT INTO id_map (upload_id, source_id, connector, line_id) VALUES (%s, %s, %s, %s)",
            (upload, source_id, connector, line),
        )
    ledger.decide(connection, upload, ledger.Decision(status="loaded", kind="id_map"), at=NOW)  # type: ignore[arg-type]
    attribute_ids(connection, [row[0] for row in rows], [])
    return upload


def told(connection: Connection) -> None:
    """The same id of two sources, which means two things."""
    sources.agree(connection, ["api", "kevel"])
    store(connection, DAY, [Row(HOUR, campaign_id="4711", impressions=5)], source="api")  # type: ignore[arg-type]
    store(connection, DAY, [Row(HOUR, campaign_id="4711", impressions=7)], source="kevel")  # type: ignore[arg-type]


def test_an_id_of_one_source_is_no_id_of_another(connection: Connection) -> None:
    attribute(connection, [add_line(connection, line, start=DAY, end=DAY) for line in (ONE, TWO)])
    told(connection)
    mapped(connection, ("4711", "api", ONE), ("4711", "kevel", TWO))
    found = [(ONE, "api", 5), (TWO, "kevel", 7)]
    assert all_of(connection, DAILY) == found
    told(connection)  # fetched again
    attribute_all(connection)
    assert all_of(connection, DAILY) == found
    rules = FulfillmentRules(sources=("api", "kevel"))
    refresh(connection, rules, as_of=date(2025, 8, 20), now=NOW)
    both: tuple[Knowledge, ...] = ("now", "then")
    for known in both:
        again = compute(connection, rules, as_of=date(2025, 8, 20), contract="then", known=known)
        assert {str(line["line_id"]): line["delivered"] for line in again} == {ONE: 5, TWO: 7}
    kinds = "SELECT id::text, kind_reported FROM line_register ORDER BY 1"
    assert all_of(connection, kinds) == [(ONE, "campaign"), (TWO, "campaign")]


def test_a_mapping_wins_over_the_lists_own_text_and_never_over_a_lines_id(connection: Connection) -> None:
    number = add_line(connection, ONE, start=DAY, end=DAY)
    connection.execute("UPDATE line_register SET external_id = '4711' WHERE line_no = %s", (number,))
    attribute(connection, [number, add_line(connection, TWO, start=DAY, end=DAY)])
    store(connection, DAY, [Row(HOUR, campaign_id="4711"), Row(HOUR, campaign_id=ONE)])
    assert all_of(connection, DAILY) == [(ONE, "api", 2)]
    mapped(connection, ("4711", "", TWO), (ONE, "", TWO))
    assert all_of(connection, DAILY) == [(ONE, "api", 1), (TWO, "api", 1)]


def test_the_newest_file_counts_and_a_line_that_goes_leaves_its_rows(connection: Connection) -> None:
    numbers = [add_line(connection, line, start=DAY, end=DAY) for line in (ONE, TWO)]
    attribute(connection, numbers)
    store(connection, DAY, [Row(HOUR, campaign_id="4711")])
    mapped(connection, ("4711", "", ONE))
    newest = mapped(connection, ("4711", "", TWO))
    assert all_of(connection, DAILY) == [(TWO, "api", 1)]
    connection.execute("UPDATE line_register SET withdrawn_at = now() WHERE line_no = %s", (numbers[1],))
    attribute(connection, [numbers[1]])
    assert all_of(connection, DAILY) == []
    connection.execute("UPDATE line_register SET withdrawn_at = NULL WHERE line_no = %s", (numbers[1],))
    attribute(connection, [numbers[1]])
    assert all_of(connection, DAILY) == [(TWO, "api", 1)]
    done = id_maps.take_back(connection, newest, NOW + timedelta(days=1), again=False)
    assert done["ids"] == 1
    assert all_of(connection, DAILY) == [(ONE, "api", 1)]


def test_what_looks_like_one_line_is_proposed_and_never_applied(connection: Connection) -> None:
    numbers = [add_line(connection, line, start=DAY, end=DAY) for line in (ONE, TWO)]
    connection.execute(
        "UPDATE line_register SET name = 'Sommer  Aktion (Nord)' WHERE line_no = %s", (numbers[0],)
    )
    connection.execute(
        "UPDATE line_register SET name = 'B', external_id = 'AB-123' WHERE line_no = %s", (numbers[1],)
    )
    attribute(connection, numbers)
    rows = [
        Row(HOUR, campaign_id="77", campaign_name="sommer_aktion nord"),
        Row(HOUR, campaign_id="78", campaign_name="Reach ab-123 Q3"),
        Row(HOUR, campaign_id="79", campaign_name="Reach AB-1234"),
    ]
    store(connection, DAY, rows)
    found = {(one.source_id, str(one.line_id)) for one in id_maps.proposed(connection)}
    assert found == {("77", ONE), ("78", TWO)}
    assert all_of(connection, DAILY) == []
