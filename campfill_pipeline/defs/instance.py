"""Where Dagster keeps its things: a folder in CAMPFILL_HOME and a database on campfill's server.

Imports no Dagster, so that starting processes stays quick.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from campfill_pipeline.defs import queues
from campfill_pipeline.settings import Settings
from campfill_pipeline.warehouse import database
from campfill_pipeline.warehouse.postgres import server

if TYPE_CHECKING:
    from dagster import DagsterInstance

CHECKOUT = Path(__file__).resolve().parents[2]
_PLAIN_RUNS = 4  # as dagster.yaml says


def dagster_home(settings: Settings, place: Path | None = None) -> Path:
    """Dagster's own folder in `place` (default: CAMPFILL_HOME), with a dagster.yaml for these settings in it."""
    home = (place or settings.home) / "dagster"
    home.mkdir(parents=True, exist_ok=True)
    file, told = home / "dagster.yaml", _configuration(settings)
    if not file.exists() or file.read_bytes() != told:  # others may be reading it: whole, or as it was
        beside = file.with_name(f"dagster.yaml.{settings.machine}.{os.getpid()}")
        beside.write_bytes(told)
        beside.replace(file)
    return home


def _configuration(settings: Settings) -> bytes:
    """The checkout's dagster.yaml; with CAMPFILL_BROKER_URL, its runs are handed to workers."""
    plain = (CHECKOUT / "dagster.yaml").read_bytes()
    if settings.broker_url is None and settings.runs == _PLAIN_RUNS:
        return plain
    import yaml  # only here: a machine that does all by itself starts a moment sooner

    told = yaml.safe_load(plain)
    told["concurrency"]["runs"]["max_concurrent_runs"] = settings.runs
    if settings.broker_url is not None:
        queues.check_installed()
        told["concurrency"]["runs"]["tag_concurrency_limits"] = [
            {"key": queues.QUEUE_TAG, "value": queues.GIANTS, "limit": 1}
        ]
        told["run_launcher"] = {
            "module": "campfill_pipeline.defs.celery_launcher",
            "class": "WorkersLauncher",
            "config": {"broker": {"env": "CAMPFILL_BROKER_URL"}, "default_queue": queues.RUNS},
        }
        told["run_monitoring"] |= {
            "start_timeout_seconds": queues.START_SECONDS, "poll_interval_seconds": 15, "max_resume_run_attempts": 0,
        }  # fmt: skip
        # What no sensor asks for again (a schedule's run, one that a person began) is done again when its machine is
        # lost. An asset that failed would fail again.
        told["run_retries"] = {"enabled": True, "max_retries": 2, "retry_on_asset_or_op_failure": False}
    text: str = yaml.safe_dump(told, sort_keys=False)
    return text.encode()


def storage_url(settings: Settings) -> str:
    """Address of Dagster's database for dagster-postgres: SQLAlchemy 2.1 reads a bare postgresql:// as psycopg 3."""
    url = server.dagster_url(settings)
    if database.far(url):  # breaks within half a minute when the server, or the way to it, is gone
        parts = urlsplit(url)
        watched = urlencode(dict(parse_qsl(parts.query)) | database.WATCHED | {"connect_timeout": 10})
        url = urlunsplit(parts._replace(query=watched))
    return url.replace("postgresql://", "postgresql+psycopg2://", 1)


def database_of(instance: DagsterInstance) -> str | None:
    """The same address as we ask there ourselves; None where Dagster keeps its past elsewhere."""
    from dagster_postgres.event_log import (
        PostgresEventLogStorage,  # Dagster is not loaded for the addresses alone
    )

    storage = instance.event_log_storage
    if not isinstance(storage, PostgresEventLogStorage):
        return None
    return storage.postgres_url.replace("postgresql+psycopg2://", "postgresql://", 1)


UP_BEGAN = "CAMPFILL_UP_BEGAN"
"""In the environment of what `campfill up` starts: since when it runs, in seconds of the clock."""


def environment(settings: Settings, place: Path | None = None) -> dict[str, str]:
    """What Dagster's processes must find in their environment; `place` is where this machine keeps what is its own."""
    told = {
        "DAGSTER_HOME": str(dagster_home(settings, place)),
        "CAMPFILL_DAGSTER_URL": storage_url(settings),
        "DAGSTER_EVENT_BATCH_SIZE": "1000",  # the materializations of a burst's uploads are stored together
    }
    if settings.broker_url is not None:
        told["CAMPFILL_BROKER_URL"] = settings.broker_url
    return told


def prepare_environment(settings: Settings) -> None:
    """Tell Dagster in this process where its home and storage are, as `campfill up` tells its processes."""
    settings.make_folders()
    os.environ.update(environment(settings))
