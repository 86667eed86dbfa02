"""Causes and their references after any sequence of changes are those of a full recompute."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import psycopg
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campfill_pipeline.domain.fulfillment import FulfillmentRules
from campfill_pipeline.warehouse.attribution import attribute
from campfill_pipeline.warehouse.fulfillment import refresh
from campfill_pipeline_tests.warehouse.delivery_rows import Row, add_line, store

RULES = FulfillmentRules()
FIRST = date(2026, 3, 20)
TABLES = (
    "report_hour, report_series, report_entity, report_fetch, report_day, restatement, delivery_fetch,"
    " report_refusal, line_day, line_register, line_dirty, fulfillment, fulfillment_state, fulfillment_fetch,"
    " fulfillment_window, fulfillment_trend, shortfall_cause, reconciliation, reference_series, reference_hour,"
    " reference_day, line_reference"
)
COMPARED = {
    "shortfall_cause": "SELECT to_jsonb(t) FROM shortfall_cause t ORDER BY line_no",
    "line_reference": "SELECT to_jsonb(t) FROM line_reference t ORDER BY line_no",
    "reference_hour": "SELECT * FROM reference_hour WHERE rows <> 0 ORDER BY 1, 2, 3",
    "reference_day": "SELECT * FROM reference_day WHERE rows <> 0 ORDER BY 1, 2",
    "reference_series": "SELECT * FROM reference_series ORDER BY 1",
    "reconciliation": "SELECT to_jsonb(t) - 'issue_no' AS row FROM reconciliation t ORDER BY 1",
    "fulfillment": "SELECT to_jsonb(t) - 'refreshed_at' FROM fulfillment t ORDER BY line_no",
}


def stored(connection: psycopg.Connection) -> dict[str, list[tuple[Any, ...]]]:
    return {name: connection.execute(query.encode()).fetchall() for name, query in COMPARED.items()}


class Publisher:
    """A few lines and days that change at random: deliveries, restatements, goals, withdrawals, midnight."""

    def __init__(self, connection: psycopg.Connection, chance: random.Random) -> None:
        self.connection, self.chance = connection, chance
        self.today = FIRST + timedelta(24)
        self.ids = [str(UUID(int=chance.getrandbits(128))) for _ in range(9)]
        self.lines: dict[int, str] = {}
        self.type_of = {line_id: chance.choice(["guaranteed", "unguaranteed"]) for line_id in self.ids}
        for line_id in self.ids[:6]:
            self.list_line(line_id)
        for offset in range(0, 24):
            self.fetch(FIRST + timedelta(offset))

    def list_line(self, line_id: str) -> None:
        start = FIRST + timedelta(self.chance.randint(0, 22))
        number = add_line(
            self.connection, line_id, start=start, end=start + timedelta(self.chance.randint(0, 6)),
            kind=self.chance.choice(["campaign", "deal"]),
        )  # fmt: skip
        self.lines[number] = line_id
        self.set_goal(number)

    def set_goal(self, number: int) -> None:
        self.connection.execute(
            "UPDATE line_register SET impression_goal = %s WHERE line_no = %s",
            [self.chance.choice([300, 3_000, 10_000, 40_000]), number],
        )
        self.touch(number)

    def touch(self, number: int) -> None:
        attribute(self.connection, [number])
        self.connection.execute(
            "INSERT INTO line_dirty (line_no) VALUES (%s) ON CONFLICT DO NOTHING", [number]
        )

    def withdraw_or_restore(self, number: int) -> None:
        self.connection.execute(
            """UPDATE line_register SET withdrawn_at = CASE WHEN withdrawn_at IS NULL THEN now() END
               WHERE line_no = %s""",
            [number],
        )
        self.touch(number)

    def fetch(self, day: date) -> None:
        start = datetime(day.year, day.month, day.day, 5, tzinfo=UTC)
        rows = []
        for line_id in self.ids:
            deal = self.chance.choice([None, None, self.chance.choice(self.ids)])
            for hour in (0, 7):
                bids = self.chance.choice([0, 40, 200, 400])
                wins = round(bids * self.chance.choice([0, 0.3, 0.5]))
                plays = round(wins * self.chance.choice([0, 0.9, 1.2]))
                row = Row(
                    start + timedelta(hours=hour), site=self.chance.choice(["Hbf", "Markt"]),
                    campaign_id=line_id, deal_id=None if deal == line_id else deal, bids=bids, wins=wins,
                    plays=plays, impressions=Decimal(plays * self.chance.randint(0, 100)) / 10,
                    campaign_purchase_type=self.type_of[line_id],
                )  # fmt: skip
                if self.chance.random() < 0.05:
                    row = Row(**{**vars(row), "bids": None, "wins": None, "plays": None})
                if self.chance.random() < 0.8:
                    rows.append(row)
        store(self.connection, day, rows, complete=self.chance.random() < 0.97)

    def change(self) -> None:
        chance, known = self.chance, list(self.lines)
        match chance.randint(0, 6):
            case 0 if len(self.lines) < len(self.ids):
                self.list_line(self.ids[len(self.lines)])
            case 0 | 1:
                self.set_goal(chance.choice(known))
            case 2:
                self.withdraw_or_restore(chance.choice(known))
            case 3 | 4:
                self.fetch(FIRST + timedelta(chance.randint(0, (self.today - FIRST).days)))
            case 5:
                line_id = chance.choice(self.ids)
                self.type_of[line_id] = chance.choice(["guaranteed", "unguaranteed"])
                self.fetch(self.today - timedelta(1))
            case _:
                self.today += timedelta(chance.choice([1, 1, 2, -1]))

    def refresh(self, *, full: bool = False) -> None:
        now = datetime(2026, 4, 20, tzinfo=UTC)
        refresh(self.connection, RULES, as_of=self.today, now=now, full=full)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 2**32))
def test_causes_after_any_changes_are_those_of_a_full_recompute(
    connection: psycopg.Connection, seed: int
) -> None:
    connection.execute(f"TRUNCATE {TABLES} CASCADE".encode())
    publisher = Publisher(connection, random.Random(seed))
    publisher.refresh()
    for _ in range(10):
        publisher.change()
        if publisher.chance.random() < 0.8:
            publisher.refresh()
    publisher.refresh()
    incremental = stored(connection)
    publisher.refresh(full=True)
    full = stored(connection)
    for name, rows in full.items():
        assert incremental[name] == rows, name
