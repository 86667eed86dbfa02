"""Dagster's code server, whose runs are forked from a process that has its imports done.

Dagster starts the process of each run anew, and that process imports for seconds what the last one had imported, while
somebody waits for the figures of the list they dropped. Here a process beside the code server imports it once, does
nothing else, and forks when a run begins: it has no connection, no thread of ours, and has read no setting, so each
run opens and reads its own, as before. All else (starting, stopping, looking whether it lives) is Dagster's.

Belongs here: only that. Does not belong here: what is loaded (`definitions`), runs on other machines (`celery_worker`).
`python -m campfill_pipeline.defs.code_server api grpc …` takes what `dagster` takes.
"""

from __future__ import annotations

import multiprocessing
import sys
from multiprocessing import forkserver
from multiprocessing.context import ForkServerContext
from typing import Any

PRELOADED = (
    "campfill_pipeline.definitions",
    "campfill_pipeline.defs.assets.delivery",
    "campfill_pipeline.defs.assets.uploads",
    "campfill_pipeline.defs.run_start",
    "campfill_pipeline.defs.storage",
    "campfill_pipeline.intake.judge.campaign_lists",
    "campfill_pipeline.intake.process.parser",
    "campfill_pipeline.reports.both",
    "dagster._grpc.impl",
    "dagster._grpc.server",
    "fsspec.implementations.local",
    "holidays.countries",  # all of them come with the first one that is used
    "pandera.backends.pandas.builtin_checks",  # Pandera imports it when it first checks something
    "upath.implementations.local",
)
"""What a run imports before its first step, and in its steps. Importing it reads no setting and connects to nothing."""


def forks() -> bool:
    """Whether processes are forked here: libraries of other systems than Linux are not made for it."""
    return sys.platform == "linux"


def prepared() -> ForkServerContext:
    """The context of the process that forks; it is started, and imports from now on."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(PRELOADED))
    forkserver.ensure_running()
    return context


def main() -> None:
    """Dagster's own command, with runs of its code server forked."""
    from dagster._cli import main as dagster_command
    from dagster._grpc import server

    if forks():
        from campfill_pipeline.defs.run_start import start_run

        class Forking(server.DagsterApiServer):
            """Dagster's server, with another way to begin a run's process."""

            def __init__(self, *given: Any, **named: Any) -> None:
                super().__init__(*given, **named)
                # Only now: what `up` waits for, the definitions, is loaded.
                self._mp_ctx = prepared()  # type: ignore[assignment]

        server.DagsterApiServer = Forking  # type: ignore[misc]
        server.start_run_in_subprocess = start_run  # type: ignore[attr-defined]
    dagster_command()  # type: ignore[no-untyped-call]


if __name__ == "__main__":
    main()
