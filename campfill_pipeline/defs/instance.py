"""Where Dagster keeps its things: a folder in CAMPFILL_HOME and a database on campfill's server.

Imports no Dagster, so that starting processes stays quick.
"""

from __future__ import annotations

import os
from pathlib import Path

from campfill_pipeline.settings import Settings
from campfill_pipeline.warehouse.postgres import server

CHECKOUT = Path(__file__).resolve().parents[2]


def dagster_home(settings: Settings) -> Path:
    """Dagster's own folder in CAMPFILL_HOME, with the checkout's dagster.yaml in it."""
    home = settings.home / "dagster"
    home.mkdir(parents=True, exist_ok=True)
    (home / "dagster.yaml").write_bytes((CHECKOUT / "dagster.yaml").read_bytes())
    return home


def storage_url(settings: Settings) -> str:
    """Address of Dagster's database for dagster-postgres: SQLAlchemy 2.1 reads a bare postgresql:// as psycopg 3."""
    return server.dagster_url(settings).replace("postgresql://", "postgresql+psycopg2://", 1)


def environment(settings: Settings) -> dict[str, str]:
    """What Dagster's processes must find in their environment."""
    return {
        "DAGSTER_HOME": str(dagster_home(settings)),
        "CAMPFILL_DAGSTER_URL": storage_url(settings),
        "DAGSTER_EVENT_BATCH_SIZE": "1000",  # the materializations of a burst's uploads are stored together
    }


def prepare_environment(settings: Settings) -> None:
    """Tell Dagster in this process where its home and storage are, as `campfill up` tells its processes."""
    settings.make_folders()
    os.environ.update(environment(settings))
