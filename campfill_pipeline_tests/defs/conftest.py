"""A home on a fresh database, with an instance that lives as long as the test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from campfill_pipeline.defs.local_runs import LocalRuns
from campfill_pipeline.defs.resources import Campfill
from campfill_pipeline.settings import load_settings


@pytest.fixture
def campfill(tmp_path: Path, database_url: str) -> Campfill:
    environ = {"CAMPFILL_HOME": str(tmp_path / "home"), "CAMPFILL_SETTLE_SECONDS": "0"}
    settings = load_settings(environ, cwd=tmp_path)
    settings.make_folders()
    return Campfill(settings, database_url)


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as made:
        yield made


@pytest.fixture
def runs(campfill: Campfill, instance: dg.DagsterInstance) -> LocalRuns:
    return LocalRuns(campfill, instance)
