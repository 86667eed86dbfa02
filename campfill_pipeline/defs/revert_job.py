"""The job that takes an upload back. A job of an op, not an asset: it makes nothing new, it undoes."""

from typing import Any
from uuid import UUID

import dagster as dg

from campfill_pipeline.defs.resources import Campfill
from campfill_pipeline.warehouse.register import revert

REVERT_JOB = "revert"


@dg.op(
    config_schema={"upload_id": str, "again": dg.Field(bool, default_value=False)},
    required_resource_keys={"campfill"},
)
def take_back(context: dg.OpExecutionContext) -> dict[str, Any]:
    """Undo what the upload changed, as new revisions; what was changed again since is left and listed."""
    campfill: Campfill = context.resources.campfill
    with campfill.connect() as connection:
        upload_id, again = UUID(context.op_config["upload_id"]), context.op_config["again"]
        result = revert.revert(connection, upload_id, now=campfill.clock(), again=again)
    context.add_output_metadata(
        {
            "file": result.upload.file_name,
            "lines taken back": len(result.taken),
            "lines left as they were changed again": len(result.left),
        }
    )
    return revert.document(result)


@dg.job(
    name=REVERT_JOB,
    executor_def=dg.in_process_executor,
    description="Takes an upload back. Easier: campfill revert UPLOAD_ID",
)
def revert_job() -> None:
    """One op; fulfillment follows in its own job."""
    take_back()
