"""The door as a process: its socket, its limits, its log.

Belongs here: starting and stopping uvicorn. Does not belong here: the application (`app`).
"""

from __future__ import annotations

import contextlib
import logging
import resource
import sys

import uvicorn

from campfill_pipeline.door.app import Place, make_app
from campfill_pipeline.door.connections import limited
from campfill_pipeline.door.limits import Limits
from campfill_pipeline.settings import Settings
from campfill_pipeline.warehouse.postgres import server as postgres

GRACE_SECONDS = 5


def serve(
    settings: Settings, host: str, port: int, place: Place | None = None, limits: Limits | None = None
) -> None:
    """Serve until asked to stop."""
    place, limits = place or Place(), limits or Limits()
    settings.make_folders()
    logging.basicConfig(stream=sys.stdout, level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("uvicorn.access").disabled = True
    _allow_connections(limits.connections + 100)
    urls = (lambda: postgres.database_url(settings), lambda: postgres.dagster_url(settings))
    app = make_app(settings, *urls, place, limits)
    uvicorn.run(
        app, host=host, port=port, http=limited(limits), ws="none", loop="asyncio", lifespan="on",
        log_config=None, access_log=False, server_header=False, backlog=1024, timeout_keep_alive=10,
        timeout_graceful_shutdown=GRACE_SECONDS, proxy_headers=place.guarded,
    )  # fmt: skip


def _allow_connections(wanted: int) -> None:
    """Raise the number of open files, where it is too low for as many connections."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < wanted:
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(
                resource.RLIMIT_NOFILE,
                (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard), hard),
            )
