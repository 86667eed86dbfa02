"""Rows of the figures: a full recompute over many hourly rows, three changed lines, the floor, bytes of an hourly row.

Belongs here: both builds at work on the same world in child processes, asked in turns (`bench.fulfillment` fills the
world). Does not belong here: packed months of this build alone (`bench.packed`). The floor is one bare sum by line and
day over the same rows.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from bench.speed.builds import HERE, Build
from bench.speed.results import NOW, Results, Sample, load

FLOOR = """
    SELECT count(*) FROM (
        SELECT s.line_no, (h.hour_utc AT TIME ZONE 'Europe/Berlin')::date, sum(h.impressions)
        FROM report_hour h JOIN report_series s USING (series_no) GROUP BY 1, 2) sums
"""
BYTES = """
    SELECT sum(pg_total_relation_size(inhrelid)) FROM pg_inherits WHERE inhparent = 'report_hour'::regclass
"""
TIMES = 20
"""Refreshes of three lines in one sample: one alone is below what processor time is counted in."""


class Child:
    """A build at work on a world of its own, asked for one piece of work at a time."""

    def __init__(self, build: Build, rows: float, lines: int) -> None:
        # The product of that build, the benchmark of this one.
        code = (
            f"import sys; sys.path[0] = {str(build.root)!r}; import campfill_pipeline; "
            f"sys.path.insert(0, {str(HERE)!r}); "
            f"import bench.speed.recompute as child; child.serve({rows!r}, {lines!r})"
        )
        self.child = subprocess.Popen(
            [build.python, "-c", code],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=build.root,
        )
        self.rows = int(self._answer()["rows"])

    def ask(self, what: str) -> Sample:
        """Have this done; answers what it took."""
        assert self.child.stdin is not None
        print(what, file=self.child.stdin, flush=True)
        return self._answer()

    def close(self) -> None:
        """Let it stop its server and end."""
        assert self.child.stdin is not None
        self.child.stdin.close()
        self.child.wait()

    def _answer(self) -> Sample:
        assert self.child.stdout is not None
        line = self.child.stdout.readline()
        if not line:
            raise SystemExit("A build has ended too early; its message stands above.")
        found: Sample = json.loads(line)
        return found


def serve(rows: float, lines: int) -> None:
    """Fill a world and do what is asked on standard input, one word a line: the child's side."""
    import psutil

    from bench import fulfillment as figures
    from bench.speed import meter
    from bench.speed.standing import temporary
    from campfill_pipeline.warehouse.postgres import server

    sites = max(1, round(rows * 1_000_000 / lines / figures.FLIGHT_DAYS / 17))
    shape = figures.World(lines, 365, 17, sites)
    newest = shape.lines - shape.lines * 40 // shape.days
    turn = 0
    with temporary() as folder:
        running = server.start(folder)
        try:
            with figures.world(running, shape) as connection:
                postmaster = psutil.Process(connection.info.backend_pid).ppid()
                count = connection.execute("SELECT sum(rows) FROM line_day").fetchone()
                connection.commit()
                print(json.dumps({"rows": int(count[0]) if count else 0}), flush=True)
                for what in map(str.strip, sys.stdin):
                    began, used, own = time.perf_counter(), meter.processor([postmaster]), time.process_time()
                    found: Sample = {}
                    if what == "full":
                        figures.measure(connection, full=True)
                    elif what == "floor":
                        connection.execute(FLOOR)
                        connection.commit()
                    elif what == "bytes":
                        row = connection.execute(BYTES).fetchone()
                        connection.commit()
                        found = {"bytes": float(row[0]) if row else 0.0}
                    else:
                        for _ in range(TIMES):
                            turn += 1
                            short = newest - newest % 8 - 8 * (turn % 5)
                            figures.change(connection, [short, short - 1, short - 2])
                            figures.measure(connection)
                    cost = {
                        "seconds": time.perf_counter() - began,
                        "processor": meter.processor([postmaster]) - used + time.process_time() - own,
                    }
                    print(json.dumps(cost | found), flush=True)
        finally:
            server.stop(running)


def recompute(builds: list[Build], rows: float, lines: int, turns: int) -> Iterator[Results]:
    """Full recompute, floor and three lines in turns, and what an hourly row takes as it was stored."""
    children = {build.name: Child(build, rows, lines) for build in builds}
    before = load()
    full: dict[str, list[Sample]] = {name: [] for name in children}
    size = {name: child.ask("bytes")["bytes"] / child.rows for name, child in children.items()}
    for _ in range(turns):
        for name, child in children.items():
            whole, floor, three = (child.ask(what) for what in ("full", "floor", "three"))
            full[name].append(
                {
                    "full": whole["seconds"], "full processor": whole["processor"], "floor": floor["seconds"],
                    "floor processor": floor["processor"], "three": three["seconds"] / TIMES,
                    "three processor": three["processor"] / TIMES, "single bytes": size[name],
                }
            )  # fmt: skip
        counted = max(child.rows for child in children.values())
        yield Results("recompute", f"{lines:,} lines, {counted:,} hourly rows", full, load=[before, load()])
    for child in children.values():
        child.close()


def packed(sites: int, lines: int) -> Iterator[Results]:
    """What this build makes of the months that are closed."""
    before = load()
    words = [sys.executable, "-m", "bench.packed", "--sites", str(sites), "--lines", str(lines)]
    subprocess.run(words, cwd=HERE, check=True, stdout=subprocess.DEVNULL)
    told = json.loads(Path(HERE / "bench" / "results" / "packed.json").read_text(encoding="utf-8"))
    sample: Sample = {
        "single bytes": told["bytes a row"]["single"], "packed bytes": told["bytes a row"]["packed"],
        "packing": told["seconds to pack"],
        "before packing processor": told["single"]["full recompute"]["cpu"],
        "after packing processor": told["packed"]["full recompute"]["cpu"],
    }  # fmt: skip
    size = f"{told['rows']:,} hourly rows, {told['packed rows']:,} of them in closed months"
    yield Results("packed", size, {NOW: [sample]}, load=[before, load()])
