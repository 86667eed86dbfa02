"""An error inside a 200 is one while a report is submitted and polled, too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from campfill_pipeline.reporting.errors import GaveUpError, ReportFailedError
from campfill_pipeline_tests.reporting.descriptions import DETAIL, small
from campfill_pipeline_tests.reporting.loopback import Asked, Reply, serving
from campfill_pipeline_tests.reporting.ppv_rows import END, START, client, row

JOB = """
[detail.job]
id = "id"
[detail.job.poll]
path = "/jobs/{job_id}"
status = "state"
ready = ["done"]
failed = ["dead"]
reason = "message"
"""
MARK = 'error = { at = "code", ok = [0], message = "message" }'
WRONG = {"code": 50000, "message": "quota used up", "id": "7", "state": "done", "rows": []}
Script = Callable[[Asked], dict[str, Any]]


def rows(submit: Script, poll: Script, mark: str = MARK) -> tuple[int, list[str]]:
    detail = DETAIL.replace("answer =", f'method = "POST"\n{mark}\nanswer =') + JOB

    def script(asked: Asked) -> Reply:
        return Reply(submit(asked) if asked.path == "/rows" else poll(asked))

    with serving(script) as served, client(served, description=small(detail=detail)) as api:
        try:
            return api.fetch(START, END).table.num_rows, served.paths()
        finally:
            assert len(served.asked) < 12


def submitted(asked: Asked) -> dict[str, Any]:
    return {"code": 0, "id": "7"}


def finished(asked: Asked) -> dict[str, Any]:
    return {"code": 0, "state": "done", "rows": [row()]}


def test_marks_that_mean_success_are_no_errors() -> None:
    assert rows(submitted, finished) == (1, ["/rows", "/jobs/7"])


@pytest.mark.parametrize("at", ["submit", "poll"])
def test_a_mark_is_an_error_at_every_step(at: str) -> None:
    submit, poll = (lambda asked: WRONG, finished) if at == "submit" else (submitted, lambda asked: WRONG)
    with pytest.raises(GaveUpError, match=r"code: 50000.*quota used up"):
        rows(submit, poll)


@pytest.mark.parametrize("at", ["submit", "poll"])
def test_an_error_without_a_number_or_state_is_one_without_a_description(at: str) -> None:
    said = {"error": "no such customer"}
    submit, poll = (lambda asked: said, finished) if at == "submit" else (submitted, lambda asked: said)
    with pytest.raises(GaveUpError, match="no such customer"):
        rows(submit, poll, mark="")


@pytest.mark.parametrize("at", ["submit", "poll"])
def test_a_passing_error_costs_nothing(at: str) -> None:
    left = [WRONG]

    def once(script: Script) -> Script:
        return lambda asked: left.pop() if left else script(asked)

    submit, poll = (once(submitted), finished) if at == "submit" else (submitted, once(finished))
    assert rows(submit, poll)[0] == 1


def test_a_failed_report_tells_its_own_reason() -> None:
    with pytest.raises(ReportFailedError, match="too large"):
        rows(submitted, lambda asked: {"code": 4, "state": "dead", "message": "too large"})


def test_a_mark_where_the_state_is_leaves_the_state_to_the_poll() -> None:
    states = ["waiting", "done"]
    detail = DETAIL.replace("answer =", 'error = { at = "state", ok = ["ok"] }\nanswer =') + JOB
    detail += '[detail.job.download]\naddress = "url"\n'

    def script(asked: Asked) -> Reply:
        told = {"/rows": {"id": "7"}, "/file": {"rows": [row()]}}.get(asked.path)
        return Reply(told or {"state": states.pop(0), "url": f"{served.url}/file"})

    with serving(script) as served, client(served, description=small(detail=detail)) as api:
        assert api.fetch(START, END).table.num_rows == 1
