"""A run whose connection was cut while it worked, in the process that works: refused, told, and done again."""

from __future__ import annotations

from pathlib import Path

import dagster as dg
import psycopg
import pytest

from campfill_pipeline.defs.ingest import ingest
from campfill_pipeline.defs.local_runs import LocalRuns, RunFailedError
from campfill_pipeline.defs.rebuild import rebuild_all
from campfill_pipeline.warehouse import claims
from campfill_pipeline.warehouse.register import uploads
from campfill_pipeline_tests.lists import row, write_list


def test_a_run_that_loses_its_lock_midway_stores_nothing_and_the_upload_waits(
    tmp_path: Path, runs: LocalRuns, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write_list(tmp_path / "a.xlsx", [row(1), row(2)])

    def cut(what: str, done: int, total: int) -> None:
        if what.startswith("checking"):
            with psycopg.connect(runs.campfill.url, autocommit=True) as other:
                other.execute(
                    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
                    " WHERE starts_with(application_name, %s)",
                    [claims.NAME_PREFIX],
                )

    runs.campfill.progress = cut
    with pytest.raises(RunFailedError, match="has lost its lock in the database"):
        ingest(runs, [file])
    runs.campfill.progress = lambda what, done, total: None
    with runs.campfill.connect() as connection:
        (waiting,) = uploads.waiting(connection)
        assert connection.execute("SELECT count(*) FROM line").fetchone() == (0,)
    (report,) = ingest(runs, [file])  # the very bytes: the first upload waits for the sensor, as any lost one
    assert report["status"] == "loaded"
    assert waiting.attempts == 1


def test_a_run_that_is_stopped_midway_was_no_attempt_at_its_file_also_told_again(
    tmp_path: Path, runs: LocalRuns, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write_list(tmp_path / "a.xlsx", [row(1), row(2)])

    def stop(what: str, done: int, total: int) -> None:
        if what.startswith("checking"):
            raise dg.DagsterExecutionInterruptedError

    runs.campfill.progress = stop
    with pytest.raises((RunFailedError, dg.DagsterExecutionInterruptedError)):
        ingest(runs, [file])
    runs.campfill.progress = lambda what, done, total: None
    with runs.campfill.connect() as connection:
        (waiting,) = uploads.waiting(connection)
    assert waiting.attempts == 0
    monkeypatch.setenv("CAMPFILL_HOME", str(runs.campfill.settings.home))
    monkeypatch.setenv("CAMPFILL_DATABASE_URL", runs.campfill.url)
    told = rebuild_all(runs.campfill.settings, lambda *told: None)
    assert (told["differences"], told["uploads"]) == ([], 1)
    (report,) = ingest(runs, [file])
    assert report["status"] == "loaded"


def test_a_run_that_lives_already_in_another_process_is_not_begun(runs: LocalRuns) -> None:
    with (
        runs.campfill.claimed("a run"),
        pytest.raises(claims.RunElsewhereError, match="at work already"),
        runs.campfill.claimed("a run"),
    ):
        pass
