"""Dagster's question whether a run lives is answered by the lock that the run holds, from any machine."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from typing import Any

import dagster as dg
import pytest

from campfill_pipeline.defs import live_runs, queues
from campfill_pipeline.defs.resources import Campfill

celery_launcher = pytest.importorskip(
    "campfill_pipeline.defs.celery_launcher", reason="needs the extra: pip install 'campfill[scale]'"
)


@pytest.fixture
def launcher(campfill: Campfill, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("CAMPFILL_HOME", str(campfill.settings.home))
    monkeypatch.setenv("CAMPFILL_DATABASE_URL", campfill.url)
    made = celery_launcher.WorkersLauncher(broker="redis://127.0.0.1:1/0", default_queue=queues.RUNS)
    made.register_instance(instance)
    return made


def started(instance: dg.DagsterInstance) -> dg.DagsterRun:
    from dagster._core.test_utils import create_run_for_test

    made: dg.DagsterRun = create_run_for_test(
        instance, job_name="upload", status=dg.DagsterRunStatus.NOT_STARTED
    )
    instance.report_dagster_event(
        dg.DagsterEvent(event_type_value="PIPELINE_START", job_name="upload"), run_id=made.run_id
    )
    return made


def test_a_run_lives_while_it_holds_its_lock_and_a_young_one_need_not_yet(
    campfill: Campfill, instance: dg.DagsterInstance, launcher: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = started(instance)
    assert launcher.check_run_worker_health(run).status.value == "RUNNING"
    monkeypatch.setattr(live_runs, "BIRTH", timedelta(0))
    with campfill.claimed(run.run_id):
        assert launcher.check_run_worker_health(run).status.value == "RUNNING"
    found = launcher.check_run_worker_health(run)
    assert (found.status.value, found.msg) == ("FAILED", celery_launcher.GONE)


def test_a_task_is_gone_from_the_broker_once_it_is_begun_and_none_is_taken_in_advance(launcher: Any) -> None:
    told = launcher.celery.conf
    assert (told.task_acks_late, told.worker_disable_prefetch, told.worker_prefetch_multiplier) == (
        False,
        True,
        1,
    )
    assert not launcher.supports_resume_run
    assert {queue.name for queue in told.task_queues} == {queues.RUNS, queues.GIANTS}


def test_a_worker_has_imported_what_runs_need_before_it_forks_them() -> None:
    script = (
        "import sys\n"
        "from campfill_pipeline.defs.celery_worker import app\n"
        "app.loader.import_default_modules()\n"  # as a worker does at its start
        "print({'campfill_pipeline.reports.both', 'pandera.backends.pandas.builtin_checks'} <= set(sys.modules))"
    )
    told = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    assert told.stdout.strip() == "True"
