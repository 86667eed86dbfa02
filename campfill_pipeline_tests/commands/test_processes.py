"""What `campfill up` starts: what gives way does so with all that it starts."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from campfill_pipeline.commands import processes

CHILD_AND_ITS_CHILD = (
    "import subprocess, sys, time; time.sleep(0.5); "
    "subprocess.run([sys.executable, '-c', 'import os; open(\"told\", \"w\").write(str(os.nice(0)))'])"
)


@pytest.mark.parametrize("yields", [True, False])
def test_runs_give_way_to_what_a_person_waits_for(tmp_path: Path, yields: bool) -> None:
    command = [sys.executable, "-c", CHILD_AND_ITS_CHILD]
    child = processes.start("child", command, os.environ, tmp_path / "log", tmp_path, yields=yields)
    assert child.process.wait(60) == 0
    usual = os.nice(0)
    assert int((tmp_path / "told").read_text()) == (min(usual + processes.NICENESS, 19) if yields else usual)
