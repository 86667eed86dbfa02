"""Several commands at once in a fresh home: Dagster's tables are made by one of them, the others wait."""

from __future__ import annotations

import threading
from pathlib import Path

from campfill_pipeline.defs import local_runs
from campfill_pipeline.settings import load_settings


def test_dagsters_tables_are_made_by_one_at_a_time(tmp_path: Path) -> None:
    settings = load_settings({"CAMPFILL_HOME": str(tmp_path / "home")}, cwd=tmp_path)
    settings.make_folders()
    inside = threading.Event()

    def another() -> None:
        with local_runs._one_maker_of_tables(settings):
            inside.set()

    waiting = threading.Thread(target=another)
    with local_runs._one_maker_of_tables(settings):
        waiting.start()
        assert not inside.wait(0.3), "two make them at once"
    waiting.join(30)
    assert inside.is_set()
