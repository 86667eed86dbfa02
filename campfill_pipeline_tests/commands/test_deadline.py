"""`campfill up` ends within ten seconds of the wish to stop, whatever hangs; what was killed comes back whole."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from pathlib import Path

import psutil
import psycopg
import pytest

from campfill_pipeline.commands import deadline, processes, render, up
from campfill_pipeline.settings import load_settings
from campfill_pipeline.warehouse.postgres import server

DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"


def test_nine_seconds_are_for_stopping_in_order_and_ten_for_all() -> None:
    assert processes.GRACE_SECONDS + 2 < deadline.STOP_SECONDS < 10


def test_where_all_else_hangs_what_is_left_is_killed_and_the_process_leaves() -> None:
    done: list[object] = []
    left = threading.Event()

    def leave(code: int) -> None:
        done.append(code)
        left.set()

    end = deadline.Deadline(threading.Event(), lambda: done.append("killed"), seconds=0.1, leave=leave)
    end.begin()
    assert not left.wait(0.3), "nobody has asked it to stop"
    end.asked.set()
    assert left.wait(30)
    assert done == ["killed", 0]
    met = deadline.Deadline(threading.Event(), lambda: done.append("killed again"), seconds=0.2, leave=leave)
    met.begin()
    met.met()
    met.asked.set()
    assert not done[2:]


def test_a_deaf_process_and_a_hanging_database_end_too_and_the_next_start_finds_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = load_settings({"CAMPFILL_HOME": str(tmp_path / "home")}, cwd=tmp_path)
    settings.make_folders()
    system = up.System(settings, {}, "127.0.0.1", 3000, None, render.console())
    system._own_server = True
    monkeypatch.setattr(processes.stop_sessions, "__kwdefaults__", {"grace": 0.5})
    url = server.database_url(settings)
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT generate_series(1, 1000) AS n")
    log = tmp_path / "log"
    deaf = processes.start("deaf", [sys.executable, "-c", DEAF], os.environ, log, tmp_path)
    system.children = [deaf]
    while not log.exists() or "deaf" not in log.read_text():
        time.sleep(0.05)
    postmaster = psutil.Process(server.status(settings).pid)
    hanging = [postmaster, *postmaster.children(recursive=True)]
    for process in hanging:
        process.send_signal(signal.SIGSTOP)
    try:
        system.deadline = deadline.Deadline(system.asked, lambda: None, seconds=3, leave=lambda code: None)
        system.deadline.begin()
        system.stop()
        _, alive = psutil.wait_procs(hanging, timeout=30)
        assert alive == []
        assert deaf.process.poll() == -signal.SIGKILL
        with psycopg.connect(server.database_url(settings)) as connection:
            assert connection.execute("SELECT count(*) FROM kept").fetchone() == (1000,)
    finally:
        for process in hanging:
            if process.is_running():
                process.kill()
        server.stop(settings)
