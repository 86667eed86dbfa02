"""Taking an upload back in this process, with the job that the web UI has too."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from campfill_pipeline.defs import jobs, run_names
from campfill_pipeline.defs.local_runs import LocalRuns
from campfill_pipeline.defs.revert_job import REVERT_JOB
from campfill_pipeline.warehouse.register import uploads


def take_upload_back(runs: LocalRuns, upload_id: UUID, *, again: bool = False) -> dict[str, Any]:
    """Run the job, then bring fulfillment up to date. Returns the file, and the lines taken back and left.

    `again`: undo an earlier revert, so that the upload counts again.
    """
    config = {"ops": {"take_back": {"config": {"upload_id": str(upload_id), "again": again}}}}
    with runs.campfill.connect() as connection:
        known = uploads.find(connection, upload_id)
    tags = run_names.upload([known.file_name if known else str(upload_id)])
    result = runs.run(REVERT_JOB, run_config=config, tags=tags)
    document: dict[str, Any] = result.output_for_node("take_back")
    runs.run(jobs.FULFILLMENT_JOB, tags=tags)
    return document
