"""One run computes figures at a time, the others leave them to it, and nothing is left undone."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest

from campfill_pipeline.defs import jobs, sensors, turns
from campfill_pipeline.defs.ingest import ingest
from campfill_pipeline.defs.local_runs import LocalRuns
from campfill_pipeline.defs.resources import Campfill
from campfill_pipeline.warehouse import claims, database
from campfill_pipeline_tests.lists import row, write_list


@contextmanager
def another_at_it(campfill: Campfill, what: claims.Turn) -> Iterator[None]:
    with (
        database.connect(campfill.url, autocommit=True) as other,
        claims.turn(other, what, wait=False) as mine,
    ):
        assert mine
        yield


def figures(campfill: Campfill) -> tuple[int, int]:
    """Lines with figures, and marks of lines that wait for theirs."""
    with campfill.connect() as connection:
        found = connection.execute(
            "SELECT (SELECT count(*) FROM fulfillment), (SELECT count(*) FROM line_dirty)"
        ).fetchone()
    assert found is not None
    return found[0], found[1]


def test_a_run_leaves_its_figures_to_the_one_that_is_at_it(tmp_path: Path, runs: LocalRuns) -> None:
    with another_at_it(runs.campfill, claims.Turn.FIGURES):
        (report,) = ingest(runs, [write_list(tmp_path / "a.xlsx", [row(1)])])
    assert (report["status"], figures(runs.campfill)) == ("loaded", (0, 1))
    assert (runs.campfill.settings.home / report["receipt"]).exists()
    (run,) = runs.instance.get_runs(filters=dg.RunsFilter(job_name=jobs.UPLOAD_JOB))
    assert run.status is dg.DagsterRunStatus.SUCCESS
    assert not (runs.campfill.settings.reports / "fulfillment.html").exists()
    ingest(runs, [write_list(tmp_path / "b.xlsx", [row(2)])])
    assert figures(runs.campfill) == (2, 0)
    assert (runs.campfill.settings.reports / "fulfillment.html").exists()


def test_a_run_leaves_the_page_to_the_one_that_writes_it(tmp_path: Path, runs: LocalRuns) -> None:
    with another_at_it(runs.campfill, claims.Turn.REPORT):
        ingest(runs, [write_list(tmp_path / "a.xlsx", [row(1)])])
    assert figures(runs.campfill) == (1, 0)
    assert not (runs.campfill.settings.reports / "fulfillment.html").exists()


def test_a_run_that_somebody_waits_for_waits_for_its_turn(campfill: Campfill) -> None:
    waiting = replace(campfill, attended=True)
    done: list[str] = []

    def work() -> None:
        done.append("work")

    with another_at_it(campfill, claims.Turn.FIGURES):
        thread = threading.Thread(
            target=turns.in_turn, args=(waiting, claims.Turn.FIGURES, work, lambda: False)
        )
        thread.start()
        thread.join(0.5)
        assert thread.is_alive()
        assert turns.in_turn(campfill, claims.Turn.FIGURES, work, lambda: True) == []
        assert done == []
    thread.join(30)
    assert done == ["work"]


def test_what_comes_while_one_is_at_it_is_not_left_undone(campfill: Campfill) -> None:
    brought, taken = ["first"], []

    def work() -> None:
        taken.extend(brought)
        brought.clear()
        if len(taken) < 3:  # meanwhile another run brings something, and finds that somebody is at it
            brought.append("more")
            assert turns.in_turn(replace(campfill), claims.Turn.FIGURES, work, lambda: True) == []

    made = turns.in_turn(campfill, claims.Turn.FIGURES, work, lambda: bool(brought))
    assert (taken, brought, len(made)) == (["first", "more", "more"], [], 3)


def test_whoever_finds_a_turn_free_takes_it(campfill: Campfill) -> None:
    """Many at once: each brings something, and asks for its turn; in the end nothing waits."""
    brought: queue.SimpleQueue[int] = queue.SimpleQueue()

    def take() -> None:
        with suppress(queue.Empty):
            while True:
                brought.get_nowait()

    def bring() -> None:
        for number in range(30):
            brought.put(number)
            turns.in_turn(campfill, claims.Turn.FIGURES, take, lambda: not brought.empty())

    threads = [threading.Thread(target=bring) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert brought.empty()


@pytest.fixture
def waiting_line(tmp_path: Path, runs: LocalRuns) -> Campfill:
    """A home where a run was killed between its lines and their figures."""
    with another_at_it(runs.campfill, claims.Turn.FIGURES):
        ingest(runs, [write_list(tmp_path / "a.xlsx", [row(1)])])
    return runs.campfill


def tick(campfill: Campfill, instance: dg.DagsterInstance) -> bool:
    """Whether the sensor asks for a run."""
    context = dg.build_sensor_context(instance=instance, resources={"campfill": campfill})
    result = sensors.left_figures(context)
    assert isinstance(result, dg.RunRequest | dg.SkipReason)
    return isinstance(result, dg.RunRequest)


def test_figures_that_nobody_computed_are_asked_for(
    waiting_line: Campfill, runs: LocalRuns, instance: dg.DagsterInstance
) -> None:
    assert tick(waiting_line, instance)
    runs.run(jobs.FULFILLMENT_JOB)
    assert figures(waiting_line) == (1, 0)
    assert not tick(waiting_line, instance)


def test_a_page_that_nobody_wrote_is_asked_for(
    tmp_path: Path, runs: LocalRuns, instance: dg.DagsterInstance
) -> None:
    assert not tick(runs.campfill, instance)  # a new home has nothing to show
    with another_at_it(runs.campfill, claims.Turn.REPORT):
        ingest(runs, [write_list(tmp_path / "a.xlsx", [row(1)])])
    assert tick(runs.campfill, instance)


def test_a_new_day_is_asked_for(tmp_path: Path, runs: LocalRuns, instance: dg.DagsterInstance) -> None:
    ingest(runs, [write_list(tmp_path / "a.xlsx", [row(1)])])
    assert not tick(runs.campfill, instance)
    tomorrow = replace(runs.campfill, clock=lambda: datetime.now(UTC) + timedelta(days=1))
    assert tick(tomorrow, instance)


def test_figures_are_not_asked_for_while_a_run_is_at_work_or_has_just_tried(
    waiting_line: Campfill, instance: dg.DagsterInstance
) -> None:
    from dagster._core.test_utils import create_run_for_test

    run = create_run_for_test(instance, job_name=jobs.UPLOAD_JOB, status=dg.DagsterRunStatus.STARTED)
    assert not tick(waiting_line, instance)
    instance.report_run_failed(run)
    assert tick(waiting_line, instance)
    create_run_for_test(instance, job_name=jobs.FULFILLMENT_JOB, status=dg.DagsterRunStatus.FAILURE)
    assert not tick(waiting_line, instance)
    later = replace(waiting_line, clock=lambda: datetime.now(UTC) + timedelta(minutes=11))
    assert tick(later, instance)
