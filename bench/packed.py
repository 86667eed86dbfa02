"""Packed months: bytes a report row, and what figures cost, before and after closed months are packed.

python -m bench.packed                three million hourly rows of a year, of which eleven months get packed
python -m bench.packed --sites 8      27.6 million

Processor seconds of the database are told beside those on the clock: on a shared machine they are the steadier.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path

import psycopg

from bench.fulfillment import RESULTS, TODAY, World, change, measure, three_lines, world
from campfill_pipeline.domain.housekeeping import HousekeepingRules
from campfill_pipeline.warehouse.delivery import packing
from campfill_pipeline.warehouse.postgres import server

_ROWS = """
SELECT count(*), sum(hashtextextended(told::text, 0))::text
FROM (SELECT hour_utc, series_no, site_no, fetch_no, bids, wins, plays, impressions, terms FROM report_hour
      UNION ALL
      SELECT p.* FROM report_series s CROSS JOIN LATERAL packed_hours(s.series_no, '-infinity', 'infinity') p) told
"""
_BYTES = """
SELECT (SELECT sum(pg_total_relation_size(inhrelid))::bigint FROM pg_inherits
        WHERE inhparent = 'report_hour'::regclass),
       pg_total_relation_size('packed_hour') + pg_total_relation_size('packed_clock')
"""


def figures(connection: psycopg.Connection, shape: World) -> dict[str, object]:
    """A full recompute, three lines of the open months, and three that ended half a year ago."""
    full = min((measure(connection, full=True) for _ in range(2)), key=lambda cost: cost.cpu)
    recent = three_lines(connection, shape, times=11)
    old = []
    for turn in range(11):
        change(connection, [shape.lines // 2 - 8 * turn + number for number in range(3)])
        old.append(measure(connection))
    old_cpu = sum(cost.cpu for cost in old) / len(old)
    return {
        "full recompute": {"wall": full.wall, "cpu": full.cpu},
        "three open lines": {"wall": recent.wall, "cpu": recent.cpu},
        "three ended lines": {"wall": min(cost.wall for cost in old), "cpu": round(old_cpu, 4)},
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sites", type=int, default=1, help="sites of a line: 3.4 million rows each")
    parser.add_argument("--lines", type=int, default=7_057)
    options = parser.parse_args()
    shape = World(options.lines, 365, 17, options.sites)
    with tempfile.TemporaryDirectory(prefix="campfill-bench-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        running = server.start(Path(folder))
        try:
            with world(running, shape) as connection:
                found = _compare(connection, shape)
        finally:
            server.stop(running)
    print(json.dumps(found, indent=1))
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "packed.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


def _compare(connection: psycopg.Connection, shape: World) -> dict[str, object]:
    [(rows, contents)] = connection.execute(_ROWS).fetchall()
    [(single_bytes, _)] = connection.execute(_BYTES).fetchall()
    single = figures(connection, shape)
    connection.commit()
    connection.autocommit = True
    began, packed = time.perf_counter(), 0
    for month in packing.closed(connection, HousekeepingRules().closed_before(TODAY, 3)):
        packed += sum(packing.pack_month(connection, month.first))
        packing.give_back(connection, month.first)
    seconds = time.perf_counter() - began
    connection.execute("VACUUM ANALYZE packed_hour")
    [(rows_after, contents_after)] = connection.execute(_ROWS).fetchall()
    if (rows, contents) != (rows_after, contents_after):
        raise SystemExit("The rows differ.")
    [(left_bytes, packed_bytes)] = connection.execute(_BYTES).fetchall()
    connection.autocommit = False
    return {
        "rows": rows, "packed rows": packed, "seconds to pack": round(seconds, 1),
        "bytes a row": {"single": round(single_bytes / rows, 1), "packed": round(packed_bytes / packed, 1)},
        "bytes of all": {"before": single_bytes, "after": left_bytes + packed_bytes},
        "single": single, "packed": figures(connection, shape),
    }  # fmt: skip


if __name__ == "__main__":
    main()
