"""The job that takes an upload back. A job of an op, not an asset: it makes nothing new, it undoes."""

from typing import Any
from uuid import UUID

import dagster as dg

from campfill_pipeline.defs.resources import Campfill
from campfill_pipeline.intake.taking_back import take_back as take_upload_back

REVERT_JOB = "revert"


@dg.op(
    config_schema={"upload_id": str, "again": dg.Field(bool, default_value=False)},
    required_resource_keys={"campfill"},
)
def take_back(context: dg.OpExecutionContext) -> dict[str, Any]:
    """Undo what the upload changed; what a later one set again since is left, and listed."""
    campfill: Campfill = context.resources.campfill
    with campfill.connect() as connection:
        upload_id, again = UUID(context.op_config["upload_id"]), context.op_config["again"]
        document = take_upload_back(
            campfill.settings,
            connection,
            upload_id,
            campfill.clock(),
            again=again,
            progress=campfill.progress,
        )
    facts: dict[str, str | int] = {"file": document["file"]}
    if delivery := document.get("delivery"):
        facts |= {"days that changed": len(delivery["days"]), "lines that changed": len(delivery["lines"])}
    else:
        facts |= {
            "lines taken back": len(document["taken_back"]),
            "lines left as they were changed again": len(document["left"]),
        }
    context.add_output_metadata(facts)
    return document


@dg.job(
    name=REVERT_JOB,
    executor_def=dg.in_process_executor,
    description="Takes an upload back. Easier: campfill revert UPLOAD_ID",
)
def revert_job() -> None:
    """One op; fulfillment follows in its own job."""
    take_back()
