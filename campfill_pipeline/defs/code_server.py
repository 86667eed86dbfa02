"""Dagster's code server, whose runs are forked from a process that has its imports done.

Dagster starts the process of each run anew, and that process imports for seconds what the last one had imported, while
somebody waits for the figures of the list they dropped. Here the code server imports it once and, before it is
anything else, forks: the process beside it does nothing but fork again when a run begins. It has no connection, no
thread of ours, and has read no setting, so each run opens and reads its own, as before; what both have imported is in
memory once. All else (starting, stopping, looking whether it lives) is Dagster's.

Belongs here: only that. Does not belong here: what is loaded (`definitions`), runs on other machines (`celery_worker`).
`python -m campfill_pipeline.defs.code_server api grpc …` takes what `dagster` takes.
"""

from __future__ import annotations

import gc
import importlib
import multiprocessing
import os
import sys
from collections.abc import Sequence
from multiprocessing import forkserver, resource_tracker, util
from multiprocessing.context import ForkServerContext
from typing import Any

from campfill_pipeline.forking import close_all_but, forks
from campfill_pipeline.intake import first_list

PRELOADED = (
    "campfill_pipeline.definitions",
    "campfill_pipeline.defs.assets.delivery",
    "campfill_pipeline.defs.assets.uploads",
    "campfill_pipeline.defs.run_start",
    "campfill_pipeline.defs.storage",
    "campfill_pipeline.intake.judge.campaign_lists",
    "campfill_pipeline.intake.process.parser",
    "campfill_pipeline.intake.process.worker",
    "campfill_pipeline.reports.both",
    "dagster._grpc.impl",
    "dagster._grpc.server",
    "fsspec.implementations.local",
    "holidays.countries",  # all of them come with the first one that is used
    "pandera.backends.pandas.builtin_checks",  # Pandera imports it when it first checks something
    "upath.implementations.local",
)
"""What a run imports before its first step, and in its steps. Importing it reads no setting and connects to nothing."""


def make_ready() -> None:
    """Import what runs need, and take in a first list: who is forked from this process need not do so again."""
    for name in PRELOADED:
        importlib.import_module(name)
    first_list.take()


def prepared() -> ForkServerContext:
    """The context of the process that forks, itself forked from this one once this has imported what runs need.

    To be called before this process has a thread, a connection or a setting of its own: both would have it.
    """
    make_ready()
    gc.freeze()  # else the collector writes to every object, and a page that is written to is no longer shared
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(PRELOADED))  # should it ever have to be started anew
    resource_tracker.ensure_running()  # a process of its own, which the next lines shall not fork
    begin, util.spawnv_passfds = util.spawnv_passfds, _fork  # type: ignore[assignment]
    try:
        forkserver.ensure_running()
    finally:
        util.spawnv_passfds = begin
    return context


def _fork(_interpreter: bytes, arguments: Sequence[Any], passed: Sequence[int]) -> int:
    """Run in a fork the program that Python's fork server would give to a new interpreter; the fork's process id.

    As there, it has of the open files only those `passed`, and standard input to error: the pipe that tells it of our
    death would else be held open by itself.
    """
    kept = {0, 1, 2, resource_tracker.getfd(), *passed}
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        close_all_but(kept)
        exec(arguments[-1], {})
        code = 0
    except SystemExit:
        code = 0  # how it ends
    except BaseException:  # noqa: BLE001 - the outermost door of a process
        sys.excepthook(*sys.exc_info())
    finally:
        os._exit(code)


def main() -> None:
    """Dagster's own command, with runs of its code server forked."""
    context = prepared() if forks() else None
    from dagster._cli import main as dagster_command

    from campfill_pipeline.defs.storage import keep_instance

    keep_instance()

    if context is not None:
        from dagster._grpc import server

        from campfill_pipeline.defs.run_start import start_run

        class Forking(server.DagsterApiServer):
            """Dagster's server, with another way to begin a run's process."""

            def __init__(self, *given: Any, **named: Any) -> None:
                super().__init__(*given, **named)
                self._mp_ctx = context  # type: ignore[assignment]

        server.DagsterApiServer = Forking  # type: ignore[misc]
        server.start_run_in_subprocess = start_run  # type: ignore[attr-defined]
    dagster_command()  # type: ignore[no-untyped-call]


if __name__ == "__main__":
    main()
