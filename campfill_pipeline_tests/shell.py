"""Types `campfill …`, or starts the door, in a process of its own that has its imports done: forked from one that
imported them once.

Belongs here: running either as a new process would, with its own environment, folder and streams. Of the
seven seconds that `campfill ingest` takes, five are imports. That a command starts without them is what
`python -m campfill_pipeline.cli` proves, in test_cli and test_end_to_end.
"""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from multiprocessing.process import BaseProcess
from pathlib import Path

_forks = multiprocessing.get_context("forkserver")
_forks.set_forkserver_preload(["campfill_pipeline_tests.shell_imports"])


def campfill(
    words: Sequence[str], *, environ: Mapping[str, str], folder: Path, typed: str = "", seconds: float = 120
) -> subprocess.CompletedProcess[str]:
    """What the command printed and its exit code, typed in this folder.

    Raises subprocess.TimeoutExpired.
    """
    with tempfile.TemporaryDirectory() as kept:
        streams = [Path(kept) / name for name in ("in", "out", "err")]
        streams[0].write_text(typed, encoding="utf-8")
        process = started(_command, list(words), environ=environ, folder=folder, streams=streams)
        process.join(seconds)
        if process.exitcode is None:
            process.kill()
            process.join()
            raise subprocess.TimeoutExpired(list(words), seconds)
        out, err = (stream.read_text(encoding="utf-8") for stream in streams[1:])
        return subprocess.CompletedProcess(["campfill", *words], process.exitcode, out, err)


def started(
    what: Callable[[list[str]], None], words: list[str], *, environ: Mapping[str, str], folder: Path,
    streams: Sequence[Path],
) -> BaseProcess:  # fmt: skip
    """A process that does `what`, with the files of its standard input, output and errors."""
    process = _forks.Process(
        target=_begin, args=(what, words, dict(environ), str(folder), [str(stream) for stream in streams])
    )
    process.start()
    return process


def _begin(
    what: Callable[[list[str]], None],
    words: list[str],
    environ: dict[str, str],
    folder: str,
    streams: list[str],
) -> None:
    os.environ.clear()
    os.environ.update(environ)
    os.chdir(folder)
    write = os.O_WRONLY | os.O_CREAT | os.O_APPEND
    for number, (stream, flags) in enumerate(zip(streams, (os.O_RDONLY, write, write), strict=True)):
        os.dup2(os.open(stream, flags, 0o600), number)
    sys.stdin, sys.stdout, sys.stderr = os.fdopen(0), os.fdopen(1, "w"), os.fdopen(2, "w")
    what(words)


def _command(words: list[str]) -> None:
    sys.argv = ["campfill", *words]
    from campfill_pipeline import cli

    cli.main(words)
