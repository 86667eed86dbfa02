"""Figures beside those of another build: the same world in both, in turns in one run, told as ratios.

git worktree add /somewhere COMMIT
python -m bench.beside --other /somewhere              7,057 lines with 27.6 M hourly rows behind them
python -m bench.beside --other /somewhere --rows 3     smaller

Belongs here: running both builds in turns (`bench.fulfillment` fills the world and changes lines). Each build runs in a
process of its own with a server of its own. Told is the processor time of the server with all its processes, and of the
client, since a shared machine stretches the clock; the floor is one bare sum by line and day over the same rows.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).parents[1]
RESULTS = Path(__file__).with_name("results")
FLOOR = """
    SELECT count(*) FROM (
        SELECT s.line_no, (h.hour_utc AT TIME ZONE 'Europe/Berlin')::date, sum(h.impressions)
        FROM report_hour h JOIN report_series s USING (series_no) GROUP BY 1, 2) sums
"""
Sample = dict[str, float]


class Build:
    """A checkout of campfill at work in a child process, asked for one piece of work at a time."""

    def __init__(self, root: Path, rows: float) -> None:
        # The product of that build, the benchmark of this one.
        code = (
            f"import sys; sys.path[0] = {str(root)!r}; import campfill_pipeline; "
            f"sys.path.insert(0, {str(HERE)!r}); import bench.beside; bench.beside.serve({rows!r})"
        )
        self.child = subprocess.Popen(
            [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=root
        )
        self.ready = self._answer()

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


def serve(rows: float) -> None:
    """Fill a world and do what is asked on standard input, one word a line: the child's side."""
    import psutil

    from bench import fulfillment as figures
    from campfill_pipeline.warehouse.postgres import server

    sites = max(1, round(rows * 1_000_000 / 7_057 / figures.FLIGHT_DAYS / 17))
    shape = figures.World(7_057, 365, 17, sites)
    newest = shape.lines - shape.lines * 40 // shape.days
    client = psutil.Process()
    turn = 0
    with tempfile.TemporaryDirectory(prefix="campfill-bench-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        running = server.start(Path(folder))
        try:
            with figures.world(running, shape) as connection:
                connection.execute("SELECT pg_backend_pid()")
                connection.commit()
                postmaster = psutil.Process(connection.info.backend_pid).parent()
                assert postmaster is not None

                def used() -> float:
                    # those that ended are in the postmaster's account of its children
                    assert postmaster is not None
                    return sum(postmaster.cpu_times()[:4]) + sum(
                        sum(process.cpu_times()[:2]) for process in postmaster.children()
                    )

                print(
                    json.dumps({"rows": shape.lines * figures.FLIGHT_DAYS * shape.hours * shape.sites}),
                    flush=True,
                )
                for what in map(str.strip, sys.stdin):
                    began, server_before, client_before = (
                        time.perf_counter(),
                        used(),
                        sum(client.cpu_times()[:2]),
                    )
                    if what == "full":
                        figures.measure(connection, full=True)
                    elif what == "floor":
                        connection.execute(FLOOR)
                        connection.commit()
                    else:
                        for _ in range(20):
                            turn += 1
                            short = newest - newest % 8 - 8 * (turn % 5)
                            figures.change(connection, [short, short - 1, short - 2])
                            figures.measure(connection)
                    cost = {
                        "wall": time.perf_counter() - began, "server": used() - server_before,
                        "client": sum(client.cpu_times()[:2]) - client_before,
                    }  # fmt: skip
                    print(json.dumps(cost), flush=True)
        finally:
            server.stop(running)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--other", type=Path, required=True, help="checkout of the build to stand beside")
    parser.add_argument("--rows", type=float, default=30.0, help="million hourly rows")
    parser.add_argument("--turns", type=int, default=5)
    options = parser.parse_args()
    builds = {"other": Build(options.other.resolve(), options.rows), "this": Build(HERE, options.rows)}
    took: dict[str, dict[str, list[Sample]]] = {}
    for turn in range(options.turns):
        for what in ("full", "three", *(["floor"] if turn == 0 else [])):
            for name, build in builds.items():
                took.setdefault(what, {}).setdefault(name, []).append(build.ask(what))
    for build in builds.values():
        build.close()
    print("| work | | the other build | this build | ratio |\n|---|---|---|---|---|")
    for what, by_build in took.items():
        for part in ("server", "both", "wall"):
            other, this = (
                [s["server"] + s["client"] if part == "both" else s[part] for s in by_build[name]]
                for name in ("other", "this")
            )
            told = " | ".join(
                f"{statistics.median(x):.2f} s ({min(x):.2f} to {max(x):.2f})" for x in (other, this)
            )
            print(f"| {what} | {part} | {told} | {statistics.median(this) / statistics.median(other):.2f} |")
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "beside.json").write_text(json.dumps(took, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
