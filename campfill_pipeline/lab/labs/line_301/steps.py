"""Counts the steps of a program: each line that Python runs, each turn of a loop. The same on every machine."""

from __future__ import annotations

import sys

from campfill_pipeline.lab.bench import Bench

_COUNTING = """
import atexit, runpy, sys, threading
program, count = sys.argv[1], [0]
def trace(frame, event, _):
    if frame.f_code.co_filename != program:
        return None
    count[0] += event == "line"
    return trace
def tell():
    sys.settrace(None)
    with open(".steps", "w") as file:
        file.write(str(count[0]))
atexit.register(tell)
sys.argv, sys.path[0] = sys.argv[1:], "."
threading.settrace(trace)
sys.settrace(trace)
runpy.run_path(program, run_name="__main__")
"""


def steps(bench: Bench, program: str, lines: int) -> int:
    """How many steps the program takes for so many lines, in all of its threads; 0 where it does not end well."""
    told = bench.home / ".steps"
    told.unlink(missing_ok=True)
    ran = bench.run_command([sys.executable, "-c", _COUNTING, program, str(lines)])
    return int(told.read_text()) if ran.code == 0 and told.exists() else 0
