"""Each lab as its reader plays it: the page's blocks, why it is not solved yet, the answer, wrong answers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from campfill_pipeline.lab import homes, play, server
from campfill_pipeline.lab.catalog import LABS
from campfill_pipeline.lab.frame import Lab
from campfill_pipeline_tests.environment import let_enter
from campfill_pipeline_tests.learn.pages import LEARN, run_page

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


RUNS_ONCE = 9
"""The lab whose program says, rightly, that it is done already."""


def _daily(lab: Lab) -> str:
    """The wrong answer that every run of the suite plays; the others are played by the long tests."""
    return next(iter(lab.wrong_ways))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where commands are typed; the labs' server runs meanwhile, so that it is started once for all of them."""
    made = let_enter(tmp_path_factory.mktemp("reader"))
    (made / homes.ROOT).mkdir()
    with server.running(made / homes.ROOT):
        yield made


@pytest.mark.parametrize("lab", LABS, ids=lambda lab: f"{lab.number:02d}")
def test_the_page_runs_the_lab_is_not_solved_the_answer_solves_it(
    lab: Lab, folder: Path, connection: psycopg.Connection
) -> None:
    root = folder / homes.ROOT
    play.clean(root, lab.number)
    page = LEARN / lab.page
    connection.autocommit = True
    connection.execute("SET search_path = public")
    run_page(page, connection, folder)
    state = homes.read(root, lab.number)
    assert state is not None, f"{page.name} shows no `campfill lab start {lab.number}`"
    assert state.prediction is not None and state.solved_at is None
    play.solve(root, lab.number)
    verdict = play.check(root, lab.number)
    assert verdict.solved, verdict.what_is_wrong
    assert {item.lab.number: item.state for item in play.listed(root)}[lab.number] == "solved"
    if lab.program and lab.number != RUNS_ONCE:
        tried = play.attempt(root, lab.number, [])  # whatever the judgement left in the tables
        assert not isinstance(tried, int) and tried.code == 0, tried


@pytest.mark.parametrize(
    ("lab", "way"),
    [
        pytest.param(
            lab, way, id=f"{lab.number:02d}-{way}", marks=() if way == _daily(lab) else pytest.mark.long
        )
        for lab in LABS
        for way in lab.wrong_ways
    ],
)
def test_a_plausible_wrong_answer_is_refused_and_its_assumption_named(
    lab: Lab, way: str, folder: Path
) -> None:
    root = folder / homes.ROOT
    play.start(root, lab.number)
    with play.bench_of(root, lab.number) as bench:
        lab.go_wrong(bench, way)
    verdict = play.check(root, lab.number)
    assert not verdict.solved
    assert lab.wrong_ways[way] in verdict.assumption, verdict


def test_the_labs_are_numbered_in_the_order_of_the_course() -> None:
    assert [lab.number for lab in LABS] == sorted({lab.number for lab in LABS})
