"""What `campfill up` has forked is a process like any other: a session, a name, a log, and it outlives the nursery."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from campfill_pipeline.commands import asking, nursery, processes
from campfill_pipeline.defs import instance
from campfill_pipeline.forking import can_tell_ends
from campfill_pipeline_tests.environment import without_settings

pytestmark = pytest.mark.skipif(not can_tell_ends(), reason="forks on Linux only")

ANSWERING = "campfill_pipeline.commands.answering"


def wait_for(what: Callable[[], object]) -> None:
    deadline = time.monotonic() + 120
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def begun(log: Path) -> nursery.Nursery:
    return nursery.Nursery(without_settings(), instance.CHECKOUT, lambda: False, processes.keep_log, log)


@pytest.fixture(scope="module")
def forking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[nursery.Nursery]:
    """One for all tests that do not end it: it imports for seconds."""
    log = tmp_path_factory.mktemp("nursery") / "nursery.log"
    made = begun(log)
    yield made
    made.end()
    assert not log.exists(), "it has nothing to say"


def start(
    folder: Path, forking: nursery.Nursery | None, *words: str, dies_with_us: bool = False
) -> processes.Child:
    command = [sys.executable, "-m", ANSWERING, *(words or [str(folder)])]
    return processes.start(
        "answers",
        command,
        without_settings(),
        folder / "log",
        folder,
        nursery=forking,
        dies_with_us=dies_with_us,
    )


def test_a_fork_shares_what_was_imported_and_is_else_like_a_process_begun_anew(
    tmp_path: Path, forking: nursery.Nursery
) -> None:
    (tmp_path / "anew").mkdir()
    forked, anew = start(tmp_path, forking), start(tmp_path / "anew", None)
    found = [psutil.Process(each.process.pid) for each in (forked, anew)]
    try:
        for folder in (tmp_path, tmp_path / "anew"):
            wait_for((folder / asking.SOCKET).is_socket)
        for each, child in zip(found, (forked, anew), strict=True):
            assert os.getsid(each.pid) == each.pid
            assert [word for word in each.cmdline() if word] == list(child.command)
            assert Path(f"/proc/{each.pid}/fd/0").readlink() == Path("/dev/null")
        assert found[0].memory_full_info().uss < found[1].memory_full_info().uss / 2
    finally:
        processes.stop_sessions([forked.process.pid, anew.process.pid])
    assert [each.process.wait(10) for each in (forked, anew)] == [0, 0]
    assert not (tmp_path / asking.SOCKET).exists(), "it was stopped in order"


def test_the_nursery_has_nothing_that_its_forks_should_not_have(
    tmp_path: Path, forking: nursery.Nursery
) -> None:
    child = start(tmp_path, forking)
    wait_for((tmp_path / asking.SOCKET).is_socket)
    try:
        own = Path(f"/proc/{forking.process.pid}")
        held = [str(entry.readlink()) for entry in (own / "fd").iterdir()]
        assert len([name for name in held if name.startswith("socket:")]) == 1, "the one at which it is asked"
        named = {(task / "comm").read_text().strip() for task in (own / "task").iterdir()}
        assert named <= {"python", "python3", "jemalloc_bg_thd"}, (
            "threads of grpc or of ours would be called otherwise"
        )
        of_fork = [str(entry.readlink()) for entry in Path(f"/proc/{child.process.pid}/fd").iterdir()]
        assert len([name for name in of_fork if name.startswith("socket:")]) == 1, "its own"
    finally:
        processes.stop_sessions([child.process.pid])
        child.process.wait(10)


def test_what_a_fork_says_at_its_end_is_in_its_log(tmp_path: Path, forking: nursery.Nursery) -> None:
    child = start(tmp_path, forking, str(tmp_path / "nowhere"))
    assert child.process.wait(30) is not None
    assert not child.running
    wait_for(lambda: "FileNotFoundError" in (tmp_path / "log").read_text())


def test_forks_are_children_of_campfill_up_once_the_nursery_has_ended(tmp_path: Path) -> None:
    forking = begun(tmp_path / "nursery.log")
    child = start(tmp_path, forking)
    wait_for((tmp_path / asking.SOCKET).is_socket)
    process = psutil.Process(child.process.pid)
    assert process.ppid() == forking.process.pid
    forking.end()
    assert not psutil.pid_exists(forking.process.pid)
    assert process.ppid() == os.getpid()
    assert child.running
    process.kill()
    assert child.process.wait(10) is not None
    wait_for(lambda: not psutil.pid_exists(process.pid))  # and is not left as a zombie


def test_what_is_begun_after_the_nursery_died_is_a_new_interpreter(tmp_path: Path) -> None:
    forking = begun(tmp_path / "nursery.log")
    forking.process.kill()
    child = start(tmp_path, forking)
    try:
        wait_for((tmp_path / asking.SOCKET).is_socket)
        assert psutil.Process(child.process.pid).ppid() == os.getpid()
    finally:
        processes.stop_sessions([child.process.pid])
        child.process.wait(10)
        forking.end()


OF_ANOTHER = """
import os, pathlib, signal, sys
from campfill_pipeline.commands import processes
from campfill_pipeline_tests.commands import test_nursery as here
folder = pathlib.Path(sys.argv[1])
forking = here.begun(folder / "nursery.log")
child = here.start(folder, forking)
here.wait_for((folder / "answers.socket").is_socket)
sys.stdout.write(f"{forking.process.pid} {child.process.pid}")
sys.stdout.flush()
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_nursery_and_answers_end_with_campfill_up_by_whatever_death(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", OF_ANOTHER, tmp_path], stdout=subprocess.PIPE, text=True, check=False
    )
    for pid in done.stdout.split():
        wait_for(lambda pid=int(pid): not psutil.pid_exists(pid))  # type: ignore[misc]
