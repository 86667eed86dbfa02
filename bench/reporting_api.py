"""A reporting API for benchmarks: it answers GET /v1/detail as the connector `ppv` expects, and costs next to nothing.

Belongs here: invented report rows, and serving them. Does not belong here: what is measured with them.
"""

from __future__ import annotations

import json
import multiprocessing
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache, partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa

from campfill_pipeline.domain.local_days import day_window
from campfill_pipeline.domain.report_rows import CANONICAL

ZONE = ZoneInfo("Europe/Berlin")
FIRST = date(2025, 6, 2)
_TIME = "%Y-%m-%dT%H:%M:%SZ"
_THE_HOUR = "@the-hour-of-the-row"

Asked = dict[str, str]
MakePage = Callable[[Asked], bytes]


@dataclass(frozen=True)
class World:
    """`lines` lines at `sites` sites, every hour of a day."""

    lines: int = 300
    sites: int = 28

    @property
    def rows(self) -> int:
        """Rows of an ordinary day of 24 hours."""
        return self.lines * self.sites * 24

    def ids(self, letter: str) -> list[str]:
        return [f"{letter}0000000-0000-4000-8000-{number:012}" for number in range(self.lines)]

    def day(self, day: date, *, seed: int = 0, hours: range | None = None) -> pa.Table:
        """Canonical rows of a local day, by hour, site and line, as the API would order them."""
        start, end = day_window(day, ZONE)
        every = range(int((end - start).total_seconds()) // 3600)
        hour, site, line = (
            axis.ravel()
            for axis in np.meshgrid(
                np.array(hours if hours is not None else every),
                np.arange(self.sites),
                np.arange(self.lines),
                indexing="ij",
            )
        )
        chance = np.random.default_rng([seed, day.toordinal(), int(hour[0])])
        figures = np.zeros((len(hour), 2), "<i8")
        figures[:, 0] = chance.integers(1, 40_000_000, len(hour))
        bids = chance.integers(10, 400, len(hour))
        pick = pa.array(line)
        names = pa.array(
            [f"2025_{number:05}_0001_3_Station_Advertiser_Line {number}" for number in range(self.lines)]
        )
        sites = pa.array(
            [f"Hauptbahnhof {number} / U-Bf Public Video Station" for number in range(self.sites)]
        )
        kinds = pa.array(["guaranteed" if number % 3 else "unguaranteed" for number in range(self.lines)])
        return pa.table(
            {
                "hour_utc": pa.array(int(start.timestamp()) * 10**6 + hour * 3_600_000_000).cast(
                    CANONICAL.field(0).type
                ),
                "site": sites.take(pa.array(site)),
                "campaign_id": pa.array(self.ids("c")).take(pick),
                "campaign_name": names.take(pick),
                "campaign_purchase_type": kinds.take(pick),
                "deal_id": pa.array(self.ids("d")).take(pick),
                "deal_name": names.take(pick),
                "deal_purchase_type": kinds.take(pick),
                "impressions": pa.Array.from_buffers(
                    pa.decimal128(18, 4), len(hour), [None, pa.py_buffer(figures.tobytes())]
                ),
                "bids": bids,
                "wins": bids // 2,
                "plays": bids // 3,
            },
            schema=CANONICAL,
        )


COLUMNS = {
    "site": "Site", "campaign_id": "Core DSP Campaign ID", "campaign_name": "Core DSP Campaign Name",
    "campaign_purchase_type": "Campaign Purchase Type", "deal_id": "Deal ID", "deal_name": "Deal Name",
    "deal_purchase_type": "Deal Purchase Type", "bids": "Bids", "wins": "Auction Wins", "plays": "Sync Group Plays",
}  # fmt: skip


def _as_sent(table: pa.Table, hour: str | None = None) -> list[str]:
    """Rows as JSON text; `hour` in place of their own."""
    sent = []
    for row in table.to_pylist():
        shown: dict[str, Any] = {
            "Date": hour or row["hour_utc"].strftime("%Y-%m-%dT%H:%M:%S.000Z"),
            "Total Impressions": float(row["impressions"]),
        }
        sent.append(json.dumps(shown | {label: row[name] for name, label in COLUMNS.items()}))
    return sent


def _page(rows: list[str], following: int | None) -> bytes:
    cursor = "null" if following is None else f'"{following}"'
    return f'{{"rows": [{",".join(rows)}], "next_cursor": {cursor}}}'.encode()


def _of_tables(tables: list[pa.Table]) -> MakePage:
    hours: dict[str, list[str]] = {}
    for table in tables:
        for hour, row in zip(table["hour_utc"].to_pylist(), _as_sent(table), strict=True):
            hours.setdefault(hour.strftime(_TIME), []).append(row)

    def page(asked: Asked) -> bytes:
        start, limit = int(asked.get("cursor", "0")), int(asked["limit"])
        within = sorted(hour for hour in hours if asked["from"] <= hour < asked["to"])
        rows = [row for hour in within for row in hours[hour]]
        return _page(rows[start : start + limit], start + limit if start + limit < len(rows) else None)

    return page


def _of_one_hour(world: World, seed: int) -> MakePage:
    """Every hour has the rows of the first one: a day of any size from one hour's text."""
    table = world.day(FIRST, seed=seed, hours=range(1))

    @cache
    def hour_pages(limit: int) -> list[bytes]:
        parts = (table.slice(start, limit) for start in range(0, table.num_rows, limit))
        return [",".join(_as_sent(part, _THE_HOUR)).encode() for part in parts]

    def page(asked: Asked) -> bytes:
        pages = hour_pages(int(asked["limit"]))
        start, end = (datetime.strptime(asked[name], _TIME).replace(tzinfo=UTC) for name in ("from", "to"))
        number = int(asked.get("cursor", "0"))
        hour = start + timedelta(hours=number // len(pages))
        rows = pages[number % len(pages)].replace(
            _THE_HOUR.encode(), f"{hour:%Y-%m-%dT%H:%M:%S}.000Z".encode()
        )
        last = number + 1 == len(pages) * int((end - start).total_seconds() // 3600)
        cursor = b"null" if last else b'"%d"' % (number + 1)
        return b'{"rows": [%b], "next_cursor": %b}' % (rows, cursor)

    hour_pages(10_000)
    return page


def _serve(ready: Connection, making: Callable[[], MakePage], keep: bool) -> None:
    make = making()

    def answer(path: str) -> bytes:
        return make({name: values[0] for name, values in parse_qs(urlsplit(path).query).items()})

    page = cache(answer) if keep else answer

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            body = page(self.path)
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    ready.send(http.server_address[1])
    http.serve_forever()


@contextmanager
def _serving(making: Callable[[], MakePage], *, keep: bool) -> Iterator[str]:
    # In a process of its own, which also makes the rows: what is measured is the memory of the one that asks.
    here, there = multiprocessing.get_context("fork").Pipe()
    process = multiprocessing.get_context("fork").Process(
        target=_serve, args=(there, making, keep), daemon=True
    )
    process.start()
    try:
        yield f"http://127.0.0.1:{here.recv()}"
    finally:
        process.terminate()
        process.join()


def api(tables: list[pa.Table]) -> AbstractContextManager[str]:
    """A reporting API that has these rows, and keeps each page it has made once; yields its address."""
    return _serving(partial(_of_tables, tables), keep=True)


def api_of_one_hour(world: World, seed: int) -> AbstractContextManager[str]:
    """A reporting API of days as large as one likes; yields its address."""
    return _serving(partial(_of_one_hour, world, seed), keep=False)
