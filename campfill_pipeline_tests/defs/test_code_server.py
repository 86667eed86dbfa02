"""A run's process is forked from one that has imported what runs need, and holds nothing else."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from multiprocessing.queues import Queue
from pathlib import Path

import pytest
from dagster._grpc import server

from campfill_pipeline.defs import code_server

pytestmark = pytest.mark.skipif(not code_server.forks(), reason="runs are forked on Linux only")


def look(found: Queue[tuple[int, list[str], list[str]]]) -> None:
    """What a run's process finds as it begins: whose child it is, what is imported, what its parent holds open."""
    imported = sorted(name for name in code_server.PRELOADED if name in sys.modules)
    parent = os.getppid()
    held = [str(entry.readlink()) for entry in Path(f"/proc/{parent}/fd").iterdir()]
    found.put((parent, imported, held))


def two_runs() -> None:
    """Print what two runs find: in a process of its own, since each process has one fork server."""
    context = code_server.prepared()
    found = context.Queue()
    begun = []
    for _ in range(2):
        process = context.Process(target=look, args=(found,))
        process.start()
        begun.append(found.get(timeout=120))
        process.join()
    sys.stdout.write(json.dumps([os.getpid(), *begun]))


def test_runs_begin_with_their_imports_done() -> None:
    done = subprocess.run([sys.executable, "-m", __name__], stdout=subprocess.PIPE, text=True, check=True)
    own, (parent, imported, held), (parent_again, *_) = json.loads(done.stdout)
    assert parent == parent_again != own
    assert imported == sorted(code_server.PRELOADED)
    # Its own socket, at which it is asked to fork; a connection to a database would be shared by all runs.
    assert len([name for name in held if name.startswith("socket:")]) <= 1


def test_dagster_begins_runs_where_they_are_made_to_fork(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[server.DagsterApiServer] = []
    prepared = object()
    monkeypatch.setattr(server.DagsterApiServer, "__init__", lambda made: setattr(made, "_mp_ctx", "spawn"))
    monkeypatch.setattr(server, "DagsterApiServer", server.DagsterApiServer)  # put back at the end
    monkeypatch.setattr(code_server, "prepared", lambda: prepared)
    monkeypatch.setattr("dagster._cli.main", lambda: made.append(server.DagsterApiServer()))  # type: ignore[call-arg]
    code_server.main()
    assert made[0]._mp_ctx is prepared
    assert "self._mp_ctx.Process(" in Path(server.__file__).read_text("utf-8")


if __name__ == "__main__":
    two_runs()
