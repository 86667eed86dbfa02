"""A past day can be seen as it was known then: without what was restated, fetched or changed later."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import psycopg
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campfill_pipeline.domain.fulfillment import FulfillmentRules
from campfill_pipeline.domain.local_days import day_window
from campfill_pipeline.warehouse.delivery import past
from campfill_pipeline.warehouse.delivery.attribution import attribute
from campfill_pipeline.warehouse.figures.fulfillment import compute
from campfill_pipeline_tests.warehouse import oracle
from campfill_pipeline_tests.warehouse.delivery_rows import CAMPAIGN, DEAL, Row, add_line, pack_all, store

RULES = FulfillmentRules()
BERLIN = ZoneInfo("Europe/Berlin")
FIRST = date(2026, 10, 22)  # the clock changes on the 25th
DAYS = [FIRST + timedelta(offset) for offset in range(6)]
TABLES = (
    "report_hour, packed_hour, packed_clock, report_series, report_entity, report_fetch, report_day, restatement,"
    " delivery_fetch,"
    " report_refusal, line_day, line_register, line_dirty"
)


def midnight_after(day: date) -> datetime:
    return datetime.combine(day + timedelta(1), time(), BERLIN)


def some_rows(chance: random.Random, day: date) -> list[Row]:
    start, end = day_window(day, BERLIN)
    hours = [start, start + timedelta(hours=2), end - timedelta(hours=1)]
    return [
        Row(hour, site=site, deal_id=deal, impressions=Decimal(chance.randint(0, 30_000)) / 10)
        for hour in hours
        for site in ("Hbf", "Markt")
        for deal in (None, DEAL)
        if chance.random() < 0.6
    ]


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 2**32), st.booleans())
def test_what_was_known_then_is_what_had_been_stored_by_then(
    connection: psycopg.Connection, seed: int, asap: bool
) -> None:
    chance = random.Random(seed)
    connection.execute(f"TRUNCATE {TABLES} CASCADE".encode())
    start = None if asap else FIRST + timedelta(1)
    seen = datetime(2026, 10, 24, 12, tzinfo=UTC)
    number = add_line(connection, CAMPAIGN, start=start, end=FIRST + timedelta(4), first_seen=seen)
    attribute(connection, [number])
    stores: list[tuple[datetime, date, list[Row], bool]] = []
    now = datetime(2026, 10, 22, 9, tzinfo=UTC)
    for _ in range(chance.randint(3, 12)):
        now += timedelta(hours=chance.randint(1, 30))
        begun = [day for day in DAYS if datetime.combine(day, time(), BERLIN) < now]
        day, complete = chance.choice(begun), chance.random() < 0.8
        rows = some_rows(chance, day)
        store(connection, day, rows, now=now, complete=complete)
        stores.append((now, day, rows, complete and midnight_after(day) <= now))
        if chance.random() < 0.3:
            pack_all(connection)
    terms = oracle.Terms(1000, Decimal(5), start, FIRST + timedelta(4), seen.astimezone(BERLIN).date())
    for as_of in DAYS:
        told = [event for event in stores if event[0] < midnight_after(as_of)]
        latest = {day: rows for _, day, rows, _ in told}
        delivered = {
            day: sum((row.impressions for row in rows), Decimal(0)) for day, rows in latest.items() if rows
        }
        fetched = {day for _, day, _, complete in told if complete}
        wanted = oracle.fulfillment(terms, delivered, fetched, as_of)
        (row,) = compute(connection, RULES, as_of=as_of, known="then")
        for name in ("effective_start", "delivered", "delivered_before", "delivered_outside_flight", "band"):
            assert row[name] == wanted[name], (as_of, name)
        for name in ("elapsed_days", "days_fetched", "covered", "lifecycle"):
            assert row[name] == wanted[name], (as_of, name)
        with connection.transaction(force_rollback=True):  # and so does delivery itself, taken back to then
            past.take_back(connection, as_of, BERLIN)
            told_rows = {
                (r.hour_utc, r.site, r.campaign_id, r.deal_id, r.impressions, r.bids, r.wins, r.plays)
                for rows in latest.values() for r in rows
            }  # fmt: skip
            found = connection.execute(
                """SELECT hour_utc, site, campaign_id, deal_id, impressions, bids, wins, plays FROM report_row
                   WHERE hour_utc < %s""",
                [midnight_after(as_of)],
            ).fetchall()
            assert len(found) == len(told_rows) and set(found) == told_rows, as_of
            (now_row,) = compute(connection, RULES, as_of=as_of)
            assert {**now_row, "refreshed_at": None} == {**row, "refreshed_at": None}


def test_now_is_what_is_known_today(connection: psycopg.Connection) -> None:
    number = add_line(connection, CAMPAIGN, start=FIRST, end=FIRST)
    attribute(connection, [number])
    hour = datetime(2026, 10, 22, 10, tzinfo=UTC)
    store(connection, FIRST, [Row(hour, impressions=Decimal(100))], now=hour + timedelta(hours=1))
    store(connection, FIRST, [Row(hour, impressions=Decimal(130))], now=hour + timedelta(days=2))
    for known, delivered in (("then", 100), ("now", 130)):
        (row,) = compute(connection, RULES, as_of=FIRST, known=known)  # type: ignore[arg-type]
        assert row["delivered"] == delivered


def test_then_a_withdrawn_line_had_its_terms_and_its_delivery(connection: psycopg.Connection) -> None:
    number = add_line(
        connection, CAMPAIGN, start=FIRST, end=FIRST, first_seen=datetime(2026, 10, 20, tzinfo=UTC)
    )
    attribute(connection, [number])
    hour = datetime(2026, 10, 22, 10, tzinfo=UTC)
    store(connection, FIRST, [Row(hour, impressions=Decimal(100))], now=hour + timedelta(hours=1))
    connection.execute(
        """INSERT INTO line_history
           SELECT r.* FROM revision r WHERE line_no = %s""",
        [number],
    )
    connection.execute(
        """UPDATE line_register
           SET revision = 2, action = 'withdrawn', valid_from = '2026-10-30', withdrawn_at = '2026-10-30'
           WHERE line_no = %s""",
        [number],
    )
    attribute(connection, [number])
    assert compute(connection, RULES, as_of=FIRST) == []
    (row,) = compute(connection, RULES, as_of=FIRST, contract="then")
    assert (row["delivered"], row["impression_goal"]) == (100, 1000)
    assert compute(connection, RULES, as_of=date(2026, 10, 30), contract="then") == []
