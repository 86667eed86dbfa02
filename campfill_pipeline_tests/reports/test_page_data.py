"""What page and workbook read: the same figures as the tables, of one state, for any day, bounded in effort."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from campfill_pipeline.domain.fulfillment import FulfillmentRules
from campfill_pipeline.warehouse.delivery import partitions
from campfill_pipeline.warehouse.figures.fulfillment import compute
from campfill_pipeline.warehouse.readers.attention import attention
from campfill_pipeline.warehouse.readers.page import line_detail, reading
from campfill_pipeline.warehouse.readers.page.rows import LineDetail, PageData, SiteRow
from campfill_pipeline_tests.reports.conftest import Demo

RULES = FulfillmentRules()
FUNNEL = ("impressions", "bids", "wins", "plays")


@pytest.fixture
def data(demo: Demo, demo_connection: psycopg.Connection) -> PageData:
    return reading.load(demo_connection, RULES, as_of=demo.as_of)


def rows(connection: psycopg.Connection, query: str) -> list[dict[str, Any]]:
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(query.encode()).fetchall()


def test_every_figure_of_every_line_is_that_of_the_table(
    data: PageData, demo_connection: psycopg.Connection
) -> None:
    stored = rows(demo_connection, "SELECT * FROM fulfillment ORDER BY shortfall DESC, line_id")
    assert [line.id for line in data.lines] == [row["line_id"] for row in stored]
    for line, row in zip(data.lines, stored, strict=True):
        for column in (
            "kind", "purchase_type", "impression_goal", "delivered", "delivered_before", "fulfillment_pct", "shortfall",
            "surplus", "expected", "pacing_index", "required_daily", "projected", "value_at_risk_eur", "billable_eur",
            "delivered_value_eur", "delivered_outside_flight", "lifecycle", "band", "pace", "covered", "flight_days",
            "elapsed_days", "days_fetched", "effective_start", "end_date", "best_week_daily", "reachable",
        ):  # fmt: skip
            assert getattr(line, column) == row[column], (line.id, column)


def test_each_line_knows_the_file_sheet_and_row_it_came_from(data: PageData) -> None:
    files = {upload.upload_id: upload.file_name for upload in data.uploads}
    for line in data.lines:
        assert line.upload_id is not None and files[line.upload_id] == "lines.xlsx"
        assert line.sheet == "Campaign list" and line.row_no


def test_losses_by_side_add_up_to_the_shortfall_of_the_window(data: PageData, demo: Demo) -> None:
    start = demo.as_of - timedelta(days=30)
    expected: dict[tuple[str, str, str], list[Decimal]] = defaultdict(list)
    for line in data.lines:
        if line.covered and start <= line.end_date < demo.as_of and line.shortfall > 0:
            for category in (("all", "all"), (line.kind, line.purchase_type)):
                expected[*category, line.side or "none"].append(line.shortfall)
    found = {
        (loss.kind, loss.purchase_type, loss.side): (loss.lines, loss.impressions)
        for loss in data.losses
        if loss.period == "30d"
    }
    assert found == {key: (len(all_), sum(all_)) for key, all_ in expected.items()}
    assert len({side for _, _, side in found}) >= 3, "the demo world has shortfalls of several sides"


def test_lines_in_windows_are_counted_as_the_table_counts_them(data: PageData, demo: Demo) -> None:
    for window in data.windows:
        if (window.period, window.kind) == ("7d", "all"):
            own = [
                line
                for line in data.lines
                if line.covered and demo.as_of - timedelta(days=7) <= line.end_date < demo.as_of
            ]
            assert (window.lines, window.fulfilled) == (
                len(own),
                sum(line.band == "goal_met" for line in own),
            )


def test_attention_comes_in_the_order_and_words_of_the_warehouse(
    data: PageData, demo_connection: psycopg.Connection
) -> None:
    items = attention(demo_connection)
    assert [(row.line_id, str(row.reason)) for row in data.attention] == [
        (item.line_id, item.reason) for item in items
    ]
    assert items


def test_freshness_tells_the_unbroken_run_and_the_gaps_before_it(data: PageData, demo: Demo) -> None:
    assert data.freshness.complete_from == demo.world.first_day
    assert data.freshness.complete_through == demo.as_of - timedelta(days=1)
    assert data.freshness.today_fetched_at is None
    assert data.freshness.gaps and all(gap.day < demo.world.first_day for gap in data.freshness.gaps)
    assert data.freshness.list_file == "lines.xlsx"


def test_a_gap_ends_the_run_it_breaks(demo: Demo, demo_connection: psycopg.Connection) -> None:
    broken = demo.as_of - timedelta(days=3)
    demo_connection.execute("UPDATE delivery_fetch SET status = 'failed' WHERE day = %s", [broken])
    freshness = reading.load(demo_connection, RULES, as_of=demo.as_of).freshness
    assert freshness.complete_from == broken + timedelta(days=1)
    demo_connection.rollback()


def test_a_report_of_another_day_computes_and_leaves_everything_as_it_was(
    demo: Demo, demo_connection: psycopg.Connection
) -> None:
    day = demo.as_of - timedelta(days=20)
    before = rows(demo_connection, "SELECT * FROM fulfillment ORDER BY line_id")
    demo_connection.rollback()
    with reading.state_as_of(demo_connection, RULES, as_of=day, now=demo.now):
        lines = reading.load(demo_connection, RULES, as_of=day).lines
        computed = compute(demo_connection, RULES, as_of=day)
    assert [(line.id, line.delivered, line.lifecycle) for line in lines] == [
        (row["line_id"], row["delivered"], row["lifecycle"]) for row in computed
    ]
    assert rows(demo_connection, "SELECT * FROM fulfillment ORDER BY line_id") == before


def details(demo: Demo, connection: psycopg.Connection, **options: int) -> list[LineDetail]:
    data = reading.load(connection, RULES, as_of=demo.as_of)
    return list(line_detail.details(connection, data, limit=1000, **options))


def test_days_hours_and_sites_each_add_up_to_what_was_delivered(
    demo: Demo, demo_connection: psycopg.Connection
) -> None:
    delivered = {
        line.id: line.delivered for line in reading.load(demo_connection, RULES, as_of=demo.as_of).lines
    }
    found = details(demo, demo_connection)
    assert sum(1 for detail in found if detail.hours) > 200
    for detail in found:
        assert sum((row.impressions for row in detail.days), Decimal(0)) == delivered[detail.id]
        assert sum(detail.hours.values(), Decimal(0)) == delivered[detail.id]
        assert all(0 <= hour < 24 for _, hour in detail.hours)
        if detail.site_count == len(detail.sites):
            assert sum((site.impressions for site in detail.sites), Decimal(0)) == delivered[detail.id]
        assert list(detail.sites) == sorted(detail.sites, key=lambda site: -site.impressions)


def test_details_stop_reading_hours_when_enough_rows_were_looked_at(
    demo: Demo, demo_connection: psycopg.Connection
) -> None:
    found = details(demo, demo_connection, rows_read=20_000)
    assert 0 < sum(1 for detail in found if detail.hours) < 100
    assert all(detail.days for detail in found if detail.hours)


@pytest.mark.parametrize("batch", [line_detail.BATCH, 7])
def test_hours_and_sites_are_those_of_the_view_however_many_lines_are_read_at_once(
    batch: int, demo: Demo, demo_connection: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    hours: defaultdict[Any, dict[Any, Decimal]] = defaultdict(dict)
    sites: defaultdict[Any, list[SiteRow]] = defaultdict(list)
    for row in rows(
        demo_connection,
        """SELECT line_id, date, hour, sum(impressions) AS impressions
           FROM (SELECT *, at::date AS date, extract(hour FROM at)::integer AS hour
                 FROM (SELECT *, hour_utc AT TIME ZONE 'Europe/Berlin' AS at FROM delivery_hourly) a) b
           GROUP BY 1, 2, 3""",
    ):
        hours[row["line_id"]][row["date"], row["hour"]] = row["impressions"]
    for row in rows(
        demo_connection,
        """SELECT line_id, site, sum(impressions) AS impressions, sum(bids) AS bids, sum(wins) AS wins,
                  sum(plays) AS plays
           FROM delivery_hourly GROUP BY 1, 2 ORDER BY 1, 3 DESC""",
    ):
        sites[row["line_id"]].append(SiteRow(row["site"], *(row[name] for name in FUNNEL)))
    monkeypatch.setattr(line_detail, "BATCH", batch)
    for detail in details(demo, demo_connection):
        assert detail.hours == hours[detail.id]
        assert detail.site_count == len(sites[detail.id])
        assert set(detail.sites) <= set(sites[detail.id])
        assert [site.impressions for site in detail.sites] == [
            site.impressions for site in sites[detail.id][: line_detail.MOST_SITES]
        ]


def test_hourly_rows_are_not_gone_through_again_for_each_batch(
    demo: Demo, demo_connection: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Single rows lie by time: whoever looks for those of some lines reads all of them."""

    def read() -> int:
        found = demo_connection.execute(
            """SELECT sum(seq_tup_read + COALESCE(idx_tup_fetch, 0))
               FROM pg_stat_xact_user_tables WHERE starts_with(relname, 'report_hour_')"""
        )
        [(count,)] = found.fetchall()
        return int(count)

    monkeypatch.setattr(line_detail, "BATCH", 50)
    for switch in (
        "max_parallel_workers_per_gather = 0",
        "enable_indexscan = off",
        "enable_bitmapscan = off",
    ):
        demo_connection.execute(f"SET LOCAL {switch}".encode())
    [stored] = rows(demo_connection, "SELECT count(*) AS rows FROM report_hour")
    earlier = read()
    found = details(demo, demo_connection)
    assert sum(bool(detail.hours) for detail in found) > 4 * line_detail.BATCH
    assert read() - earlier < 2.5 * stored["rows"]
    demo_connection.rollback()


@pytest.mark.parametrize("several", [False, True])
def test_the_hour_that_autumn_has_twice_is_one_hour_of_the_page(
    several: bool, demo: Demo, demo_connection: psycopg.Connection
) -> None:
    data = reading.load(demo_connection, RULES, as_of=demo.as_of)
    line = line_detail.wanted_lines(data)[0]
    day = date(2025, 10, 26)
    values = {"id": line.id, "day": day}
    partitions.ensure(demo_connection, datetime(2025, 10, 25, tzinfo=UTC), datetime(2025, 10, 27, tzinfo=UTC))
    demo_connection.execute(
        """INSERT INTO report_hour (hour_utc, series_no, site_no, fetch_no, impressions, terms)
           SELECT hour, s.series_no, 1, 1, 10, '3'
           FROM (SELECT min(series_no) AS series_no FROM report_series JOIN line_register USING (line_no)
                 WHERE id = %(id)s AND source NOT IN ('c', 'd')) s,
                generate_series('2025-10-26 00:00Z'::timestamptz, '2025-10-26 02:00Z', interval '1 hour') AS hour""",
        values,
    )
    demo_connection.execute(
        """INSERT INTO line_day (line_no, day, source, counted, impressions, rows, first_hour, last_hour)
           SELECT DISTINCT line_no, %(day)s::date, source, true, 30, 3, %(day)s::timestamptz, %(day)s::timestamptz
           FROM report_series JOIN line_register USING (line_no) WHERE id = %(id)s AND source NOT IN ('c', 'd')""",
        values,
    )
    if several:  # a source that stands back on another day
        demo_connection.execute(
            """INSERT INTO line_day (line_no, day, source, counted, impressions, rows, first_hour, last_hour)
               SELECT line_no, '2025-10-20', 'c', false, 1, 1, '2025-10-20', '2025-10-20'
               FROM line_register WHERE id = %(id)s""",
            values,
        )
    [detail] = line_detail.details(demo_connection, data, limit=1)
    assert {hour: came for (on, hour), came in detail.hours.items() if on == day} == {2: 20, 3: 10}
    demo_connection.rollback()


def test_a_cause_comes_with_its_funnel_whose_ratios_multiply_to_what_was_reached(
    demo: Demo, demo_connection: psycopg.Connection
) -> None:
    by_id = {line.id: line for line in reading.load(demo_connection, RULES, as_of=demo.as_of).lines}
    told = [
        (by_id[detail.id], detail.evidence)
        for detail in details(demo, demo_connection)
        if detail.evidence and detail.evidence.stages
    ]
    assert len(told) > 10
    for line, evidence in told:
        assert evidence.stages is not None and evidence.target is not None
        assert [stage.named for stage in evidence.stages.values()].count(True) == 1
        product = Decimal(1)
        for stage in evidence.stages.values():
            product *= stage.ratio if stage.ratio is not None else 1
        if all(stage.ratio is not None for stage in evidence.stages.values()):
            assert abs(product - line.delivered_before / evidence.target) < Decimal("1e-9")


def test_what_needs_attention_is_detailed_first(demo: Demo, demo_connection: psycopg.Connection) -> None:
    data = reading.load(demo_connection, RULES, as_of=demo.as_of)
    wanted = [line.id for line in line_detail.wanted_lines(data)]
    urgent = [item.line_id for item in data.attention]
    assert wanted[: len(urgent)] == urgent
    assert len(wanted) == sum(line.lifecycle != "scheduled" for line in data.lines)
