"""Where a run that this process made can be found again: without it the web UI cannot re-execute it.

Dagster notes with a run from which code location its job came, for runs that its daemon or web UI launched. A run made
in process has no such note, and "Re-execute all" ends in a stack trace. Belongs here: that note. Does not belong here:
starting runs.
"""

import dagster as dg
from dagster._core.remote_origin import (
    RegisteredCodeLocationOrigin,
    RemoteJobOrigin,
    RemoteRepositoryOrigin,
)

LOCATION = "campfill"  # as `campfill up` names it
_REPOSITORY = "__repository__"  # Dagster's name of a repository that a module defines


def note(instance: dg.DagsterInstance, run_id: str) -> None:
    """Note with a run, once it has ended, that its job is one of this code location."""
    run = instance.get_run_by_id(run_id)
    if run is None or run.remote_job_origin is not None:
        return
    repository = RemoteRepositoryOrigin(RegisteredCodeLocationOrigin(LOCATION), _REPOSITORY)
    instance.run_storage.replace_job_origin(run, RemoteJobOrigin(repository, run.job_name))
