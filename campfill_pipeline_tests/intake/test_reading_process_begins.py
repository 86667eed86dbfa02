"""A reading process is a fork of the run that needs it, where that has nothing yet which a fork must not have."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from campfill_pipeline.forking import can_tell_ends
from campfill_pipeline_tests.intake.workbooks import LINE, TRANSITIONAL, list_sheet, workbook

pytestmark = pytest.mark.skipif(not can_tell_ends(), reason="forks on Linux only")

CALLER = """
import json, os, pathlib, sys, threading, time
import psutil
from campfill_pipeline.intake.process import parser, worker
folder, way = pathlib.Path(sys.argv[1]), sys.argv[2]
worker.warm_up = lambda: (folder / "warm").write_text(str(os.getpid()))  # a new Python knows nothing of it
secret = (folder / "kept-open").open("w")
ballast = bytearray(300 << 20)
if way == "thread":
    threading.Thread(target=time.sleep, args=(600,), daemon=True).start()
limits = parser.ParseLimits(max_bytes=10**8, memory_mb=200, seconds=60)
with parser.begun_ahead(), parser.Parser(limits) as reading:
    parsed = reading.parse(folder / "list.xlsx", "list.xlsx", folder / "work")
    process = psutil.Process(reading._worker.pid)
    told = {
        "rows": parsed.tables[0].rows if parsed.tables else parsed.reason, "pid": process.pid,
        "command": process.cmdline(), "session": os.getsid(process.pid),
        "files": [one.path for one in process.open_files()],
    }
    large = reading.parse(folder / "large.xlsx", "large.xlsx", folder / "work-large")
    told["large"] = large.reason
    process.kill()
    told["again"] = reading.parse(folder / "list.xlsx", "list.xlsx", folder / "work-again").tables[0].rows
    told["other"] = reading._worker.pid != process.pid
told["left"] = [child.pid for child in psutil.Process().children()]
print(json.dumps(told))
"""


def read(folder: Path, way: str) -> dict[str, Any]:
    """What a process tells that reads a list, and one that needs more memory than is allowed."""
    workbook(folder / "list.xlsx", list_sheet(LINE, LINE))
    texts = f'<sst xmlns="{TRANSITIONAL}"><si><t>{"x" * 150_000_000}</t></si></sst>'
    workbook(folder / "large.xlsx", list_sheet(LINE), shared=texts)
    ran = subprocess.run(
        [sys.executable, "-c", CALLER, str(folder), way], check=False, capture_output=True, text=True
    )
    assert ran.stderr == ""
    told: dict[str, Any] = json.loads(ran.stdout)
    return told


def test_it_is_a_fork_that_has_nothing_of_its_caller_s_and_limits_of_its_own(tmp_path: Path) -> None:
    told = read(tmp_path, "alone")
    assert told["rows"] == 2, "what the caller has is not counted against a file"
    assert (tmp_path / "warm").read_text() == str(told["pid"])
    assert told["command"][1:4] == ["-P", "-m", "campfill_pipeline.intake.process.worker"]
    assert told["session"] == told["pid"]
    assert told["files"] == []
    assert told["large"] == "too_large"
    assert (told["again"], told["other"]) == (2, True), "one that died is replaced"
    assert told["left"] == []


def test_it_is_a_new_python_where_its_caller_has_threads(tmp_path: Path) -> None:
    told = read(tmp_path, "thread")
    assert (told["rows"], told["again"]) == (2, 2)
    assert not (tmp_path / "warm").exists()
