"""Counts the steps of a program: each line that Python runs, each turn of a loop, each row that the database looks at.

The same on every machine. Workers count too, threads and processes alike; what a library does in C does not.
"""

from __future__ import annotations

import sys
import time

from campfill_pipeline.lab.bench import Bench

_COUNTING = """
import atexit, mmap, os, runpy, sys, threading
program, mine, counts = sys.argv[1], [0], memoryview(mmap.mmap(-1, 8 * 1024)).cast("Q")
def trace(frame, event, _):
    if frame.f_code.co_filename != program:
        return None
    counts[mine[0]] += event == "line"
    return trace
def tell():
    sys.settrace(None)
    with open(".steps", "w") as file:
        file.write(str(sum(counts)))
atexit.register(tell)
os.register_at_fork(after_in_child=lambda: mine.__setitem__(0, os.getpid() % 1024))
sys.argv, sys.path[0] = sys.argv[1:], "."
threading.settrace(trace)
sys.settrace(trace)
runpy.run_path(program, run_name="__main__")
"""
_LOOKED_AT = (
    "SELECT coalesce(sum(seq_tup_read + coalesce(idx_tup_fetch, 0)), 0)::bigint FROM pg_stat_user_tables"
)
_OTHERS = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


def steps(bench: Bench, program: str, lines: int) -> int:
    """How many steps the program takes where there are just so many lines; 0 where it does not end well."""
    bench.execute(
        f"DELETE FROM line WHERE line_no > {lines}; DELETE FROM delivery_day WHERE line_no > {lines}"
    )
    told = bench.home / ".steps"
    told.unlink(missing_ok=True)
    before = rows_looked_at(bench)
    ran = bench.run_command([sys.executable, "-c", _COUNTING, program, str(lines)])
    looked_at = rows_looked_at(bench) - before
    return int(told.read_text()) + looked_at if ran.code == 0 and told.exists() else 0


def rows_looked_at(bench: Bench) -> int:
    """How many rows the database has looked at until now, whoever asked."""
    until = time.monotonic() + 10
    while bench.one(_OTHERS) and time.monotonic() < until:  # it counts when the connection ends
        time.sleep(0.02)
    rows: int = bench.one(_LOOKED_AT)
    return rows
