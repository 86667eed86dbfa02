"""A rejected upload is red in the web UI, while the run that found it out is green: the run did its work.

Dagster marks every partition of a range run as materialised. So a rejected upload's partition is then materialised once
more, by a job and an asset of the same names that fail with the reason; the newest event is what the UI shows.
"""

import dagster as dg

from campfill_pipeline.defs import jobs, run_names, run_origin
from campfill_pipeline.defs.partitions import UPLOADS

LAUNCHED_BY = ("dagster/sensor_name", "dagster/schedule_name")


def show_red(
    context: dg.AssetExecutionContext, partition_key: str, file_name: str, *, reason: str, message: str
) -> None:
    """Let `lines` of this partition show as failed: `reason` in the list of runs, `message` as the failure's text.

    The failed run counts as launched by whatever launched the run of `context`. Costs about 0.3 s.
    """

    @dg.asset(name="lines", partitions_def=UPLOADS)
    def rejected() -> None:
        raise dg.Failure(description=message, allow_retries=False)

    launched_by = {key: value for key, value in context.run.tags.items() if key in LAUNCHED_BY}
    job = dg.define_asset_job(jobs.UPLOAD_JOB, selection=[rejected], executor_def=dg.in_process_executor)
    result = (
        dg.Definitions(assets=[rejected], jobs=[job])
        .resolve_job_def(jobs.UPLOAD_JOB)
        .execute_in_process(
            instance=context.instance,
            partition_key=partition_key,
            raise_on_error=False,
            tags=run_names.rejected(file_name, reason) | launched_by,
            run_config=jobs.QUIET,
        )
    )
    run_origin.note(context.instance, result.run_id)
