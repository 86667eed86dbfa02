"""`campfill up` over the years: it stops while it starts, counts deaths by the hour, and looks at the clock."""

from __future__ import annotations

import io
import os
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest

from campfill_pipeline.commands import processes, render, up
from campfill_pipeline.commands.roles import Role
from campfill_pipeline.settings import load_settings
from campfill_pipeline.warehouse.postgres import server

WAITING = [sys.executable, "-c", "import time; time.sleep(60)"]


@pytest.fixture
def system(tmp_path: Path) -> up.System:
    settings = load_settings({"CAMPFILL_HOME": str(tmp_path / "home")}, cwd=tmp_path)
    settings.make_folders()
    return up.System(settings, {}, "127.0.0.1", 3000, None, render.console())


def child(tmp_path: Path, command: list[str] = WAITING) -> processes.Child:
    return processes.start("web UI", command, os.environ, tmp_path / "log", tmp_path)


def test_who_asks_to_stop_need_not_wait_until_all_is_started(tmp_path: Path) -> None:
    asked = threading.Event()
    asked.set()
    slow = child(tmp_path)
    try:
        with pytest.raises(up.AskedToStopError):
            up._wait_for_port("127.0.0.1", up.free_port(), slow, asked)
    finally:
        processes.stop_sessions([slow.process.pid])
    assert slow.process.wait(10) is not None


def test_where_the_port_is_taken_the_option_is_named_that_also_the_demo_and_make_can_be_given(
    system: up.System,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        system.port = other.getsockname()[1]
        with pytest.raises(up.UpError, match=f"port {system.port} is taken") as refused:
            system.start()
    assert "--port (make: PORT=…)" in str(refused.value)
    assert "campfill up" not in str(refused.value), "copied, it would start another home than the demo's"
    assert not server.status(system.settings).running


def test_a_process_may_die_more_often_than_five_times_in_years_but_not_in_an_hour(
    system: up.System, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dead = child(tmp_path, [sys.executable, "-c", ""])
    dead.process.wait()
    system.children = [dead]
    monkeypatch.setattr(Role, "asks", False)
    monkeypatch.setattr(processes, "start", lambda *told, **more: dead)
    now = time.monotonic()
    system.restarts["web UI"] = [now - up.RESTARTS_SECONDS - 1] * 100 + [now] * (up.RESTARTS - 1)
    system.watch()
    with pytest.raises(up.UpError, match="web UI died 5 times"):
        system.watch()


@pytest.mark.parametrize(("set_back", "again"), [(3600.0, True), (5.0, False), (-86_400.0, False)])
def test_the_daemon_begins_anew_where_the_clock_was_set_back(
    system: up.System, monkeypatch: pytest.MonkeyPatch, set_back: float, again: bool
) -> None:
    done: list[str] = []
    monkeypatch.setattr(system, "_stop_daemon", lambda: done.append("stopped"))
    monkeypatch.setattr(system, "_start_daemon", lambda: done.append("started"))
    system.daemon.working = True
    system._set_ahead += set_back
    for _ in range(2):
        system._look_at_the_clock()
    assert done == (["stopped", "started"] if again else [])


def test_what_an_earlier_start_left_is_found_though_the_clock_was_set_since(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left, file = child(tmp_path), tmp_path / "processes.json"
    processes.remember([left], file)
    real = psutil.Process.create_time
    monkeypatch.setattr(psutil.Process, "create_time", lambda self: real(self) + 3600)
    assert processes.stop_leftovers(file) == 1
    assert left.process.wait(10) is not None
    assert not file.exists()
    file.write_text('[{"pid": 1, "started"')  # cut off by a full disk
    assert processes.stop_leftovers(file) == 0


def test_the_web_ui_that_a_killed_start_left_does_not_keep_the_next_one_from_its_port(
    system: up.System, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    serving = (
        "import socket, sys, time; s = socket.create_server(('127.0.0.1', 0)); print(s.getsockname()[1])"
    )

    def far_enough(what: object) -> None:
        raise up.AskedToStopError

    monkeypatch.setattr(server, "status", far_enough)
    told = []
    for turn in range(3):  # a connection of another program may take the port in between
        folder = tmp_path / f"{turn}"
        folder.mkdir()
        left = child(folder, [sys.executable, "-u", "-c", f"{serving}; time.sleep(60)"])
        while not (folder / "log").exists() or not (folder / "log").read_text().endswith("\n"):
            assert left.process.poll() is None
            time.sleep(0.05)
        system.port = int((folder / "log").read_text())
        processes.remember([left], system._remembered)
        with pytest.raises((up.AskedToStopError, up.UpError)) as ended:
            system.start()
        assert left.process.wait(10) is not None
        told.append(ended.type)
        if ended.type is up.AskedToStopError:
            break
    assert told[-1] is up.AskedToStopError


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full (Linux)")
def test_a_process_goes_on_while_its_log_finds_no_room() -> None:
    said = io.BytesIO(b"a line\n" * 1_000)
    processes.keep_log(said, Path("/dev/full"))
    assert said.read() == b"", "all was taken from it, else it would wait for ever"


def test_a_full_disk_does_not_end_what_runs(tmp_path: Path) -> None:
    with subprocess.Popen(WAITING, start_new_session=True) as process:
        running = processes.Child("x", WAITING, {}, tmp_path / "log", process)
        processes.remember([running], tmp_path / "no such folder" / "processes.json")
        process.kill()
