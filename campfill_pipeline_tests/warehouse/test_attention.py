"""What to do next: who needs attention, in which order, said in one sentence; make-goods; whose problem it is."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import psycopg

from campfill_pipeline.domain.fulfillment import FulfillmentRules
from campfill_pipeline.warehouse.figures.fulfillment import refresh
from campfill_pipeline.warehouse.readers.attention import attention, make_goods
from campfill_pipeline.warehouse.readers.cause_summary import cause_summary
from campfill_pipeline_tests.warehouse.facts import add_line, deliver, fetch
from campfill_pipeline_tests.warehouse.oracle import days

TODAY = date(2026, 5, 20)
DAY = timedelta(1)


def refreshed(connection: psycopg.Connection) -> None:
    fetch(connection, days(TODAY - 60 * DAY, TODAY - DAY))
    refresh(connection, FulfillmentRules(), as_of=TODAY, now=datetime(2026, 5, 20, 8, tzinfo=UTC))


def live(
    connection: psycopg.Connection, daily: list[int], *, goal: int, left: int, purchase_type: str
) -> None:
    start = TODAY - len(daily) * DAY
    line = add_line(
        connection, goal=goal, start=start, end=TODAY + (left - 1) * DAY, purchase_type=purchase_type
    )
    for offset, impressions in enumerate(daily):
        deliver(connection, line, start + offset * DAY, impressions)


def test_guaranteed_lines_come_first_then_the_dearest(connection: psycopg.Connection) -> None:
    live(connection, [10] * 10, goal=50_000, left=10, purchase_type="unguaranteed")
    live(connection, [10] * 10, goal=10_000, left=10, purchase_type="guaranteed")
    live(connection, [10] * 10, goal=20_000, left=10, purchase_type="guaranteed")
    live(connection, [1_000] * 10, goal=20_000, left=10, purchase_type="guaranteed")  # on pace
    refreshed(connection)
    found = attention(connection)
    assert [(item.purchase_type, round(item.missing)) for item in found] == [
        ("guaranteed", 19_800), ("guaranteed", 9_800), ("unguaranteed", 49_800),
    ]  # fmt: skip
    assert [item.line_id for item in attention(connection, limit=1)] == [found[0].line_id]


def test_the_sentence_says_what_it_takes_and_whether_that_was_ever_done(
    connection: psycopg.Connection,
) -> None:
    live(connection, [600] * 7 + [100] * 7, goal=20_000, left=28, purchase_type="guaranteed")
    live(connection, [10] * 14, goal=20_000, left=14, purchase_type="guaranteed")
    refreshed(connection)
    unreachable, reachable = attention(connection)
    assert (unreachable.reachable, reachable.reachable) == (False, True)
    assert reachable.reason.startswith(
        "Live at 73.5 % of its pace, 28 days left: needs 540 a day, its best week gave 600 a day (reachable);"
        " at risk are 12,300 impressions (€123.00)"
    )
    assert "its best week gave 10 a day (out of reach)" in unreachable.reason


def test_a_silent_line_is_named_as_such(connection: psycopg.Connection) -> None:
    add_line(connection, goal=3_000, start=TODAY - 2 * DAY, end=TODAY)
    refreshed(connection)
    (item,) = attention(connection)
    assert item.reason == (
        "Live for 2 days without a single report row, 1 day left: 3,000 impressions (€30.00) at risk."
    )


def test_a_line_whose_days_were_not_all_fetched_needs_no_attention(connection: psycopg.Connection) -> None:
    add_line(connection, goal=3_000, start=TODAY - 90 * DAY, end=TODAY)
    add_line(connection, goal=3_000, start=TODAY - 90 * DAY, end=TODAY - DAY)
    refreshed(connection)
    assert attention(connection) == []
    assert make_goods(connection) == []
    assert cause_summary(connection).causes == ()
    assert cause_summary(connection).not_covered == 2


def test_make_goods_are_owed_for_ended_guaranteed_lines(connection: psycopg.Connection) -> None:
    for purchase_type, end in (("guaranteed", 2), ("guaranteed", 20), ("unguaranteed", 2)):
        line = add_line(
            connection, goal=1_000, start=TODAY - 30 * DAY, end=TODAY - end * DAY, purchase_type=purchase_type
        )
        deliver(connection, line, TODAY - 25 * DAY, Decimal("899.5"))
    refreshed(connection)
    owed = make_goods(connection)
    assert [(item.impressions, item.eur) for item in owed] == [(Decimal("100.5"), Decimal("1.005"))] * 2
    assert sorted(item.final for item in owed) == [False, True]
    assert len(make_goods(connection, since=TODAY - 7 * DAY)) == 1
    (item,) = attention(connection)  # the other one ended long ago
    assert item.reason.startswith("Ended on 18 May 2026 at 90.0 %: a make-good of 101 impressions (€1.01)")


def test_the_summary_adds_up_to_the_whole_shortfall(connection: psycopg.Connection) -> None:
    for delivered in (0, 500, 990, 1_200):
        line = add_line(connection, goal=1_000, start=TODAY - 9 * DAY, end=TODAY - 5 * DAY)
        if delivered:
            deliver(connection, line, TODAY - 7 * DAY, delivered)
    refreshed(connection)
    summary = cause_summary(connection)
    assert {(part.side, part.cause): (part.lines, part.impressions) for part in summary.causes} == {
        ("unknown", "no_reporting"): (1, Decimal(1_000)), ("unknown", "no_funnel"): (1, Decimal(500)),
        ("none", "none"): (1, Decimal(10)),
    }  # fmt: skip
    assert summary.side("unknown").eur == 15
    assert summary.side("system").lines == 0
    assert "covered" in summary.basis
