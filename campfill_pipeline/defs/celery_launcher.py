"""Dagster's Celery run launcher, with what it lacks: an answer to the question whether a run lives.

Celery never notices that a machine is gone. The lock that each run holds in the database says so, from any machine.
Belongs here: only that, and how a run is stopped. Does not belong here: queues and limits (`queues`, `instance`).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from dagster import DagsterRun, DagsterRunStatus
from dagster._core.launcher import CheckRunHealthResult, WorkerStatus
from dagster_celery.launcher import CeleryRunLauncher
from dagster_celery.tags import DAGSTER_CELERY_TASK_ID_TAG

from campfill_pipeline.defs import celery_worker, live_runs
from campfill_pipeline.settings import load_settings
from campfill_pipeline.warehouse import claims, database
from campfill_pipeline.warehouse.postgres import server

if TYPE_CHECKING:
    from dagster._serdes import ConfigurableClassData

GONE = "The run's process is gone (killed, or its machine stopped or was cut off)."


class WorkersLauncher(CeleryRunLauncher):  # type: ignore[misc]  # dagster-celery has no types
    """Hands runs to the workers of `campfill up --role worker`."""

    def __init__(self, **told: Any) -> None:
        super().__init__(**told)
        celery_worker.configure(self.celery)

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData, config_value: Mapping[str, Any]
    ) -> WorkersLauncher:
        """What Dagster calls with the values of dagster.yaml."""
        return cls(inst_data=inst_data, **{**config_value, "backend": None})

    @property
    def supports_resume_run(self) -> bool:
        """A lost run is done again as a whole, by its sensor or as a retry: its steps start from the ledger anyway."""
        return False

    def check_run_worker_health(self, run: DagsterRun) -> CheckRunHealthResult:
        """Whether the run holds its lock, or is so young that it need not."""
        record = self._instance.get_run_record_by_id(run.run_id)
        now = datetime.now(UTC).timestamp()
        if (
            record is None
            or record.start_time is None
            or now - record.start_time < live_runs.BIRTH.total_seconds()
        ):
            return CheckRunHealthResult(WorkerStatus.RUNNING)
        with database.connect(server.database_url(load_settings()), autocommit=True) as connection:
            dead = claims.is_dead(connection, run.run_id)
        return CheckRunHealthResult(*((WorkerStatus.FAILED, GONE) if dead else (WorkerStatus.RUNNING,)))

    def terminate(self, run_id: str) -> bool:
        """Ask the worker that has this run to interrupt it, as a person would with Ctrl-C."""
        run = self._instance.get_run_by_id(run_id)
        if run is None or run.is_finished:
            return False
        task = run.tags.get(DAGSTER_CELERY_TASK_ID_TAG)
        if task is None:
            return False
        if run.status != DagsterRunStatus.CANCELING:
            self._instance.report_run_canceling(run)
        self.celery.control.revoke(task, terminate=True, signal="SIGINT")
        return True

    def get_run_worker_debug_info(
        self, run: DagsterRun, include_container_logs: bool | None = True
    ) -> str | None:
        """Nothing: no results are kept in the broker."""
        return None
