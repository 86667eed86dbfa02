"""A run's process is forked from one that has imported what runs need, and holds nothing else."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from multiprocessing.queues import Queue
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest
from dagster._grpc import impl, server

from campfill_pipeline import forking
from campfill_pipeline.defs import code_server, run_start
from campfill_pipeline.intake.process import warm_up
from campfill_pipeline.intake.process.parser import ParseLimits, Parser
from campfill_pipeline_tests import kept_readers

pytestmark = pytest.mark.skipif(not forking.forks(), reason="runs are forked on Linux only")


LIMITS = ParseLimits(memory_mb=1024, seconds=60, max_bytes=10**7)


def children() -> set[int]:
    """Those of this process: one that has just been forked is not called by its own name yet."""
    return {child.pid for child in psutil.Process().children()}


def look(found: Queue[tuple[int, list[str], list[str]]]) -> None:
    """What a run's process finds as it begins: whose child it is, what is imported, what its parent holds open."""
    imported = sorted(name for name in code_server.PRELOADED if name in sys.modules)
    imported += ["a list taken"] * warm_up.warm_up.cache_info().currsize
    parent = os.getppid()
    held = [str(entry.readlink()) for entry in Path(f"/proc/{parent}/fd").iterdir()]
    found.put((parent, imported, held))


def runs(much: str) -> None:
    """Print what runs find: in a process of its own, since each process has one fork server.

    Then wait to be killed, or, where the process that forks shall have been killed, begin one more.
    """
    context = code_server.prepared()
    found = context.Queue()
    begun = []
    for turn in range(2):
        process = context.Process(target=look, args=(found,))
        process.start()
        begun.append(found.get(timeout=120))
        process.join()
        if much == "killed" and not turn:
            dead = psutil.Process(begun[0][0])
            dead.kill()
            while dead.status() != psutil.STATUS_ZOMBIE:  # the fork server itself looks whether it lives
                time.sleep(0.01)
    share = psutil.Process(begun[-1][0]).memory_full_info().uss / psutil.Process().memory_info().rss
    sys.stdout.write(json.dumps([os.getpid(), *begun, share]) + "\n")
    sys.stdout.flush()
    if much == "wait":
        time.sleep(60)


def begun(much: str) -> subprocess.Popen[str]:
    """A process with `runs`."""
    return subprocess.Popen(
        [sys.executable, "-m", __name__, much], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def test_runs_begin_with_their_imports_done() -> None:
    with begun("two") as process:
        told, faults = process.communicate()
    own, (parent, imported, held), (parent_again, *_), share = json.loads(told)
    assert (process.returncode, faults) == (0, "")
    assert parent == parent_again != own
    assert imported == [*sorted(code_server.PRELOADED), "a list taken"]
    # Its own socket, at which it is asked to fork; a connection to a database would be shared by all runs.
    assert len([name for name in held if name.startswith("socket:")]) <= 1
    assert share < 0.2, "what it has imported is what the process has that it is forked from"


def test_the_process_that_forks_ends_with_the_one_it_is_forked_from() -> None:
    with begun("wait") as process:
        assert process.stdout is not None
        _, (parent, *_), *_ = json.loads(process.stdout.readline())
        forking = psutil.Process(parent)
        process.kill()
        assert not psutil.wait_procs([forking], timeout=10)[1]


def test_a_process_that_forks_is_begun_again_where_it_died() -> None:
    with begun("killed") as process:
        own, (parent, *_), (again, imported, _), *_ = json.loads(process.communicate()[0])
    assert len({own, parent, again}) == 3
    assert imported == sorted(code_server.PRELOADED)


def test_dagster_begins_runs_where_they_are_made_to_fork(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[server.DagsterApiServer] = []
    prepared = object()
    monkeypatch.setattr(server.DagsterApiServer, "__init__", lambda made: setattr(made, "_mp_ctx", "spawn"))
    monkeypatch.setattr(server, "DagsterApiServer", server.DagsterApiServer)  # put back at the end
    monkeypatch.setattr(code_server, "prepared", lambda: prepared)
    monkeypatch.setattr("dagster._cli.main", lambda: made.append(server.DagsterApiServer()))  # type: ignore[call-arg]
    monkeypatch.setattr(server, "start_run_in_subprocess", impl.start_run_in_subprocess)
    code_server.main()
    assert made[0]._mp_ctx is prepared
    assert vars(server)["start_run_in_subprocess"] is run_start.start_run
    said = Path(server.__file__).read_text("utf-8")
    assert "self._mp_ctx.Process(\n            target=start_run_in_subprocess," in said


@pytest.mark.parametrize(("name", "begun"), [("upload", True), ("refresh", False)])
def test_a_run_that_reads_files_has_its_reading_process_begin_first(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, begun: bool
) -> None:
    """Taken by the first that reads; what nobody takes ends with the run."""
    before = children()
    seen: list[set[int]] = []

    def run(_told: str, job: SimpleNamespace, _events: object, _asked_to_end: object) -> None:
        seen.append(children() - before)
        if job.reads:
            (tmp_path / "a.csv").write_bytes(b"x")
            with Parser(LIMITS) as parser:
                parser.parse(tmp_path / "a.csv", "a.csv", tmp_path / "work")
                seen.append(children() - before)

    monkeypatch.setattr(impl, "start_run_in_subprocess", run)
    for reads in (False, True):
        seen.clear()
        with kept_readers.as_shipped():
            run_start.start_run("", SimpleNamespace(job_name=name, reads=reads), None, None)  # type: ignore[arg-type]
        assert len(seen[0]) == begun
        assert not reads or (seen[1] == seen[0] if begun else len(seen[1]) == 1)
        assert children() == before


if __name__ == "__main__":
    runs(sys.argv[1])
