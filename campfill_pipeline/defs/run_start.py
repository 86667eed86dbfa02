"""How the process of a run begins: one that will read files has its reading process begin beside it.

Then, before it has a thread or a connection, the reading process can be a fork of it. Belongs here: only that. Does
not belong here: what a run does, and how its process is made (`code_server`).
"""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

from dagster._grpc import impl

from campfill_pipeline.defs.jobs import UPLOAD_JOB
from campfill_pipeline.intake.process.parser import begun_ahead

if TYPE_CHECKING:
    from dagster._core.definitions.reconstruct import ReconstructableJob


def start_run(told: str, job: ReconstructableJob, events: Any, asked_to_end: Any) -> None:
    """Dagster's own beginning of a run, with the reading process of an upload's begun before it."""
    with begun_ahead() if job.job_name == UPLOAD_JOB else nullcontext():
        impl.start_run_in_subprocess(told, job, events, asked_to_end)  # type: ignore[no-untyped-call]
