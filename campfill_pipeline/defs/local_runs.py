"""Running the jobs in this process: `ingest`, `refresh` and `revert` run the very jobs of sensor and schedule.

The runs are written to the same instance, so they show in the web UI like any other.
"""

from __future__ import annotations

import contextlib
import fcntl
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import uuid4

import dagster as dg

from campfill_pipeline.defs import jobs, run_origin
from campfill_pipeline.defs.build import build_defs
from campfill_pipeline.defs.instance import prepare_environment
from campfill_pipeline.defs.resources import Campfill, open_campfill
from campfill_pipeline.domain.errors import CampfillError
from campfill_pipeline.domain.progress import NamedProgress
from campfill_pipeline.settings import Settings

_OWN_NAME = re.compile(r"^campfill_pipeline\.[\w.]+: ")  # Dagster puts an error's class before its words


class RunFailedError(CampfillError):
    """A job's run failed. Problem and mend are in the words of the first failed step."""

    def __init__(self, said: str) -> None:
        super().__init__(said, "")


@dataclass(frozen=True)
class LocalRuns:
    """An open instance and home, and a way to run jobs on them."""

    campfill: Campfill
    instance: dg.DagsterInstance

    def run(
        self,
        job: str,
        *,
        tags: Mapping[str, str] | None = None,
        assets: Sequence[str] | None = None,
        run_config: Mapping[str, object] | None = None,
    ) -> dg.ExecuteInProcessResult:
        """Run `job` (or only these assets of it) here and now. Raises RunFailedError with the failure's own words."""
        run_id = str(uuid4())
        with self.campfill.claimed(run_id):  # before Dagster knows the run: nobody shall take it for dead
            result = (
                build_defs(self.campfill)
                .resolve_job_def(job)
                .execute_in_process(
                    run_id=run_id,
                    instance=self.instance,
                    tags=dict(tags or {}),
                    asset_selection=[dg.AssetKey(name) for name in assets] if assets else None,
                    run_config=jobs.QUIET | dict(run_config or {}),
                    raise_on_error=False,
                )
            )
        run_origin.note(self.instance, run_id)
        if not result.success:
            raise RunFailedError(_first_failure(result))
        return result


def _first_failure(result: dg.ExecuteInProcessResult) -> str:
    for event in result.all_events:
        if event.is_step_failure:
            failure = event.step_failure_data
            if failure.user_failure_data and failure.user_failure_data.description:
                return failure.user_failure_data.description
            error = failure.error
            while error and error.cause:
                error = error.cause
            return _OWN_NAME.sub("", error.message.strip()) if error else "a step failed"
    return "the run failed before its first step"


@contextmanager
def local_runs(settings: Settings, progress: NamedProgress) -> Iterator[LocalRuns]:
    """This home's instance, ready to run jobs in this process."""
    prepare_environment(settings)
    campfill = open_campfill(progress, attended=True)
    with _one_maker_of_tables(settings):
        instance = dg.DagsterInstance.get()
    with instance, contextlib.closing(campfill):
        yield LocalRuns(campfill, instance)


@contextmanager
def _one_maker_of_tables(settings: Settings) -> Iterator[None]:
    """Dagster makes its tables when an instance is first opened; of two makers at once, one would fail."""
    with (settings.work / "dagster-tables.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
