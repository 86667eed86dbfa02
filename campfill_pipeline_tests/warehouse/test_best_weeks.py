"""What places gave in their best weeks, and which lines need more before they begin."""

from __future__ import annotations

from dataclasses import asdict, fields
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import psycopg

from campfill_pipeline.domain.fulfillment import FulfillmentRules
from campfill_pipeline.warehouse.figures.best_weeks import best_runs, unlikely_lines
from campfill_pipeline.warehouse.figures.fulfillment import refresh
from campfill_pipeline.warehouse.readers.attention import AttentionItem, not_begun
from campfill_pipeline.warehouse.readers.one_line import line_life
from campfill_pipeline.warehouse.readers.page import reading as page
from campfill_pipeline_tests.warehouse.facts import add_line, deliver, deliver_at, fetch

TODAY = date(2026, 5, 20)
DAY = timedelta(1)
RULES = FulfillmentRules()


def weeks_at_malls(connection: psycopg.Connection, *, lines: int = 3, days: int = 21) -> list[int]:
    """Lines that got 100 a day each at the mall, and 300 in all."""
    made = [
        add_line(connection, goal=100 * days, start=TODAY - days * DAY, end=TODAY - DAY, placement="Mall")
        for _ in range(lines)
    ]
    for line in made:
        for offset in range(1, days + 1):
            deliver_at(connection, line, "North Mall", TODAY - offset * DAY, 100)
    return made


def upcoming(
    connection: psycopg.Connection, goal: int, days: int = 14, placement: str | None = "Mall", start: int = 5
) -> UUID:
    line = UUID(int=goal + days)
    begin = TODAY + start * DAY
    add_line(
        connection, goal=goal, start=begin, end=begin + (days - 1) * DAY, placement=placement, line_id=line
    )
    return line


def refreshed(connection: psycopg.Connection) -> list[UUID]:
    fetch(connection, [TODAY - offset * DAY for offset in range(1, 40)])
    refresh(connection, RULES, as_of=TODAY, now=datetime(2026, 5, 20, 8, tzinfo=UTC))
    return [one.line_id for one in unlikely_lines(connection, as_of=TODAY)]


def test_a_line_that_needs_more_than_the_best_week_is_named_the_worst_first(
    connection: psycopg.Connection,
) -> None:
    weeks_at_malls(connection)  # 2,100 a week
    as_much = upcoming(connection, 4_200)
    more, most = upcoming(connection, 4_202), upcoming(connection, 13_020)
    short, a_day = upcoming(connection, 899, days=3), upcoming(connection, 310, days=1)
    anywhere = upcoming(connection, 4_400, placement=None)
    assert refreshed(connection) == [most, anywhere, a_day, more]
    assert as_much not in refreshed(connection) and short not in refreshed(connection)
    told = line_life(connection, most, RULES, as_of=TODAY)
    assert told is not None and told.unlikely_goal is not None
    assert told.unlikely_goal.startswith(
        "It needs 3.1 times the best week of these sites: 6,510 impressions in 7 days, where the sites of “Mall” gave "
        "2,100 at most"
    )
    data = page.load(connection, RULES, as_of=TODAY)
    assert [row.line_id for row in data.unlikely] == [most, anywhere, a_day, more]
    assert [row.line_id for row in data.attention] == [most, anywhere, a_day, more]
    assert str(data.attention[0].reason).startswith("Starts on 25 May 2026. It needs 3.1 times")
    coming = not_begun(connection)
    assert [one.line_id for one in coming] == [most, anywhere, a_day, more]
    assert (coming[0].reason, coming[0].unlikely_goal) == (str(data.attention[0].reason), told.unlikely_goal)
    assert [column.name for column in fields(AttentionItem)] + ["unlikely_goal"] == list(asdict(coming[0]))


def test_what_other_lines_got_at_the_same_sites_counts_but_a_placement_without_history_is_not_judged(
    connection: psycopg.Connection,
) -> None:
    weeks_at_malls(connection)
    other = add_line(connection, goal=1, start=TODAY - 21 * DAY, end=TODAY - DAY, placement="Centre")
    for offset in range(1, 8):
        deliver_at(connection, other, "North Mall", TODAY - offset * DAY, 900)
    upcoming(connection, 2 * 8_400)  # all of what the mall's only site gave in its best week
    new = upcoming(connection, 10**9, placement="Harbour")
    too_much = upcoming(connection, 2 * 8_401)
    assert refreshed(connection) == [too_much] and new not in refreshed(connection)


def test_nothing_is_said_where_history_is_thin(connection: psycopg.Connection) -> None:
    weeks_at_malls(connection, lines=2)
    upcoming(connection, 10**9)
    assert refreshed(connection) == []


def test_only_what_counted_before_the_day_is_looked_at(connection: psycopg.Connection) -> None:
    first, *_ = weeks_at_malls(connection)
    deliver(connection, first, TODAY - 3 * DAY, 10**6, source="c", counted=False)
    needs: dict[tuple[str | None, int], Decimal] = {("Mall", 7): Decimal(10**7)}
    assert best_runs(connection, needs, as_of=TODAY)["Mall", 7].impressions == 2_100
    assert best_runs(connection, needs, as_of=TODAY - 7 * DAY)["Mall", 7].first_day == TODAY - 21 * DAY
    assert best_runs(connection, needs, as_of=TODAY - 8 * DAY) == {}


def test_a_line_that_has_begun_is_judged_by_its_own_delivery(connection: psycopg.Connection) -> None:
    weeks_at_malls(connection)
    started = upcoming(connection, 10**6, start=-1)
    assert started not in refreshed(connection)
