"""The job that does the housekeeping every night. A job of an op, not an asset: it makes nothing that is looked at."""

from dataclasses import asdict
from typing import Any

import dagster as dg

from campfill_pipeline.defs.maintenance import maintain
from campfill_pipeline.defs.resources import Campfill

MAINTENANCE_JOB = "maintenance"


@dg.op(required_resource_keys={"campfill"})
def keep_house(context: dg.OpExecutionContext) -> dict[str, Any]:
    """Prune what is old by the rules of `campfill maintain`, vacuum, make the months ahead; tell what was done."""
    campfill: Campfill = context.resources.campfill
    done = maintain(context.instance, campfill, dry_run=False)
    context.add_output_metadata(
        {
            "runs pruned": done.runs,
            "upload partitions pruned": done.upload_partitions,
            "ticks pruned": done.ticks,
            "receipts cleared away": done.receipts,
            "months made": ", ".join(done.months_made) or "none",
            "closed months packed": ", ".join(done.months_packed) or "none",
            "report rows packed": done.rows_packed,
            "reindexed": ", ".join(done.reindexed) or "none",
            "bytes freed": done.freed_bytes or 0,
            "bytes of Dagster's database": (done.after and done.after.dagster) or 0,
        }
    )
    return asdict(done)


@dg.job(
    name=MAINTENANCE_JOB,
    executor_def=dg.in_process_executor,
    description="Housekeeping: prunes what is old, vacuums, makes months ahead. The same now: campfill maintain",
)
def maintenance_job() -> None:
    """One op."""
    keep_house()
