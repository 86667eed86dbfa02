"""Fulfillment: what a refresh costs when three lines change, when all do, with ten times the history; the curve.

python -m bench.fulfillment                      7,057 lines with 30 M hourly rows, then 300 … 300,000 lines
python -m bench.fulfillment --rows 3 --curve 300,3000      smaller: 3 M rows, two points of the curve

Wall time and the CPU time of the database's process are both told: on a shared machine the second is the steadier.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import psutil
import psycopg

from bench.log_chart import log_log_chart
from campfill_pipeline.domain.fulfillment import FulfillmentRules
from campfill_pipeline.warehouse import database
from campfill_pipeline.warehouse.delivery import partitions
from campfill_pipeline.warehouse.figures.fulfillment import refresh
from campfill_pipeline.warehouse.postgres import server

RESULTS = Path(__file__).with_name("results")
PICTURE = Path(__file__).parents[1] / "docs" / "pictures" / "fulfillment-curve.svg"
RULES = FulfillmentRules()
TODAY = date(2026, 6, 15)
NOW = datetime(2026, 6, 15, 8, tzinfo=UTC)
FLIGHT_DAYS = 30
SITES = 200


@dataclass(frozen=True)
class World:
    """Lines with flights of 30 days spread over `days` days; each delivers in `hours` hours a day at `sites` sites."""

    lines: int
    days: int
    hours: int
    sites: int


@dataclass(frozen=True)
class Cost:
    """Seconds of one refresh: on the clock, and of the database's processor time; `lines` were computed."""

    wall: float
    cpu: float
    lines: int


# One line in eight falls short (half of its auctions are lost); starts spread evenly, the last ones still live.
_LINES = """
INSERT INTO line_register (line_no, id, revision, first_seen_at, valid_from, upload_id, event_no, action, brought, name,
                           kind_listed, buyer, runtime, start_date, end_date, impression_goal, cpm_eur, purchase_type)
OVERRIDING SYSTEM VALUE
SELECT n, gen_random_uuid(), 1, %(seen)s, %(seen)s, gen_random_uuid(), 1, 'created', true, 'Line ' || n,
       CASE n %% 2 WHEN 0 THEN 'campaign' ELSE 'deal' END, 'Not set', '', start, start + %(flight)s::integer - 1,
       %(flight)s * %(hours)s * %(sites)s * 130, 5, CASE n %% 3 WHEN 0 THEN 'guaranteed' ELSE 'unguaranteed' END
FROM (SELECT n, %(today)s::date - %(days)s::integer + (n::bigint * %(days)s / %(lines)s)::integer AS start
      FROM generate_series(1, %(lines)s) AS n) l
"""
_SERIES = """
INSERT INTO report_series (series_no, source, campaign_no, deal_no, line_no, attributed_as) OVERRIDING SYSTEM VALUE
SELECT line_no, 'a', line_no, 0, line_no, 'c' FROM line_register
"""
# 20 bids an hour at a site; 10 of them won, or 5; 10 plays; 13 to 14 people each.
_HOURS = """
INSERT INTO report_hour (series_no, hour_utc, site_no, fetch_no, bids, wins, plays, impressions, terms)
SELECT l.line_no, day + make_interval(hours => 4 + hour), 1 + (l.line_no * 7 + site) %% %(all_sites)s, 1, 20, won, won,
       won * (13 + (l.line_no + hour) %% 10 / 10.0), CASE l.purchase_type WHEN 'guaranteed' THEN '3' ELSE '6' END
FROM line_register l
CROSS JOIN LATERAL (SELECT CASE WHEN l.line_no %% 8 = 0 THEN 5 ELSE 10 END AS won) w
CROSS JOIN LATERAL generate_series(start_date::timestamp AT TIME ZONE 'UTC',
                                   LEAST(end_date, %(today)s::date - 1)::timestamp AT TIME ZONE 'UTC',
                                   interval '1 day') AS day
CROSS JOIN generate_series(0, %(hours)s - 1) AS hour
CROSS JOIN generate_series(0, %(sites)s - 1) AS site
WHERE day >= %(from)s AND day < %(to)s
"""
_DAYS = """
INSERT INTO line_day (line_no, day, source, counted, impressions, bids, wins, plays, rows, first_hour, last_hour)
SELECT series_no, (hour_utc AT TIME ZONE 'Europe/Berlin')::date, 'a', true, sum(impressions), sum(bids), sum(wins),
       sum(plays), count(*), min(hour_utc), max(hour_utc)
FROM report_hour WHERE hour_utc >= %(from)s AND hour_utc < %(to)s GROUP BY 1, 2
"""
# Kept with each day that is stored, like the sums by line; other builds may not know it.
_SITES = """
INSERT INTO site_day (series_no, day, site_no, impressions)
SELECT series_no, (hour_utc AT TIME ZONE 'Europe/Berlin')::date, site_no, sum(impressions)
FROM report_hour WHERE hour_utc >= %(from)s AND hour_utc < %(to)s GROUP BY 1, 2, 3
"""


@contextmanager
def world(running: server.Server, shape: World) -> Iterator[psycopg.Connection]:
    """A database filled with this world, dropped afterwards."""
    with psycopg.connect(running.url("postgres"), autocommit=True) as admin:
        admin.execute("DROP DATABASE IF EXISTS bench WITH (FORCE)")
        admin.execute("CREATE DATABASE bench")
        database.migrate(running.url("bench"))
        try:
            with database.connect(running.url("bench"), autocommit=True) as connection:
                fill(connection, shape)
                connection.autocommit = False
                yield connection
        finally:
            admin.execute("DROP DATABASE bench WITH (FORCE)")


def fill(connection: psycopg.Connection, shape: World) -> None:
    """Lines, sites, hourly rows, their sums and fetched days, into empty tables."""
    values = asdict(shape) | {"today": TODAY, "flight": FLIGHT_DAYS, "seen": NOW, "all_sites": SITES}
    connection.execute(_LINES.encode(), values)
    connection.execute(_SERIES)
    connection.execute(
        "INSERT INTO site (site_no, site) OVERRIDING SYSTEM VALUE SELECT n, 'Site ' || n FROM generate_series(1, %s) n",
        [SITES],
    )
    row = connection.execute("SELECT to_regclass('site_day')").fetchone()
    by_site = row is not None and row[0] is not None
    day = datetime(TODAY.year, TODAY.month, TODAY.day, tzinfo=UTC) - timedelta(shape.days)
    while day.date() < TODAY:
        until = min(day + timedelta(10), datetime(TODAY.year, TODAY.month, TODAY.day, tzinfo=UTC))
        partitions.ensure(connection, day, until)
        connection.execute(_HOURS.encode(), values | {"from": day, "to": until})
        connection.execute(_DAYS, {"from": day, "to": until})
        if by_site:
            connection.execute(_SITES, {"from": day, "to": until})
        day = until
    connection.execute(
        """INSERT INTO delivery_fetch (source, day, status, fetched_at, rows)
           SELECT 'api', day, 'complete', %s, 1 FROM generate_series(%s::date, %s::date, interval '1 day') AS day""",
        [NOW, TODAY - timedelta(shape.days), TODAY - timedelta(1)],
    )
    for table, column in (("line_register", "line_no"), ("report_series", "series_no"), ("site", "site_no")):
        # What a list or a fetch brings next is numbered behind these.
        connection.execute(
            f"SELECT setval(pg_get_serial_sequence('{table}', '{column}'), max({column})) FROM {table}".encode()
        )
    connection.execute("VACUUM ANALYZE")


def measure(connection: psycopg.Connection, *, full: bool = False) -> Cost:
    """Refresh, commit, and tell what it took."""
    backend = psutil.Process(connection.info.backend_pid)
    began, used = time.perf_counter(), sum(backend.cpu_times()[:2])
    result = refresh(connection, RULES, as_of=TODAY, now=NOW, full=full)
    connection.commit()
    wall, cpu = time.perf_counter() - began, sum(backend.cpu_times()[:2]) - used
    return Cost(round(wall, 3), round(cpu, 3), result.computed)


def change(connection: psycopg.Connection, lines: list[int]) -> None:
    """Raise the goals of these lines by one, as an upload would."""
    connection.execute(
        "UPDATE line_register SET impression_goal = impression_goal + 1 WHERE line_no = ANY (%s)", [lines]
    )
    connection.execute(
        "INSERT INTO line_dirty (line_no) SELECT unnest(%s::integer[]) ON CONFLICT DO NOTHING", [lines]
    )


def three_lines(connection: psycopg.Connection, shape: World, times: int = 41) -> Cost:
    """Refreshes after three changed lines, one of which fell short: least wall time, mean processor time."""
    costs = []
    newest = shape.lines - shape.lines * 40 // shape.days
    for turn in range(times):
        short = newest - newest % 8 - 8 * (turn % 5)
        change(connection, [short, short - 1, short - 2])
        costs.append(measure(connection))
    cpu = statistics.mean(cost.cpu for cost in costs)
    return Cost(min(cost.wall for cost in costs), round(cpu, 4), costs[0].lines)


def history(running: server.Server, rows: float, names: list[str]) -> dict[str, object]:
    """Three changed lines against everything: with many rows, and with 100 and 1,000 days of the same publisher."""
    sites = max(1, round(rows * 1_000_000 / 7_057 / FLIGHT_DAYS / 17))
    shapes = {
        "many rows": World(7_057, 365, 17, sites),
        "100 days": World(706, 100, 17, 1),
        "1,000 days": World(7_057, 1_000, 17, 1),
    }
    found: dict[str, object] = {}
    for name in names:
        shape = shapes[name]
        with world(running, shape) as connection:
            count = connection.execute("SELECT sum(rows) FROM line_day").fetchone()
            everything = measure(connection, full=True)
            three = three_lines(connection, shape)
            flipped = _one_line_falls_short(connection, shape)
            change(connection, list(range(1, shape.lines + 1)))
            all_changed = measure(connection)
            found[name] = {
                "shape": asdict(shape), "rows": int(count[0]) if count else 0, "full": asdict(everything),
                "three lines": asdict(three), "a line falls short": asdict(flipped), "every line": asdict(all_changed),
            }  # fmt: skip
            print(name, json.dumps(found[name], indent=1), flush=True)
    return found


def _one_line_falls_short(connection: psycopg.Connection, shape: World) -> Cost:
    """The dear case: a healthy line's goal is doubled, so that it no longer is part of others' references."""
    line = shape.lines // 2 + 1 - (shape.lines // 2) % 8
    connection.execute(
        "UPDATE line_register SET impression_goal = impression_goal * 2 WHERE line_no = %s", [line]
    )
    connection.execute("INSERT INTO line_dirty (line_no) VALUES (%s) ON CONFLICT DO NOTHING", [line])
    return measure(connection)


def curve(running: server.Server, points: list[int]) -> list[dict[str, object]]:
    """The full recompute for growing numbers of lines, each with the same hourly rows behind it."""
    found: list[dict[str, object]] = []
    for lines in points:
        with world(running, World(lines, 365, 2, 1)) as connection:
            cost = measure(connection, full=True)
            found.append({"lines": lines, **asdict(cost)})
            print(found[-1], flush=True)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=float, default=30.0, help="million hourly rows")
    parser.add_argument("--curve", default="300,3000,30000,300000", help="numbers of lines")
    parser.add_argument("--only", choices=["many rows", "history", "curve"])
    options = parser.parse_args()
    found: dict[str, object] = {}
    measured: list[dict[str, object]] = []
    with tempfile.TemporaryDirectory(prefix="campfill-bench-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        running = server.start(Path(folder))
        try:
            cases = {"many rows": ["many rows"], "history": ["100 days", "1,000 days"], "curve": []}
            names = cases.get(options.only or "", ["many rows", "100 days", "1,000 days"])
            found |= history(running, options.rows, names)
            if options.only in (None, "curve"):
                measured = curve(running, [int(lines) for lines in options.curve.split(",")])
                found["curve"] = measured
        finally:
            server.stop(running)
    RESULTS.mkdir(exist_ok=True)
    if measured:
        points = [(float(str(point["lines"])), float(str(point["cpu"]))) for point in measured]
        picture = log_log_chart("Full recompute", "lines", "processor seconds", points)
        PICTURE.write_text(picture, encoding="utf-8")
    results = RESULTS / "fulfillment.json"
    kept = json.loads(results.read_text(encoding="utf-8")) if options.only and results.exists() else {}
    results.write_text(json.dumps(kept | found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
