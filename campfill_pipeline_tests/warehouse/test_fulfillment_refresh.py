"""A refresh computes what changed, and ends with the table that a full recompute gives."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import psycopg
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campfill_pipeline.domain.fulfillment import Bands, FulfillmentRules
from campfill_pipeline.warehouse.figures.fulfillment import as_stored, compute, due, refresh
from campfill_pipeline.warehouse.figures.sources import parameters, with_figures
from campfill_pipeline.warehouse.readers.page import line_detail, reading
from campfill_pipeline_tests.warehouse.facts import add_line, deliver, fetch, touch

RULES = FulfillmentRules()
NOW = datetime(2026, 5, 20, 10, tzinfo=UTC)
DAY = date(2026, 5, 20)


TABLES = ("fulfillment", "fulfillment_window", "fulfillment_trend", "shortfall_cause", "reconciliation")


def stored(connection: psycopg.Connection) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every derived table, without when it was made."""
    return {
        table: connection.execute(
            f"SELECT to_jsonb(t) - 'refreshed_at' - 'issue_no' AS row FROM {table} t ORDER BY 1".encode()
        ).fetchall()
        for table in TABLES
    }


def shown(connection: psycopg.Connection, as_of: date) -> tuple[Any, Any]:
    """What the figures are known by, and all that page and workbook show of them, but for how fresh they are."""
    data = reading.load(connection, RULES, as_of=as_of)
    details = tuple(line_detail.details(connection, data, limit=50))
    fresh = {"freshness": data.freshness.gaps, "refreshed_at": None}
    return reading.content(connection, RULES, as_of), (replace(data, **fresh), details)  # type: ignore[arg-type]


def in_portions(connection: psycopg.Connection, as_of: date, most: int | None) -> list[int]:
    """Refresh until nothing is left. How many lines were computed in each portion."""
    computed, left = [], 1
    while left:
        result = refresh(connection, RULES, as_of=as_of, now=NOW, most=most)
        computed.append(result.computed)
        left = result.left
    return computed


def test_very_many_touched_lines_are_computed_in_portions(connection: psycopg.Connection) -> None:
    lines = [
        add_line(connection, goal=1000 + n, start=DAY - timedelta(5), end=DAY - timedelta(1))
        for n in range(5)
    ]
    fetch(connection, [DAY - timedelta(n) for n in range(1, 6)])
    deliver(connection, lines[0], DAY - timedelta(2), 900)
    assert in_portions(connection, DAY, 2)[:1] == [2]  # also in a new home
    whole = stored(connection)
    assert connection.execute("SELECT count(*) FROM line_dirty").fetchone() == (0,)
    for line in lines:
        touch(connection, line)
    assert in_portions(connection, DAY, 2) == [2, 2, 1]
    assert stored(connection) == whole
    refresh(connection, RULES, as_of=DAY, now=NOW, full=True)
    assert stored(connection) == whole


def test_each_portion_is_planned_for_the_lines_in_it(connection: psycopg.Connection) -> None:
    """A plan for any number of lines goes through what it reads line by line: minutes for fifty thousand of them."""
    lines = [add_line(connection, goal=1000, start=DAY - timedelta(5), end=DAY) for _ in range(14)]
    refresh(connection, RULES, as_of=DAY, now=NOW)
    for line in lines:
        touch(connection, line)
    assert in_portions(connection, DAY, 1) == [1] * 14
    kept = connection.execute(
        "SELECT custom_plans, generic_plans FROM pg_prepared_statements WHERE statement LIKE '%INTO fulfillment (%'"
    ).fetchall()
    assert kept
    assert all(custom > 5 and generic == 0 for custom, generic in kept)


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """This node of a plan and all below it."""
    yield plan
    for below in plan.get("Plans", []):
        yield from nodes(below)


def test_no_part_of_the_figures_is_gone_through_line_by_line(connection: psycopg.Connection) -> None:
    """Running lines cost what they are, not their square: some with an open end, behind the known holidays."""
    lines, days = 400, 3
    for number in range(lines):
        end = date(9999, 12, 31) if number % 100 == 0 else DAY + timedelta(1)
        add_line(connection, goal=1000, start=DAY - timedelta(1), end=end)
    connection.execute("ANALYZE")
    text = with_figures("now", "now", "SELECT count(*) FROM figures")
    [(explained,)] = connection.execute(
        b"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) " + text, parameters(RULES, DAY, None)
    ).fetchall()
    read = {
        f"{node['CTE Name']} as {node['Alias']}": (
            node["Actual Rows"] + node.get("Rows Removed by Filter", 0)
        )
        * node["Actual Loops"]
        for node in nodes(explained[0]["Plan"])
        if node["Node Type"] == "CTE Scan"
    }
    far_days = 4 * 366 * 32  # the open ends are gone through day by day as far as holidays are known
    assert max(read.values()) <= lines * days + far_days, read


def test_a_refresh_computes_only_touched_lines(connection: psycopg.Connection) -> None:
    lines = [add_line(connection, goal=1000, start=DAY - timedelta(5), end=DAY) for _ in range(5)]
    assert refresh(connection, RULES, as_of=DAY, now=NOW).full
    deliver(connection, lines[2], DAY, 500)
    result = refresh(connection, RULES, as_of=DAY, now=NOW)
    assert (result.full, result.computed, result.changed) == (False, 1, 1)
    assert connection.execute("SELECT count(*) FROM line_dirty").fetchone() == (0,)
    assert refresh(connection, RULES, as_of=DAY, now=NOW).computed == 0


def test_a_withdrawn_line_leaves_the_table(connection: psycopg.Connection) -> None:
    keep, gone = (add_line(connection, goal=1000, start=DAY, end=DAY) for _ in range(2))
    refresh(connection, RULES, as_of=DAY, now=NOW)
    connection.execute("UPDATE line_register SET withdrawn_at = now() WHERE line_no = %s", [gone])
    touch(connection, gone)
    assert refresh(connection, RULES, as_of=DAY, now=NOW).removed == 1
    assert connection.execute("SELECT line_no FROM fulfillment").fetchall() == [(keep,)]


def test_a_fetched_day_covers_lines_that_no_row_touched(connection: psycopg.Connection) -> None:
    add_line(connection, goal=1000, start=DAY - timedelta(2), end=DAY)
    fetch(connection, [DAY - timedelta(2)])
    refresh(connection, RULES, as_of=DAY, now=NOW)
    assert connection.execute("SELECT days_fetched, covered FROM fulfillment").fetchone() == (1, False)
    fetch(connection, [DAY - timedelta(1)])
    refresh(connection, RULES, as_of=DAY, now=NOW)
    assert connection.execute("SELECT days_fetched, covered FROM fulfillment").fetchone() == (2, True)


def test_a_line_that_starts_at_once_is_covered_once_the_day_before_its_delivery_is_known(
    connection: psycopg.Connection,
) -> None:
    line = add_line(connection, goal=3000, start=None, end=DAY - timedelta(1))
    for back in (1, 2):
        deliver(connection, line, DAY - timedelta(back), 100)
    fetch(connection, [DAY - timedelta(1), DAY - timedelta(2)])
    refresh(connection, RULES, as_of=DAY, now=NOW)
    known = "SELECT elapsed_days, days_fetched, covered FROM fulfillment"
    assert connection.execute(known).fetchone() == (2, 2, False)
    fetch(connection, [DAY - timedelta(3)])
    refresh(connection, RULES, as_of=DAY, now=NOW)
    assert connection.execute(known).fetchone() == (2, 2, True)


def test_other_rules_are_due_and_no_report_shows_figures_of_the_old_ones(
    connection: psycopg.Connection,
) -> None:
    line = add_line(connection, goal=1000, start=DAY - timedelta(4), end=DAY - timedelta(1))
    deliver(connection, line, DAY - timedelta(2), 970)
    refresh(connection, RULES, as_of=DAY, now=NOW)
    assert not due(connection, RULES, as_of=DAY)
    assert reading.content(connection, RULES, DAY) is not None
    for other in (
        replace(RULES, bands=Bands(Decimal(96), Decimal(90), Decimal(80))),
        replace(RULES, final_after_days=0),
        replace(RULES, behind_below=Decimal("0.9")),
    ):
        assert due(connection, other, as_of=DAY)
        assert reading.content(connection, other, DAY) is None
        with reading.state_as_of(connection, other, as_of=DAY, now=NOW):
            (shown_line,) = reading.load(connection, other, as_of=DAY).lines
            (computed,) = compute(connection, other, as_of=DAY)
            assert (shown_line.band, shown_line.lifecycle) == (computed["band"], computed["lifecycle"])
    other = replace(RULES, bands=Bands(Decimal(96), Decimal(90), Decimal(80)))
    refresh(connection, other, as_of=DAY, now=NOW)
    assert not due(connection, other, as_of=DAY)
    assert connection.execute("SELECT band FROM fulfillment").fetchone() == ("goal_met",)


def test_final_lines_stay_as_they_are_when_the_day_changes(connection: psycopg.Connection) -> None:
    add_line(connection, goal=1000, start=DAY - timedelta(40), end=DAY - timedelta(30))
    add_line(connection, goal=1000, start=DAY - timedelta(4), end=DAY + timedelta(30))
    refresh(connection, RULES, as_of=DAY, now=NOW)
    result = refresh(connection, RULES, as_of=DAY + timedelta(1), now=NOW)
    assert (result.day_changed, result.computed) == (True, 1)
    assert connection.execute("SELECT DISTINCT as_of FROM fulfillment").fetchall() == [(DAY + timedelta(1),)]


def test_the_table_equals_what_is_computed_for_that_day(connection: psycopg.Connection) -> None:
    line = add_line(connection, goal=70_000, start=DAY - timedelta(6), end=DAY + timedelta(3))
    deliver(connection, line, DAY - timedelta(2), Decimal("12149.71"))
    refresh(connection, RULES, as_of=DAY, now=NOW)
    (computed,) = compute(connection, RULES, as_of=DAY)
    of_the_line = ("name", "external_id", "refreshed_at")
    columns = ", ".join(name for name in computed if name not in of_the_line)
    row = connection.execute(f"SELECT {columns} FROM fulfillment".encode()).fetchone()
    assert row == tuple(v for name, v in computed.items() if name not in of_the_line)


def test_stored_figures_are_read_only_where_they_are_what_would_be_computed(
    connection: psycopg.Connection,
) -> None:
    def without_moment(rows: list[dict[str, Any]] | None) -> list[tuple[tuple[str, str], ...]] | None:
        if rows is None:
            return None
        return [
            tuple((name, str(value)) for name, value in row.items() if name != "refreshed_at") for row in rows
        ]

    assert as_stored(connection, RULES, as_of=DAY) is None, "a new home"
    lines = [
        add_line(connection, goal=70_000 + n, start=DAY - timedelta(6), end=DAY + timedelta(n), kind=kind)
        for n, kind in enumerate(("campaign", "deal", "campaign"))
    ]
    deliver(connection, lines[1], DAY - timedelta(2), Decimal("12149.71"))
    refresh(connection, RULES, as_of=DAY, now=NOW)
    for kind, band in ((None, None), ("campaign", None), (None, "no_data"), (None, "goal_met")):
        found = as_stored(connection, RULES, as_of=DAY, kind=kind, band=band)
        computed = compute(connection, RULES, as_of=DAY, kind=kind, band=band)
        assert without_moment(found) == without_moment(computed)
    assert {row["refreshed_at"] for row in as_stored(connection, RULES, as_of=DAY) or []} == {NOW}
    assert as_stored(connection, RULES, as_of=DAY + timedelta(1)) is None
    assert as_stored(connection, replace(RULES, final_after_days=0), as_of=DAY) is None
    deliver(connection, lines[0], DAY - timedelta(2), 10)
    assert as_stored(connection, RULES, as_of=DAY) is None


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 2**32), st.integers(5, 25))
def test_any_sequence_of_changes_ends_as_a_full_recompute(
    connection: psycopg.Connection, seed: int, steps: int
) -> None:
    chance = random.Random(seed)
    as_of = DAY

    def some_day() -> date:
        return DAY + timedelta(chance.randint(-14, 8))

    def new_line() -> int:
        start = some_day()
        return add_line(
            connection, goal=chance.randint(1, 5000), start=chance.choice([start, None]),
            end=start + timedelta(chance.randint(0, 12)), cpm=Decimal(chance.randint(0, 400)) / 10,
            kind=chance.choice(["campaign", "deal"]),
            purchase_type=chance.choice(["guaranteed", "unguaranteed"]),
        )  # fmt: skip

    lines = [new_line() for _ in range(6)]
    content, before = None, None
    for _ in range(steps):
        match chance.randint(0, 8):
            case 0:
                lines.append(new_line())
            case 1 | 2:
                deliver(connection, chance.choice(lines), some_day(), chance.randint(0, 3000))
            case 3:
                fetch(connection, {some_day() for _ in range(6)})
            case 4:
                fetch(connection, {some_day()}, status="partial")
            case 5:
                line = chance.choice(lines)
                connection.execute(
                    "UPDATE line_register SET impression_goal = %s WHERE line_no = %s",
                    [chance.randint(1, 5000), line],
                )
                touch(connection, line)
            case 6:
                line = chance.choice(lines)
                connection.execute(
                    """UPDATE line_register SET withdrawn_at = CASE WHEN withdrawn_at IS NULL THEN now() END
                       WHERE line_no = %s""",
                    [line],
                )
                touch(connection, line)
            case 7:
                pass
            case _:
                as_of += timedelta(chance.choice([1, 1, 2, -1, 5]))
        in_portions(connection, as_of, chance.choice([None, 1, 3]))
        now_content, now_shown = shown(connection, as_of)
        if now_content == content:  # then a report that exists need not be made again
            assert now_shown == before
        content, before = now_content, now_shown
        refresh(connection, RULES, as_of=as_of, now=NOW)
        assert shown(connection, as_of)[0] == content
    incremental = stored(connection)
    refresh(connection, RULES, as_of=as_of, now=NOW, full=True)
    assert incremental == stored(connection)
    connection.execute(f"TRUNCATE fulfillment_state, {', '.join(TABLES)}".encode())
    refresh(connection, RULES, as_of=as_of, now=NOW)
    assert incremental == stored(connection)
    connection.rollback()
