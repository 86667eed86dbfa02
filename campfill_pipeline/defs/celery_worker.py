"""What a worker runs: dagster-celery's own task, in an application with campfill's settings.

`python -m celery -A campfill_pipeline.defs.celery_worker worker` (that is `campfill up --role worker`).
Belongs here: how tasks travel. Does not belong here: what a run does.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from dagster_celery.config import TASK_EXECUTE_JOB_NAME
from dagster_celery.make_app import make_app
from dagster_celery.tasks import create_execute_job_task
from kombu import Exchange, Queue

from campfill_pipeline.defs import queues
from campfill_pipeline.defs.code_server import PRELOADED

if TYPE_CHECKING:
    from celery import Celery


def configure(application: Celery) -> None:
    """Tasks are taken one by one, and each is gone from the broker once it is begun: none is ever begun twice.

    What is lost with a machine is not the broker's to know. It is asked for again by what the ledger and the locks say.
    """
    application.conf.update(
        task_queues=[
            Queue(name, Exchange(name), routing_key=f"{name}.{TASK_EXECUTE_JOB_NAME}")
            for name in (queues.RUNS, queues.GIANTS)
        ],
        task_default_queue=queues.RUNS,
        task_routes={},
        task_acks_late=False,
        task_ignore_result=True,
        result_backend=None,
        task_publish_retry_policy={"max_retries": 12, "interval_start": 0.2, "interval_step": 0.4, "interval_max": 3},
        worker_prefetch_multiplier=1,
        worker_disable_prefetch=True,
        worker_max_tasks_per_child=1,  # a process for each run, as on one machine
        worker_hijack_root_logger=False,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_transport_options={
            "socket_keepalive": True, "socket_connect_timeout": 5, "health_check_interval": 10,
            "visibility_timeout": 24 * 3600,
        },
    )  # fmt: skip


app = make_app({"broker": os.environ.get("CAMPFILL_BROKER_URL"), "config_source": {}})
configure(app)
app.conf.imports = list(PRELOADED)  # loaded once, before the processes of the runs are forked
execute_job = create_execute_job_task(app)
