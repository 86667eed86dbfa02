"""Delivery: from HTTP body to stored rows, against bare COPY and dlt; and what history does to one day's refresh.

python -m bench.delivery                       all of it: 200,000 rows a day, 30 M rows of history
python -m bench.delivery --history 100         with 100 M rows of history (10 GB of disk)
python -m bench.delivery --worst 18            a day of 18 M rows instead: time and memory
"""

from __future__ import annotations

import argparse
import io
import json
import os
import resource
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import psycopg
import pyarrow as pa
import pyarrow.csv
import requests

from bench.reporting_api import FIRST, ZONE, World, api, api_of_one_hour
from campfill_pipeline.defs.delivery_steps import promised
from campfill_pipeline.domain.local_days import day_window
from campfill_pipeline.reporting.client import ReportingClient
from campfill_pipeline.reporting.description import connector as connectors
from campfill_pipeline.warehouse import database
from campfill_pipeline.warehouse.delivery import partitions
from campfill_pipeline.warehouse.delivery.arriving import encoding
from campfill_pipeline.warehouse.delivery.arriving.directory import Directory
from campfill_pipeline.warehouse.delivery.arriving.staging import numbered
from campfill_pipeline.warehouse.delivery.day import FetchedDay, FetchFacts, StoreResult, store_day
from campfill_pipeline.warehouse.postgres import server

HEADER = {"Authorization": "Bearer bench"}
RESULTS = Path(__file__).with_name("results")


def unhurried_connector(folder: Path) -> Path:
    """The built-in description without its limit on the request rate, which is not what is measured here."""
    path = folder / "ppv-bench.toml"
    text = connectors.text_of("ppv")
    path.write_text(text.replace("requests_per_second = 20", "requests_per_second = 1000"), encoding="utf-8")
    return path


@dataclass(frozen=True)
class Cost:
    """Seconds by the clock, and of processor time in this process and in the server's process for its connection."""

    wall: float
    cpu: float


def timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def cost(connection: psycopg.Connection, work: Callable[[], object]) -> Cost:
    """On a machine that does other things too, processor time compares better than the clock."""
    backend = psutil.Process(connection.info.backend_pid)

    def used() -> float:
        there = backend.cpu_times()
        return time.process_time() + there.user + there.system

    before = used()
    wall = timed(work)
    return Cost(wall, used() - before)


def median(costs: list[Cost]) -> Cost:
    return Cost(statistics.median(c.wall for c in costs), statistics.median(c.cpu for c in costs))


def store(connection: psycopg.Connection, day: date, rows: pa.Table | Iterator[pa.Table]) -> StoreResult:
    now = datetime.combine(day, datetime.min.time(), UTC) + timedelta(days=2)
    fetched = FetchedDay(day=day, rows=rows, fetch=FetchFacts(now), complete=True)
    return store_day(connection, fetched, timezone=ZONE, now=now)


def fetch_and_store(connection: psycopg.Connection, client: ReportingClient, day: date) -> None:
    store(connection, day, promised(page.table for page in client.detail(*day_window(day, ZONE))))


_AS_TOLD = """
CREATE TABLE bare.report_as_told (
    hour_utc timestamptz, site text, campaign_id uuid, campaign_name text, campaign_purchase_type text, deal_id uuid,
    deal_name text, deal_purchase_type text, impressions numeric(18, 4) NOT NULL, bids integer, wins integer,
    plays integer, PRIMARY KEY (hour_utc, site, campaign_id, deal_id))
"""


def bare_copies(url: str, table: pa.Table) -> dict[str, Callable[[], Cost]]:
    """COPY of the same rows and nothing else, from bytes made before the clock starts, into an empty table with a key.

    `rows as told`: the report's own columns as CSV, into one table of them. The numbered ones are given what campfill
    has to find out first, the short numbers of sites and ids, and go into campfill's own table.
    """
    database.migrate(url, schema="bare")
    with database.connect(url, schema="bare") as connection:
        connection.execute(_AS_TOLD)
        rows = numbered(Directory(connection, "a"), table)
        partitions.ensure(connection, *day_window(FIRST, ZONE))
    arrays: dict[str, Any] = {
        "hour_utc": table["hour_utc"], "series_no": rows.series_no, "site_no": rows.site_no,
        "fetch_no": np.ones(len(rows), int), **rows.counts, "impressions": table["impressions"],
        "terms": [chr(code) for code in rows.terms],
    }  # fmt: skip
    short = f"report_hour ({', '.join(encoding.COLUMNS)})"
    return {
        "rows as told": partial(_copy, url, "report_as_told", "CSV", _csv(table)),
        "numbered, as text": partial(
            _copy, url, short, "CSV", _csv(pa.table(arrays).select(encoding.COLUMNS))
        ),
        "numbered, binary": partial(
            _copy, url, short, "BINARY", b"".join(encoding.binary(rows.by_series(), 1))
        ),
    }


def _csv(table: pa.Table) -> bytes:
    text = io.BytesIO()
    pyarrow.csv.write_csv(table, text, pyarrow.csv.WriteOptions(include_header=False))
    return text.getvalue()


def _copy(url: str, into: str, form: str, data: bytes) -> Cost:
    with database.connect(url, schema="bare") as connection:
        connection.execute(f"TRUNCATE {into.split()[0]}".encode())
        connection.commit()

        def copy() -> None:
            statement = f"COPY {into} FROM STDIN (FORMAT {form})".encode()
            with connection.cursor() as cursor, cursor.copy(statement) as out:
                for start in range(0, len(data), 1 << 18):
                    out.write(data[start : start + (1 << 18)])
            connection.commit()

        return cost(connection, copy)


def dlt_load(url: str, address: str, day: date, folder: Path, disposition: str) -> float:
    """What dlt takes for the same pages into the same server, with its own connection reuse and its own defaults."""
    os.environ |= {"RUNTIME__DLTHUB_TELEMETRY": "false", "RUNTIME__LOG_LEVEL": "CRITICAL"}
    import dlt

    def pages() -> Iterator[list[dict[str, Any]]]:
        start, end = day_window(day, ZONE)
        asked = {"from": f"{start:%Y-%m-%dT%H:%M:%SZ}", "to": f"{end:%Y-%m-%dT%H:%M:%SZ}", "limit": "10000"}
        with requests.Session() as session:
            while True:
                answer = session.get(f"{address}/v1/detail", params=asked, headers=HEADER, timeout=60).json()
                yield answer["rows"]
                if answer["next_cursor"] is None:
                    return
                asked["cursor"] = answer["next_cursor"]

    key = ["Date", "Site", "Core DSP Campaign ID", "Deal ID"]
    rows = dlt.resource(pages, name="detail", write_disposition=disposition, primary_key=key)  # type: ignore[call-overload]
    pipeline = dlt.pipeline(
        pipeline_name=f"bench_{disposition}",
        destination=dlt.destinations.postgres(url),
        dataset_name=f"dlt_{disposition}",
        pipelines_dir=str(folder / "dlt"),
    )
    pipeline.run(rows().add_limit(1), loader_file_format="csv")  # tables are made before the clock starts
    return timed(lambda: pipeline.run(rows(), loader_file_format="csv"))


def against_others(url: str, world: World, folder: Path, runs: int, dlt: bool) -> dict[str, Any]:
    """Throughput from HTTP body to stored rows, bare COPY, and dlt, in rows a second.

    They take turns, so that what else the machine does falls on all of them; medians are compared.
    """
    days = [FIRST + timedelta(days=number) for number in range(runs + 1)]
    tables = {day: world.day(day) for day in days}
    copies = bare_copies(url, tables[FIRST])
    taken: dict[str, list[Cost]] = defaultdict(list)
    with database.connect(url) as connection, api(list(tables.values())) as address:
        path = unhurried_connector(folder)
        with ReportingClient(connectors.load(str(path)), address, "bench", timezone=ZONE) as client:

            def read(day: date) -> int:
                return sum(page.rows for page in client.detail(*day_window(day, ZONE)))

            for day in days:
                read(day)  # has its pages made
            for day in days:
                taken["ours"].append(cost(connection, partial(fetch_and_store, connection, client, day)))
                taken["again, unchanged"].append(
                    cost(connection, partial(fetch_and_store, connection, client, day))
                )
                taken["read only"].append(cost(connection, partial(read, day)))
                for kind, copy in copies.items():
                    taken[kind].append(copy())
        others = (
            {kind: dlt_load(url, address, days[0], folder, kind) for kind in ("append", "merge")}
            if dlt
            else {}
        )
    usual = {kind: median(costs[1:]) for kind, costs in taken.items()}  # the first turn warms up
    found: dict[str, Any] = {
        "rows": world.rows,
        "load average": os.getloadavg()[0],
        "rows/s": {kind: round(world.rows / found.wall) for kind, found in usual.items()},
        "rows per processor second": {kind: round(world.rows / found.cpu) for kind, found in usual.items()},
        "ours / bare COPY": {kind: usual[kind].wall / usual["ours"].wall for kind in copies},
        "ours / bare COPY, in processor time": {kind: usual[kind].cpu / usual["ours"].cpu for kind in copies},
    }
    if others:
        found["dlt rows/s"] = {kind: round(world.rows / seconds) for kind, seconds in others.items()}
        found["ours / best dlt"] = min(others.values()) / usual["ours"].wall
    return found


def make_history(connection: psycopg.Connection, world: World, last: date, days: int) -> None:
    """Days of full hourly rows before `last`, made with SQL, with their roll-ups and coverage."""
    for number in range(days):
        day = last - timedelta(days=number)
        start, end = day_window(day, ZONE)
        partitions.ensure(connection, start, end)
        values = {"start": start, "end": end, "day": day}
        connection.execute(
            "INSERT INTO report_hour"
            " SELECT h, series_no, site_no, 1, 100, 50, 33, (random() * 4000)::numeric(18, 4), '4'"
            " FROM report_series, site,"
            "  generate_series(%(start)s, %(end)s - interval '1 hour', interval '1 hour') h"
            " ORDER BY series_no, h, site_no",
            values,
        )
        connection.execute(
            "INSERT INTO report_day SELECT series_no, %(day)s, sum(impressions), sum(bids), sum(wins), sum(plays),"
            " count(*), min(hour_utc), max(hour_utc), 'g', 'g', max(hour_utc), max(hour_utc) FROM report_hour"
            " WHERE hour_utc >= %(start)s AND hour_utc < %(end)s GROUP BY series_no",
            values,
        )
        connection.execute(
            "INSERT INTO delivery_fetch (source, day, status, fetched_at, rows, fetch_no, first_complete_at)"
            " VALUES ('api', %(day)s, 'complete', %(end)s, 0, 1, %(end)s)",
            values,
        )
        connection.commit()


def refresh_costs(connection: psycopg.Connection, world: World, first: date, runs: int) -> dict[str, Cost]:
    """Median cost to store a new day, the same day again, and the same with a tenth of its rows restated."""
    taken: dict[str, list[Cost]] = {"new": [], "unchanged": [], "restated": []}
    for number in range(runs):
        day = first + timedelta(days=number)
        rows, other = world.day(day), world.day(day, seed=1)
        cut = rows.num_rows // 10
        restated = pa.concat_tables([other.slice(0, cut), rows.slice(cut)])
        for kind, table in (("new", rows), ("unchanged", rows), ("restated", restated)):
            taken[kind].append(cost(connection, partial(store, connection, day, table)))
    return {kind: median(costs) for kind, costs in taken.items()}


def under_history(url: str, world: World, millions: int, runs: int) -> dict[str, Any]:
    """One day's refresh with 1 M and with `millions` M rows behind it, and what a row takes on disk."""
    few = max(1, round(1_000_000 / world.rows))
    many = round(millions * 1_000_000 / world.rows)
    measured: dict[str, Any] = {}
    with database.connect(url) as connection:
        store(
            connection, FIRST, world.day(FIRST, hours=range(1))
        )  # its sites and ids are those of the history
        connection.execute("TRUNCATE report_hour, report_day, restatement, delivery_fetch")
        connection.commit()
        make_history(connection, world, FIRST - timedelta(days=1), few)
        _settle(url)
        little = refresh_costs(connection, world, FIRST, runs)
        make_history(connection, world, FIRST - timedelta(days=1 + few), many - few)
        _settle(url)
        much = refresh_costs(connection, world, FIRST + timedelta(days=runs), runs)
        for name, costs in (("1 M", little), (f"{millions} M", much)):
            measured[f"seconds a day with {name} behind it"] = {
                kind: found.wall for kind, found in costs.items()
            }
            measured[f"processor seconds, {name}"] = {kind: found.cpu for kind, found in costs.items()}
        measured["ratio"] = {kind: much[kind].wall / little[kind].wall for kind in much}
        measured["ratio in processor time"] = {kind: much[kind].cpu / little[kind].cpu for kind in much}
        measured["bytes a row"] = _bytes_per_row(connection)
        line = connection.execute(
            "SELECT series_no FROM report_series ORDER BY series_no LIMIT 1 OFFSET %s", (world.lines // 2,)
        ).fetchone()
        assert line is not None
        query = b"SELECT count(*), sum(impressions) FROM report_hour WHERE series_no = %s AND hour_utc >= %s"
        since = datetime.combine(FIRST - timedelta(days=28), datetime.min.time(), UTC)
        measured["seconds for a line's last 28 days by hour"] = timed(
            lambda: connection.execute(query, (line[0], since))
        )
    return measured


def _settle(url: str) -> None:
    with database.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM (ANALYZE)")
        connection.execute("CHECKPOINT")


def _bytes_per_row(connection: psycopg.Connection) -> dict[str, float]:
    # Of the fullest month: small tables measure their empty pages.
    month = max(partitions.listing(connection), key=lambda found: found.rows)
    query = "SELECT pg_table_size(%(table)s), pg_indexes_size(%(table)s)"
    row = connection.execute(query, {"table": month.table}).fetchone()
    assert row is not None
    return {
        "row": row[0] / month.rows,
        "key": row[1] / month.rows,
        "together": (row[0] + row[1]) / month.rows,
    }


def worst_day(url: str, millions: int, folder: Path) -> dict[str, Any]:
    """A day of 500 lines at 1,500 sites over HTTP, new and then every row of it restated: seconds, and memory of this
    process, which reads and stores.
    """
    world = World(lines=500, sites=max(1, round(millions * 1_000_000 / 500 / 24)))
    connector = connectors.load(str(unhurried_connector(folder)))
    taken: dict[str, float] = {}
    with database.connect(url) as connection:
        for name, seed in (("new", 0), ("restated throughout", 1)):
            with (
                api_of_one_hour(world, seed) as address,
                ReportingClient(connector, address, "bench", timezone=ZONE) as client,
            ):
                seconds = timed(partial(fetch_and_store, connection, client, FIRST))
            taken[f"{name} seconds"] = seconds
            taken[f"{name} rows/s"] = round(world.rows / seconds)
            taken[f"{name} peak MB"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            print(taken, flush=True)
    return {"rows": world.rows, **taken}


@contextmanager
def own_server() -> Iterator[tuple[str, Path]]:
    """A PostgreSQL of this benchmark's own, as campfill starts it; yields its address and a folder."""
    with tempfile.TemporaryDirectory(prefix="campfill-bench-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)
        running = server.start(folder)
        try:
            with psycopg.connect(running.url("postgres"), autocommit=True) as admin:
                if not admin.execute("SELECT FROM pg_database WHERE datname = 'campfill'").fetchone():
                    admin.execute("CREATE DATABASE campfill")
            database.migrate(running.url("campfill"))
            yield running.url("campfill"), folder
        finally:
            server.stop(running)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--only", choices=["throughput", "history", "worst"], help="one part (default: the first two)"
    )
    parser.add_argument("--history", type=int, default=30, metavar="M", help="million rows of history")
    parser.add_argument("--worst", type=int, default=18, metavar="M", help="million rows of the worst day")
    parser.add_argument("--no-dlt", action="store_true", help="leave dlt out")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--lines", type=int, default=300)
    parser.add_argument("--sites", type=int, default=28)
    options = parser.parse_args()
    world = World(options.lines, options.sites)
    parts = [options.only] if options.only else ["throughput", "history"]
    RESULTS.mkdir(exist_ok=True)
    with own_server() as (url, folder):
        for part in parts:
            found: dict[str, Any] = {
                "at": datetime.now(UTC).isoformat(timespec="seconds"),
                "cpus": os.cpu_count(),
            }
            found["load average before"] = os.getloadavg()[0]
            if part == "throughput":
                found |= against_others(url, world, folder, options.runs, not options.no_dlt)
            elif part == "history":
                found |= under_history(url, world, options.history, options.runs)
            else:
                found |= worst_day(url, options.worst, folder)
            target = RESULTS / f"delivery-{part}.json"
            target.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
            print(json.dumps(found, indent=2))
            print(f"written to {target}", flush=True)


if __name__ == "__main__":
    main()
