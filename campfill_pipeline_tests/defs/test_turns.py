"""One run computes figures at a time, the others leave them to it, and nothing is left undone."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest

from campfill_pipeline.defs import arrivals, jobs, sensors, turns
from campfill_pipeline.defs.ingest import ingest
from campfill_pipeline.defs.local_runs import LocalRuns
from campfill_pipeline.defs.ranges import key_range
from campfill_pipeline.defs.resources import Campfill
from campfill_pipeline.warehouse import claims, database
from campfill_pipeline.warehouse.register import uploads
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


class Waiting:
    """A list, the second to arrive, that asks for its turn in a run of its own."""

    def __init__(self, tmp_path: Path, runs: LocalRuns) -> None:
        self.runs = runs
        files = [write_list(tmp_path / f"{number}.xlsx", [row(number)]) for number in (1, 2, 3)]
        self.first, self.mine, self.last = (arrivals.take_copy(runs.campfill, file) for file in files)
        runs.instance.add_dynamic_partitions(
            "uploads", [each.partition_key for each in (self.first, self.mine, self.last)]
        )

    @contextmanager
    def at_work(self, on: uploads.Upload, *, alive: bool = True) -> Iterator[str]:
        """The id of a run that says that it works on this upload, and lives, or does not."""
        from dagster._core.test_utils import create_run_for_test

        run = create_run_for_test(
            self.runs.instance,
            job_name=jobs.UPLOAD_JOB,
            status=dg.DagsterRunStatus.STARTED,
            tags=key_range(on.partition_key, on.partition_key),
        )
        with database.connect(self.runs.campfill.url, autocommit=True) as session:
            if alive:
                assert claims.claim_run(session, run.run_id)
            yield run.run_id

    def ask(self, run_id: str = "mine") -> threading.Thread:
        """Ask for the turn of the second list, in a thread that ends when it has come."""
        return self.waits(turns.after_earlier, run_id, self.mine)

    def waits(self, wait: Callable[..., None], *given: object) -> threading.Thread:
        """A thread that waits so, half a second later."""
        thread = threading.Thread(target=wait, args=(replace(self.runs.campfill), self.runs.instance, *given))
        thread.start()
        thread.join(0.6)
        return thread

    def decide(self, one: uploads.Upload) -> None:
        """Run the upload job on it."""
        own = LocalRuns(replace(self.runs.campfill), self.runs.instance)  # as two may be decided at once
        own.run(jobs.UPLOAD_JOB, tags=key_range(one.partition_key, one.partition_key))

    def decided_at(self, one: uploads.Upload) -> datetime | None:
        with self.runs.campfill.connect() as connection:
            return uploads.get(connection, one.upload_id).decided_at


@pytest.fixture
def second(tmp_path: Path, runs: LocalRuns) -> Waiting:
    return Waiting(tmp_path, runs)


def test_a_list_is_applied_after_those_before_it_that_another_run_works_on(second: Waiting) -> None:
    with second.at_work(second.first):
        thread = second.ask()
        assert thread.is_alive()
        second.decide(second.first)
        thread.join(5)
        assert not thread.is_alive()


def test_a_list_waits_for_none_but_small_earlier_ones_of_other_living_runs(
    second: Waiting, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not second.ask().is_alive()  # nobody works on the first
    with second.at_work(second.first, alive=False), second.at_work(second.last):
        assert not second.ask().is_alive()
    with second.at_work(second.first) as run_id:
        assert not second.ask(run_id).is_alive()
        monkeypatch.setattr(turns, "SOON_BYTES", 10)
        assert not second.ask().is_alive()


def test_a_list_waits_no_longer_for_earlier_ones_of_which_nothing_is_heard(
    second: Waiting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "PATIENCE_SECONDS", 1.5)
    with second.at_work(second.first):
        began = time.monotonic()
        second.ask().join(20)
        assert 1.5 < time.monotonic() - began < 10


def test_the_page_waits_for_the_figures_of_lists_on_which_other_runs_work_but_not_long(
    second: Waiting, monkeypatch: pytest.MonkeyPatch
) -> None:
    due = ["figures of the first"]

    def ask() -> threading.Thread:
        return second.waits(turns.after_those_at_work, "mine", lambda: bool(due))

    assert not ask().is_alive()  # no run works on any; figures that are due by themselves are not waited for
    with second.at_work(second.first):
        thread = ask()
        assert thread.is_alive()
        second.decide(second.first)
        thread.join(0.6)
        assert thread.is_alive()  # decided, and its figures are still due
        due.clear()
        thread.join(5)
        assert not thread.is_alive()
    monkeypatch.setattr(turns, "TOGETHER_SECONDS", 1.0)
    with second.at_work(second.last):
        thread = ask()
        assert thread.is_alive()
        thread.join(5)
        assert not thread.is_alive()


def test_lists_of_two_runs_at_once_are_applied_as_they_arrived(second: Waiting) -> None:
    """The later run is done with reading first, and its list is decided last."""
    with second.at_work(second.first):
        later = threading.Thread(target=second.decide, args=(second.mine,))
        later.start()
        time.sleep(2)
        assert second.decided_at(second.mine) is None
        second.decide(second.first)
        later.join(60)
    first, mine = second.decided_at(second.first), second.decided_at(second.mine)
    assert first is not None and mine is not None and first < mine
