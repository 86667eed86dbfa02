"""One dark site is one incident, however many lines were there; quiet hours and lines that end are none."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

import psycopg
import pytest

from campfill_pipeline.domain.fulfillment import FulfillmentRules
from campfill_pipeline.domain.incidents import find
from campfill_pipeline.domain.weekdays import Calendar
from campfill_pipeline.warehouse.delivery.attribution import attribute
from campfill_pipeline.warehouse.figures.fulfillment import refresh
from campfill_pipeline.warehouse.readers.attention import attention
from campfill_pipeline.warehouse.readers.incidents import incidents, struck
from campfill_pipeline.warehouse.readers.one_line import line_life
from campfill_pipeline.warehouse.readers.page.reading import load
from campfill_pipeline_tests.warehouse.delivery_rows import Row, add_line, store

MONDAY = date(2026, 7, 6)
FIRST = MONDAY - timedelta(25)
BERLIN = ZoneInfo("Europe/Berlin")
HOURS = range(8, 20)
RULES = FulfillmentRules()


def publish(
    connection: psycopg.Connection, lines: int, dark: set[tuple[str, date, int]], goal: int = 31 * 1440
) -> list[str]:
    """Lines at two sites, 60 impressions an hour at each, but for the dark hours."""
    ids = [f"c0000000-0000-0000-0000-{number:012d}" for number in range(1, lines + 1)]
    for line_id in ids:
        add_line(connection, line_id, start=FIRST, end=MONDAY + timedelta(5))
    connection.execute("UPDATE line_register SET impression_goal = %s, purchase_type = 'guaranteed'", [goal])
    for offset in range(25):
        day = FIRST + timedelta(offset)
        rows = [
            Row(datetime(day.year, day.month, day.day, hour, tzinfo=BERLIN).astimezone(UTC), site, line_id,
                impressions=Decimal(60), bids=200, wins=100, plays=100, campaign_purchase_type="guaranteed")
            for line_id in ids for site in ("Hbf", "Mall") for hour in HOURS if (site, day, hour) not in dark
        ]  # fmt: skip
        store(connection, day, rows)
    attribute(connection, [number for (number,) in connection.execute("SELECT line_no FROM line_register")])
    connection.execute(
        "INSERT INTO line_dirty (line_no) SELECT line_no FROM line_register ON CONFLICT DO NOTHING"
    )
    refresh(connection, RULES, as_of=MONDAY, now=datetime(2026, 7, 6, 8, tzinfo=UTC))
    return ids


def test_a_site_dark_for_six_hours_across_forty_lines_is_one_incident(connection: psycopg.Connection) -> None:
    day = MONDAY - timedelta(4)
    ids = publish(connection, 40, {("Hbf", day, hour) for hour in range(10, 16)})
    (one,) = incidents(connection)
    assert (one.site, one.silence, one.lines) == ("Hbf", "dark", 40)
    assert one.from_hour == datetime(2026, 7, 2, 10, tzinfo=BERLIN)
    assert one.until_hour == datetime(2026, 7, 2, 16, tzinfo=BERLIN)
    assert one.impressions_lost == one.impressions_savable == 40 * 60 * 6
    assert one.eur_lost == one.eur_savable == Decimal(40 * 60 * 6 * 5) / 1000
    told = line_life(connection, UUID(ids[0]), RULES, as_of=MONDAY)
    assert told is not None and told.incidents == [one]
    assert [(s.site, s.impressions_lost, s.explains) for s in told.struck] == [("Hbf", Decimal(360), True)]
    page = load(connection, RULES, as_of=MONDAY)
    assert page.incidents == (one,)
    assert {s.line_id for s in page.struck} == set(map(UUID, ids))
    assert all(item.reason.count("incident at Hbf on 2 Jul") == 1 for item in attention(connection))
    assert {item.line_id for item in attention(connection)} <= set(map(UUID, ids))
    kept = connection.execute("SELECT * FROM site_silence").fetchall()
    refresh(connection, RULES, as_of=MONDAY, now=datetime(2026, 7, 6, 9, tzinfo=UTC), full=True)
    assert connection.execute("SELECT * FROM site_silence").fetchall() == kept


def test_an_incident_explains_nothing_of_a_line_without_a_gap(connection: psycopg.Connection) -> None:
    day = MONDAY - timedelta(4)
    publish(connection, 3, {("Hbf", day, hour) for hour in range(10, 16)}, goal=30000)
    assert [(one.site, one.explains) for one in struck(connection)] == [("Hbf", False)] * 3


def hours_of(level: dict[date, float], dark: set[tuple[date, int]]) -> dict[tuple[date, int], float]:
    return {
        (day, hour): 1000 * share
        for day, share in level.items()
        for hour in HOURS
        if share and (day, hour) not in dark
    }


DAYS = [MONDAY - timedelta(offset) for offset in range(1, 29)]


@pytest.mark.parametrize("share", [0.1, 0.5, 3.0])
def test_fewer_or_more_lines_are_no_incident(share: float) -> None:
    level = {day: share if day > MONDAY - timedelta(5) else 1.0 for day in DAYS}
    assert find(hours_of(level, set()), MONDAY, Calendar()) == []


def test_two_dark_hours_are_none_and_three_are_one() -> None:
    day, level = MONDAY - timedelta(3), dict.fromkeys(DAYS, 1.0)
    assert find(hours_of(level, {(day, 9), (day, 10)}), MONDAY, Calendar()) == []
    (one,) = find(hours_of(level, {(day, 9), (day, 10), (day, 11)}), MONDAY, Calendar())
    assert (one.day, one.first_hour, one.last_hour, one.lost) == (day, 9, 11, 3000)


def test_closed_sundays_are_no_incident_but_a_dark_weekday_is() -> None:
    level = {day: 0.0 if day.weekday() == 6 else 1.0 for day in DAYS}
    assert find(hours_of(level, set()), MONDAY, Calendar()) == []
    day = MONDAY - timedelta(4)
    (one,) = find(hours_of(level | {day: 0.0}, set()), MONDAY, Calendar())
    assert (one.day, one.first_hour, one.last_hour) == (day, 8, 19)
