"""One `campfill up` in a home at a time; the lock goes with the process, by whatever death."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from campfill_pipeline.commands import running

HOLDING = """
import sys, time
from pathlib import Path
from campfill_pipeline.commands import running
with running.only_one(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_second_up_is_refused_in_a_sentence_until_the_first_is_gone(tmp_path: Path) -> None:
    assert running.holder(tmp_path) is None
    first = subprocess.Popen(
        [sys.executable, "-c", HOLDING, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    assert first.stdout is not None and first.stdout.readline() == "held\n"
    try:
        refused = pytest.raises(running.RunsAlreadyError, match=f"runs already .* process {first.pid}")
        with refused, running.only_one(tmp_path):
            pass
        assert running.holder(tmp_path) == first.pid
    finally:
        first.send_signal(signal.SIGKILL)
        first.wait()
    assert running.holder(tmp_path) is None
    with running.only_one(tmp_path):
        pass
