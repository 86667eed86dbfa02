"""Types `campfill …` in a process of its own that has its imports done: forked from one that imported them once.

Belongs here: running the command's door as a new process would, with its own environment, folder and streams. Of the
seven seconds that `campfill ingest` takes, five are imports. That a command starts without them is what
`python -m campfill_pipeline.cli` proves, in test_cli and test_end_to_end.
"""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

_forks = multiprocessing.get_context("forkserver")
_forks.set_forkserver_preload(["campfill_pipeline_tests.shell_imports"])


def campfill(
    words: Sequence[str], *, environ: Mapping[str, str], folder: Path, typed: str = "", seconds: float = 120
) -> subprocess.CompletedProcess[str]:
    """What the command printed and its exit code, typed in this folder.

    Raises subprocess.TimeoutExpired.
    """
    with tempfile.TemporaryDirectory() as streams:
        for name, text in (("in", typed), ("out", ""), ("err", "")):
            (Path(streams) / name).write_text(text, encoding="utf-8")
        process = _forks.Process(target=_typed, args=(list(words), dict(environ), str(folder), streams))
        process.start()
        process.join(seconds)
        if process.exitcode is None:
            process.kill()
            process.join()
            raise subprocess.TimeoutExpired(list(words), seconds)
        out, err = ((Path(streams) / name).read_text(encoding="utf-8") for name in ("out", "err"))
        return subprocess.CompletedProcess(["campfill", *words], process.exitcode, out, err)


def _typed(words: list[str], environ: dict[str, str], folder: str, streams: str) -> None:
    os.environ.clear()
    os.environ.update(environ)
    os.chdir(folder)
    for number, (name, flags) in enumerate((("in", os.O_RDONLY), ("out", os.O_WRONLY), ("err", os.O_WRONLY))):
        os.dup2(os.open(Path(streams) / name, flags), number)
    sys.stdin, sys.stdout, sys.stderr = os.fdopen(0), os.fdopen(1, "w"), os.fdopen(2, "w")
    sys.argv = ["campfill", *words]
    from campfill_pipeline import cli

    cli.main(words)
